// What one flush writes: plain data, at most one operation per row, later ones coalesced into earlier ones. It crosses to the database thread
// as it is, so it holds nothing but strings, numbers and nulls.
import { trust } from '@batuta/core'
import { rankOf } from './levels.ts'

export interface Batch {
  /** Fence: the flush counts only while the node has this incarnation and this sequence number is the next. */
  readonly node: string
  readonly incarnation: number
  seq: number
  readonly births: ExecutionRow[]
  readonly heads: ExecutionHead[]
  readonly labels: LabelRow[]
  readonly journal: JournalRowOf[]
  readonly logs: LogRow[]
  readonly metrics: MetricRow[]
  readonly jobs: JobRow[]
  readonly jobsEnded: JobKey[]
  readonly jobsKilled: JobKey[]
  readonly timers: TimerRow[]
  readonly timersEnded: TimerKey[]
  readonly limitMembers: LimitMemberRow[]
  readonly limitMembersEnded: LimitMemberKey[]
  readonly signals: SignalRow[]
  readonly signalsTaken: string[]
  readonly operations: OperationRow[]
  readonly triggers: TriggerRow[]
  readonly windows: WindowRow[]
}

export interface ExecutionHead {
  readonly id: string
  readonly state: string
  readonly endMs: number | null
  readonly waitsFor: WaitsFor | null
  /** The last turn that changed what lists show: this row or the labels. The journal may have gone on since. */
  readonly turn: number
}

/** What an execution needs before it can go on by itself; `null` when it has ended, `nothing` when it could go on now. */
export type WaitsFor = 'nothing' | 'job' | 'timer' | 'signal' | 'child' | 'limit' | 'human'

export interface ExecutionRow extends ExecutionHead {
  readonly tenant: string
  readonly namespace: string
  readonly flowId: string
  readonly revision: number
  readonly createdMs: number
  readonly shard: number
  readonly triggerId: string | null
  readonly triggerType: string | null
  /** The waited-for or starting execution of a subflow. */
  readonly parentId: string | null
  readonly originalId: string
}

export interface LabelRow {
  readonly executionId: string
  readonly key: string
  readonly value: string
}

export interface JournalRowOf {
  readonly executionId: string
  readonly turn: number
  readonly version: number
  readonly atMs: number
  readonly events: string
}

/** A chunk of log lines of one task run; `lines` is JSON of `StoredLogLine[]`. */
export interface LogRow {
  readonly executionId: string
  readonly tenant: string
  readonly namespace: string
  readonly flowId: string
  readonly atMs: number
  /** The highest level among the lines, as a number, so that "WARN and above" skips chunks. */
  readonly levelMax: number
  readonly lines: string
}

export interface StoredLogLine {
  readonly atMs: number
  readonly level: string
  readonly message: string
  /** Ordinal of the task run, -1 for the execution. */
  readonly run: number
  readonly taskId: string | null
  readonly attempt: number
}

export interface MetricRow {
  readonly executionId: string
  readonly run: number
  readonly taskId: string
  readonly name: string
  readonly type: string
  readonly value: number
  readonly tags: string
  readonly atMs: number
}

export interface JobKey {
  readonly executionId: string
  readonly run: number
  readonly epoch: number
}

export interface JobRow extends JobKey {
  readonly shard: number
  readonly queue: string
  readonly rank: number
  /** The node that has it, or null while nobody claimed it. */
  readonly node: string | null
  readonly incarnation: number | null
  readonly claimedMs: number | null
  readonly payload: string
}

export interface TimerKey {
  readonly executionId: string
  readonly name: string
}

export interface TimerRow extends TimerKey {
  readonly shard: number
  readonly atMs: number
}

export interface LimitMemberKey {
  readonly limitKey: string
  readonly executionId: string
}

/** An execution that holds a place of a limit, or waits for one. */
export interface LimitMemberRow extends LimitMemberKey {
  /** 1 or 0. */
  readonly isHolding: number
  readonly rank: number
  readonly share: string
  /** JSON: all limits that it is subject to. */
  readonly keys: string
}

/** A signal for an execution that was not at hand: consumed in the flush that acts on it. */
export interface SignalRow {
  readonly id: string
  readonly shard: number
  readonly executionId: string
  readonly body: string
}

export interface OperationRow {
  readonly key: string
  readonly entity: string
  readonly bodyHash: string
  readonly status: number
  readonly body: string
  readonly expiresMs: number
}

export interface TriggerRow {
  readonly tenant: string
  readonly namespace: string
  readonly flowId: string
  readonly triggerId: string
  readonly nextMs: number | null
  readonly lastMs: number | null
  /** Compare and set: the row must still have this cursor. */
  readonly expectedNextMs: number | null
  readonly executionId: string | null
  /** What else its owner keeps of it, as JSON: a backfill, the mark of a source. */
  readonly state: string | null
}

/** What executions have met of a set of conditions so far; without a body there is no window open. */
export interface WindowRow {
  readonly tenant: string
  readonly namespace: string
  readonly flowId: string
  readonly triggerId: string
  readonly setId: string
  readonly body: string | null
}

export function newBatch(node: string, incarnation: number): Batch {
  return {
    node,
    incarnation,
    seq: 0,
    births: [],
    heads: [],
    labels: [],
    journal: [],
    logs: [],
    metrics: [],
    jobs: [],
    jobsEnded: [],
    jobsKilled: [],
    timers: [],
    timersEnded: [],
    limitMembers: [],
    limitMembersEnded: [],
    signals: [],
    signalsTaken: [],
    operations: [],
    triggers: [],
    windows: [],
  }
}

/** Rows of the batch, for limits and for the choice between main thread and database thread. */
export function sizeOf(batch: Batch): number {
  return (
    batch.births.length +
    batch.heads.length +
    batch.labels.length +
    batch.journal.length +
    batch.logs.length +
    batch.metrics.length +
    batch.jobs.length +
    batch.jobsEnded.length +
    batch.jobsKilled.length +
    batch.timers.length +
    batch.timersEnded.length +
    batch.limitMembers.length +
    batch.limitMembersEnded.length +
    batch.signals.length +
    batch.signalsTaken.length +
    batch.operations.length +
    batch.triggers.length +
    batch.windows.length
  )
}

/** Written in this time, both ends included, and of these levels: of all when it is null. */
export interface LinesToPurge {
  readonly fromMs: number
  readonly toMs: number
  readonly levels: readonly string[] | null
  /** Only those of this run, this task, this attempt. */
  readonly run?: number
  readonly taskId?: string
  readonly attempt?: number
}

export interface SplitLines {
  readonly kept: readonly StoredLogLine[]
  readonly purged: number
}

/** Which lines of a chunk of a log go, and what is left of it. */
export function splitLines(lines: string, purge: LinesToPurge): SplitLines {
  const { fromMs, toMs, levels } = purge
  const all = trust<readonly StoredLogLine[]>(JSON.parse(lines))
  const kept = all.filter(
    line =>
      line.atMs < fromMs ||
      line.atMs > toMs ||
      (levels !== null && !levels.includes(line.level)) ||
      !isMeant(line, purge),
  )
  return { kept, purged: all.length - kept.length }
}

function isMeant(line: StoredLogLine, { run, taskId, attempt }: LinesToPurge): boolean {
  if (run !== undefined && line.run !== run) return false
  return (taskId === undefined || line.taskId === taskId) && (attempt === undefined || line.attempt === attempt)
}

export function levelMaxOf(lines: readonly StoredLogLine[]): number {
  return Math.max(0, ...lines.map(({ level }) => rankOf(level)))
}
