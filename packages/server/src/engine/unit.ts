// What one turn (and the turns of other executions that must commit with it) wants written, and what is to happen once it is. Units are the
// smallest thing a flush can refuse: when the store rejects a batch, the units are tried apart until the guilty one stands alone.
import type { Refusal } from '@batuta/core'
import { SOURCE_RUN } from '@batuta/plugin-sdk'
import type {
  ExecutionHead,
  ExecutionRow,
  JobKey,
  JobRow,
  JournalRowOf,
  LabelRow,
  LimitMemberKey,
  LimitMemberRow,
  LogRow,
  MetricRow,
  OperationRow,
  SignalRow,
  TimerKey,
  TimerRow,
  TriggerRow,
  WindowRow,
} from '../storage/batch.ts'
import { newBatch, type Batch } from '../storage/batch.ts'
import type { CommittedTurn } from '../telemetry/engine-meter.ts'
import type { Entity } from './entity.ts'
import type { LimitEntity, Touched } from './limit-entity.ts'

export interface Unit {
  readonly entities: Set<Entity>
  /** The limits that it changes. */
  readonly limits: Set<LimitEntity>
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
  /** What was said last of each member. */
  readonly limitRows: Map<string, LimitMemberRow | LimitMemberKey>
  signals: SignalRow[]
  signalsTaken: string[]
  triggers: TriggerRow[]
  windows: WindowRow[]
  operations: OperationRow[]
  /** To be counted once they are in the store. */
  readonly turns: CommittedTurn[]
  /** Done in order once the flush has returned: replies first, then whatever reaches out. */
  readonly receipts: Settleable[]
  readonly afterwards: (() => void)[]
  bytes: number
}

export interface Settleable {
  readonly refusal?: Refusal
  readonly view?: unknown
  /** Why nothing can be shown although it is committed. */
  readonly problem?: Error
  /** What waited with it in memory. */
  readonly bytes: number
  resolve(receipt: { readonly refusal?: Refusal; readonly view?: unknown }): void
  reject(error: Error): void
}

export function newUnit(): Unit {
  return {
    entities: new Set(),
    limits: new Set(),
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
    limitRows: new Map(),
    signals: [],
    signalsTaken: [],
    triggers: [],
    windows: [],
    operations: [],
    turns: [],
    receipts: [],
    afterwards: [],
    bytes: 0,
  }
}

/** The lists of rows of a unit. */
const LISTS = [
  'births',
  'heads',
  'labels',
  'journal',
  'logs',
  'metrics',
  'jobs',
  'jobsEnded',
  'jobsKilled',
  'timers',
  'timersEnded',
  'signals',
  'signalsTaken',
  'triggers',
  'windows',
  'operations',
] as const satisfies readonly (keyof Unit)[]

export function rowsOf(unit: Unit): number {
  let rows = unit.limitRows.size
  for (const list of LISTS) rows += unit[list].length
  return rows
}

/** All that is to be read again when it is not written. */
export function* touchedBy({ entities, limits }: Unit): Iterable<Touched> {
  yield* entities
  yield* limits
}

export function limitRowName({ limitKey, executionId }: LimitMemberKey): string {
  return `${executionId} ${limitKey}`
}

/** How many of its jobs have taken a place at the worker. */
/** Places of this node. */
export function reservedBy(unit: Unit, node: string): number {
  return unit.jobs.filter(job => job.node === node && job.run !== SOURCE_RUN).length
}

/** Jobs that a later turn ended before they were stored: they are neither written nor started. */
export function cancelledJobs(units: readonly Unit[]): ReadonlySet<string> {
  const sent = new Set<string>()
  const cancelled = new Set<string>()
  for (const unit of units) {
    for (const row of unit.jobs) sent.add(jobName(row))
    if (sent.size === 0) continue
    for (const name of unit.jobsEnded.map(jobName)) if (sent.has(name)) cancelled.add(name)
  }
  return cancelled
}

export function jobName({ executionId, run, epoch }: JobKey): string {
  return `${executionId}/${run}/${epoch}`
}

/**
 * The rows of `inner` go with those of `unit`: both are written, or neither. `inner` may hold a later turn of an execution of `unit`: what it
 * says of timers and labels takes the place of what was said before. Nobody waits for a receipt of what executions say to one another.
 */
export function mergeUnit(unit: Unit, inner: Unit): void {
  for (const entity of inner.entities) {
    if (unit.entities.has(entity)) entity.unflushed -= 1
    else unit.entities.add(entity)
  }
  for (const limit of inner.limits) {
    if (unit.limits.has(limit)) limit.unflushed -= 1
    else unit.limits.add(limit)
  }
  for (const [name, row] of inner.limitRows) unit.limitRows.set(name, row)
  unit.timers = withoutTimers(unit.timers, inner.timersEnded)
  unit.timersEnded = withoutTimers(unit.timersEnded, inner.timers)
  const labelled = new Set(inner.labels.map(row => row.executionId))
  if (labelled.size > 0) unit.labels = unit.labels.filter(row => !labelled.has(row.executionId))
  for (const list of LISTS) pushAll<unknown>(unit[list], inner[list])
  pushAll(unit.afterwards, inner.afterwards)
  pushAll(unit.turns, inner.turns)
  unit.bytes += inner.bytes
}

function withoutTimers<Row extends TimerKey>(rows: Row[], keys: readonly TimerKey[]): Row[] {
  if (rows.length === 0 || keys.length === 0) return rows
  const names = new Set(keys.map(key => `${key.executionId} ${key.name}`))
  return rows.filter(row => !names.has(`${row.executionId} ${row.name}`))
}

/** One batch of many units, with at most one operation per row: what came later wins. */
export function batchOf(
  units: readonly Unit[],
  fence: { readonly node: string; readonly incarnation: number; readonly seq: number },
  cancelled: ReadonlySet<string> = cancelledJobs(units),
): Batch {
  const batch = newBatch(fence.node, fence.incarnation)
  batch.seq = fence.seq
  const births = new Map<string, ExecutionRow>()
  const heads = new Map<string, ExecutionHead>()
  const labels = new Map<string, LabelRow[]>()
  const timers = new Map<string, TimerRow | TimerKey>()
  const windows = new Map<string, WindowRow>()
  const members = new Map<string, LimitMemberRow | LimitMemberKey>()
  for (const unit of units) {
    for (const row of unit.births) births.set(row.id, row)
    for (const head of unit.heads) coalesceHead(head, births, heads)
    for (const [id, rows] of Map.groupBy(unit.labels, row => row.executionId)) labels.set(id, rows)
    for (const [name, row] of unit.limitRows) members.set(name, row)
    for (const key of unit.timersEnded) timers.set(`${key.executionId} ${key.name}`, key)
    for (const row of unit.timers) timers.set(`${row.executionId} ${row.name}`, row)
    pushAll(batch.journal, unit.journal)
    pushAll(batch.logs, unit.logs)
    pushAll(batch.metrics, unit.metrics)
    pushAll(batch.jobs, cancelled.size === 0 ? unit.jobs : unit.jobs.filter(row => !cancelled.has(jobName(row))))
    pushAll(batch.jobsEnded, unit.jobsEnded)
    pushAll(batch.jobsKilled, unit.jobsKilled)
    pushAll(batch.signals, unit.signals)
    pushAll(batch.signalsTaken, unit.signalsTaken)
    pushAll(batch.triggers, unit.triggers)
    for (const row of unit.windows) windows.set(windowName(row), row)
    pushAll(batch.operations, unit.operations)
  }
  pushAll(batch.births, births.values())
  pushAll(batch.heads, heads.values())
  for (const rows of labels.values()) pushAll(batch.labels, rows)
  pushAll(batch.windows, windows.values())
  for (const timer of timers.values()) {
    if ('atMs' in timer) batch.timers.push(timer)
    else batch.timersEnded.push(timer)
  }
  for (const member of members.values()) {
    if ('rank' in member) batch.limitMembers.push(member)
    else batch.limitMembersEnded.push(member)
  }
  return batch
}

function windowName({ tenant, namespace, flowId, triggerId, setId }: WindowRow): string {
  return JSON.stringify([tenant, namespace, flowId, triggerId, setId])
}

function coalesceHead(head: ExecutionHead, births: Map<string, ExecutionRow>, heads: Map<string, ExecutionHead>): void {
  const birth = births.get(head.id)
  if (birth) births.set(head.id, { ...birth, ...head })
  else heads.set(head.id, head)
}

function pushAll<T>(target: T[], more: Iterable<T>): void {
  for (const item of more) target.push(item)
}
