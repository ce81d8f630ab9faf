// An execution in memory: its folded state while somebody needs it, and the signals that wait for its next turn.
import {
  createdMsOf,
  noEntries,
  noMembers,
  trust,
  type ExecutionState,
  type Plan,
  type Signal,
  type Slot,
} from '@batuta/core'
import type { SubmitOptions } from '../inbox/inbox.ts'
import type { Touched } from './limit-entity.ts'
import type { Settleable } from './unit.ts'

export interface Pending {
  readonly signal: Signal
  readonly sinceMs: number
  readonly options: SubmitOptions<unknown>
  readonly settle: Pick<Settleable, 'resolve' | 'reject' | 'bytes'>
}

export interface Entity extends Touched {
  readonly id: string
  state?: ExecutionState
  plan?: Plan
  /** Emptied by taking another one: most get one signal at a time. */
  inbox: Pending[]
  /** The moment of its last turn, or of its birth: the next one is not before it, whichever node takes it. */
  latestMs: number
  /** It stands in the queue for a turn. */
  isQueued: boolean
  isLoading: boolean
  /** Timers as they stand in the store and the open batches. */
  timers: ReadonlyMap<string, number>
  /** Its place in its limits as it stands there. */
  slot?: Slot | undefined
  /** The header as it stands there. */
  head?: string
  /** Set when a turn threw: the state is dropped, and once all of it is flushed the execution is held with this reason. */
  poison?: string
  /** Questions to the world that are under way. */
  asking: ReadonlySet<string>
  weight: number
  /** The turn of the newest snapshot that is known. */
  snapshotTurn?: number | undefined
}

/** Nobody's: who adds to an empty inbox makes a new one. */
export const NO_SIGNALS: Pending[] = trust(Object.freeze([]))

export function newEntity(id: string): Entity {
  return {
    id,
    inbox: NO_SIGNALS,
    latestMs: createdMsOf(id),
    isQueued: false,
    isLoading: false,
    unflushed: 0,
    timers: noEntries(),
    asking: noMembers(),
    weight: 0,
    isDropped: false,
  }
}

const BASE_WEIGHT_BYTES = 1_500
const RUN_WEIGHT_BYTES = 600
const PACKED_WEIGHT_BYTES = 50

/** A rough size in bytes, for the bound on idle executions. */
export function weigh(state: ExecutionState): number {
  return BASE_WEIGHT_BYTES + state.runs.openCount * RUN_WEIGHT_BYTES + state.runs.length * PACKED_WEIGHT_BYTES
}

/** It may not be forgotten now. */
export function isBusy({ isQueued, isLoading, unflushed, inbox, poison }: Entity): boolean {
  return isQueued || isLoading || unflushed > 0 || inbox.length > 0 || poison !== undefined
}

/** What a held execution takes. */
const FREEING: ReadonlySet<string> = new Set(['kill', 'release'])

export function isFreeing(signal: Signal): boolean {
  return signal.type === 'command' && FREEING.has(signal.command.name)
}

export function heldText({ id }: Entity, reason: string): string {
  return `The execution "${id}" is held: ${reason}`
}
