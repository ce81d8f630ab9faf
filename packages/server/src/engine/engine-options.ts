import type { ExecutionState, Plan, TurnEnv } from '@batuta/core'
import type { Changes } from '../inbox/changes.ts'
import type { JobSink } from '../inbox/jobs.ts'
import type { Platform } from '../platform/platform.ts'
import type { Store } from '../storage/store.ts'
import type { LimitRules } from '../flows/limit-rules.ts'
import type { FlowCatalogue } from '../flows/flow-catalogue.ts'
import type { Snapshots } from '../flows/snapshots.ts'
import type { EngineMeter } from '../telemetry/engine-meter.ts'
import type { LogFields } from '../telemetry/log.ts'
import type { NodeIdentity } from './flush-pipeline.ts'
import type { Listeners } from './listeners.ts'

export interface EngineOptions {
  readonly store: Store
  readonly flows: FlowCatalogue
  readonly platform: Platform
  readonly node: NodeIdentity
  readonly jobs: JobSink
  readonly changes: Changes
  /** Triggers that listen to the ends of executions. */
  readonly listeners?: Listeners
  /** Counts what was committed and what was refused. */
  readonly meter?: EngineMeter
  /** Which part of the traces that begin here is recorded; undefined where none are sent. */
  readonly sampledPart?: number | undefined
  /** Room for executions that wait; the oldest are forgotten beyond it, and read again when something comes for them. */
  readonly idleMaxBytes?: number
  /** What was folded of large executions. */
  readonly snapshots?: Pick<Snapshots, 'read' | 'isDue' | 'keep'>
  /** Told when the first execution that is under way has become large, and when the last of them rests. */
  onLarge?(isAny: boolean): void
  /** Those of the flows' own unless said. */
  readonly limits?: LimitRules
  /** What a turn is given besides time and chance. */
  envOf(given: Given): TurnEnv
  /** Asks the world for a template, and submits `evaluated`; settles when that was taken or given up. */
  evaluate(question: Question): Promise<void>
  /** Shards that this node works on; signals to others are stored for their owners. */
  owns(shard: number): boolean
  /** A timer was committed. */
  onTimer(timer: { readonly executionId: string; readonly name: string; readonly atMs: number }): void
  /** Something happened that an operator should read. */
  onNotice(message: string, error?: unknown, fields?: LogFields): void
  /** The node cannot go on: fenced, or its store is broken. */
  onFatal(error: Error): void
}

export interface Given {
  readonly nowMs: number
  readonly random: () => number
  readonly executionId: string
  readonly admit: NonNullable<TurnEnv['admit']>
}

export interface Question {
  readonly state: ExecutionState
  readonly plan: Plan
  readonly env: TurnEnv
  readonly run: number
  readonly slot: string
}
