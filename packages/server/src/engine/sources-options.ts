// What the sources of a node are given, and what they ask of the rooms around them.
import type { Ask } from '@batuta/core'
import type { StartWorld } from '../flows/births.ts'
import type { Breakers } from '../flows/breakers.ts'
import type { FlowCatalogue } from '../flows/flow-catalogue.ts'
import type { ReasonCode } from '../flows/trigger-reasons.ts'
import type { JobKey, JobRow } from '../storage/batch.ts'
import type { FlowKey, Store, TriggerKey } from '../storage/store.ts'
import type { NoteTaker } from './note.ts'
import type { SourceKind } from './source-job.ts'

export interface SourcesOptions {
  readonly store: Store
  readonly flows: FlowCatalogue
  notes(): NoteTaker
  nowMs(): number
  owns(shard: number): boolean
  kindOf(type: string): SourceKind | undefined
  /** Whether the text of a flow may hold one: plans are compiled for these only. */
  mayHoldSource?(parsed: string): boolean
  startWorld(): StartWorld
  askOf(key: FlowKey): Ask
  newId(flow: FlowKey): string
  /** At home with the trigger, where what is told of it goes. */
  newWatchId(flow: FlowKey): string
  /** This node, if it can begin such a job at once; else it is left to whoever claims it. */
  placeFor(kind: SourceKind): { readonly node: string; readonly incarnation: number } | undefined
  /** The place is not needed after all. */
  giveBack(kind: SourceKind): void
  /** A job is in the store: it is this node's to begin, or anybody's. */
  begin(row: JobRow, kind: SourceKind): void
  /** A job is to end. */
  stop(key: JobKey): void
  /** The clock looks again no later than then. */
  lookAt(atMs: number): void
  readonly breakers?: Breakers
  onReason(key: TriggerKey, code: ReasonCode, reason: string): void
  onNotice(message: string, error?: unknown): void
}
