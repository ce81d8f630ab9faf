// What one turn (and the turns of other executions that must commit with it) wants written, and what is to happen once it is. Units are the
// smallest thing a flush can refuse: when the store rejects a batch, the units are tried apart until the guilty one stands alone.
import type { Refusal } from '@batuta/core'
import type {
  ExecutionHead,
  ExecutionRow,
  JobKey,
  JobRow,
  JournalRowOf,
  LabelRow,
  LogRow,
  MetricRow,
  OperationRow,
  SignalRow,
  TimerKey,
  TimerRow,
  TriggerRow,
} from '../storage/batch.ts'
import { newBatch, type Batch } from '../storage/batch.ts'
import type { Entity } from './entity.ts'

export interface Unit {
  readonly entities: Set<Entity>
  births: ExecutionRow[]
  heads: ExecutionHead[]
  labels: LabelRow[]
  journal: JournalRowOf[]
  logs: LogRow[]
  metrics: MetricRow[]
  jobs: JobRow[]
  jobsEnded: JobKey[]
  jobsKilled: JobKey[]
  timers: TimerRow[]
  timersEnded: TimerKey[]
  signals: SignalRow[]
  signalsTaken: string[]
  triggers: TriggerRow[]
  operations: OperationRow[]
  /** Done in order once the flush has returned: replies first, then whatever reaches out. */
  readonly receipts: Settleable[]
  readonly afterwards: (() => void)[]
  bytes: number
}

export interface Settleable {
  readonly refusal?: Refusal
  readonly view?: unknown
  resolve(receipt: { readonly refusal?: Refusal; readonly view?: unknown }): void
  reject(error: Error): void
}

export function newUnit(): Unit {
  return {
    entities: new Set(),
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
    signals: [],
    signalsTaken: [],
    triggers: [],
    operations: [],
    receipts: [],
    afterwards: [],
    bytes: 0,
  }
}

export function rowsOf(unit: Unit): number {
  return (
    unit.births.length +
    unit.heads.length +
    unit.labels.length +
    unit.journal.length +
    unit.logs.length +
    unit.metrics.length +
    unit.jobs.length +
    unit.jobsEnded.length +
    unit.jobsKilled.length +
    unit.timers.length +
    unit.timersEnded.length +
    unit.signals.length +
    unit.signalsTaken.length +
    unit.triggers.length +
    unit.operations.length
  )
}

/** One batch of many units, with at most one operation per row: what came later wins. */
export function batchOf(
  units: readonly Unit[],
  fence: { readonly node: string; readonly incarnation: number; readonly seq: number },
): Batch {
  const batch = newBatch(fence.node, fence.incarnation)
  batch.seq = fence.seq
  const births = new Map<string, ExecutionRow>()
  const heads = new Map<string, ExecutionHead>()
  const labels = new Map<string, LabelRow[]>()
  const timers = new Map<string, TimerRow | TimerKey>()
  for (const unit of units) {
    for (const row of unit.births) births.set(row.id, row)
    for (const head of unit.heads) coalesceHead(head, births, heads)
    for (const [id, rows] of Map.groupBy(unit.labels, row => row.executionId)) labels.set(id, rows)
    for (const key of unit.timersEnded) timers.set(`${key.executionId} ${key.name}`, key)
    for (const row of unit.timers) timers.set(`${row.executionId} ${row.name}`, row)
    pushAll(batch.journal, unit.journal)
    pushAll(batch.logs, unit.logs)
    pushAll(batch.metrics, unit.metrics)
    pushAll(batch.jobs, unit.jobs)
    pushAll(batch.jobsEnded, unit.jobsEnded)
    pushAll(batch.jobsKilled, unit.jobsKilled)
    pushAll(batch.signals, unit.signals)
    pushAll(batch.signalsTaken, unit.signalsTaken)
    pushAll(batch.triggers, unit.triggers)
    pushAll(batch.operations, unit.operations)
  }
  pushAll(batch.births, births.values())
  pushAll(batch.heads, heads.values())
  for (const rows of labels.values()) pushAll(batch.labels, rows)
  for (const timer of timers.values()) {
    if ('atMs' in timer) batch.timers.push(timer)
    else batch.timersEnded.push(timer)
  }
  return batch
}

function coalesceHead(head: ExecutionHead, births: Map<string, ExecutionRow>, heads: Map<string, ExecutionHead>): void {
  const birth = births.get(head.id)
  if (birth) births.set(head.id, { ...birth, ...head })
  else heads.set(head.id, head)
}

function pushAll<T>(target: T[], more: Iterable<T>): void {
  for (const item of more) target.push(item)
}
