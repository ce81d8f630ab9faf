// What one turn (and the turns of other executions that must commit with it) wants written, and what is to happen once it is. Units are the
// smallest thing a flush can refuse: when the store rejects a batch, the units are tried apart until the guilty one stands alone.
import { noEntries, noMembers, trust, withEntry, withMember, type Refusal } from '@batuta/core'
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

/** Lists are read only to whoever reads them: `put` adds to them, for most of them stay empty and are one and the same. */
export interface Unit {
  readonly entities: Set<Entity>
  /** The limits that it changes. */
  limits: ReadonlySet<LimitEntity>
  births: readonly ExecutionRow[]
  heads: readonly ExecutionHead[]
  labels: readonly LabelRow[]
  journal: readonly JournalRowOf[]
  logs: readonly LogRow[]
  metrics: readonly MetricRow[]
  jobs: readonly JobRow[]
  jobsEnded: readonly JobKey[]
  jobsKilled: readonly JobKey[]
  timers: readonly TimerRow[]
  timersEnded: readonly TimerKey[]
  /** What was said last of each member. */
  limitRows: ReadonlyMap<string, LimitMemberRow | LimitMemberKey>
  signals: readonly SignalRow[]
  signalsTaken: readonly string[]
  triggers: readonly TriggerRow[]
  windows: readonly WindowRow[]
  operations: readonly OperationRow[]
  /** To be counted once they are in the store. */
  turns: readonly CommittedTurn[]
  /** Done in order once the flush has returned: replies first, then whatever reaches out. */
  receipts: readonly Settleable[]
  afterwards: readonly (() => void)[]
  bytes: number
}

export interface Settleable {
  readonly refusal?: Refusal | undefined
  readonly view?: unknown
  /** Why nothing can be shown although it is committed. */
  readonly problem?: Error | undefined
  /** What waited with it in memory. */
  readonly bytes: number
  resolve(receipt: { readonly refusal?: Refusal; readonly view?: unknown }): void
  reject(error: Error): void
}

/** Nobody's: it stays empty. */
const NONE: readonly never[] = Object.freeze([])

export function newUnit(): Unit {
  return {
    entities: new Set(),
    limits: noMembers(),
    births: NONE,
    heads: NONE,
    labels: NONE,
    journal: NONE,
    logs: NONE,
    metrics: NONE,
    jobs: NONE,
    jobsEnded: NONE,
    jobsKilled: NONE,
    timers: NONE,
    timersEnded: NONE,
    limitRows: noEntries(),
    signals: NONE,
    signalsTaken: NONE,
    triggers: NONE,
    windows: NONE,
    operations: NONE,
    turns: NONE,
    receipts: NONE,
    afterwards: NONE,
    bytes: 0,
  }
}

type ListOf = (typeof LISTS)[number] | 'turns' | 'receipts' | 'afterwards'

/** Most lists get one item, and one that grew has room for seventeen. */
export function put<List extends ListOf>(unit: Unit, list: List, item: Unit[List][number]): void {
  const lists = trust<Record<ListOf, unknown[]>>(unit)
  if (lists[list].length === 0) lists[list] = [item]
  else lists[list].push(item)
}

export function putAll<List extends ListOf>(unit: Unit, list: List, items: Unit[List] | undefined): void {
  for (const item of items ?? NONE) put(unit, list, item)
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

/** How many of its jobs have taken a place at the worker of this node. */
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
    else unit.limits = withMember(unit.limits, limit)
  }
  for (const [name, row] of inner.limitRows) unit.limitRows = withEntry(unit.limitRows, name, row)
  unit.timers = withoutTimers(unit.timers, inner.timersEnded)
  unit.timersEnded = withoutTimers(unit.timersEnded, inner.timers)
  const labelled = new Set(inner.labels.map(row => row.executionId))
  if (labelled.size > 0) unit.labels = unit.labels.filter(row => !labelled.has(row.executionId))
  for (const list of LISTS) putAll(unit, list, inner[list])
  putAll(unit, 'afterwards', inner.afterwards)
  putAll(unit, 'turns', inner.turns)
  unit.bytes += inner.bytes
}

function withoutTimers<Row extends TimerKey>(rows: readonly Row[], keys: readonly TimerKey[]): readonly Row[] {
  if (rows.length === 0 || keys.length === 0) return rows
  const names = new Set(keys.map(key => `${key.executionId} ${key.name}`))
  return rows.filter(row => !names.has(`${row.executionId} ${row.name}`))
}

/** These are added as they are. */
const JOINED = [
  'journal',
  'logs',
  'metrics',
  'signals',
  'signalsTaken',
  'triggers',
  'operations',
] as const satisfies readonly (typeof LISTS)[number][]

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
    if (unit.labels.length > 0)
      for (const [id, rows] of Map.groupBy(unit.labels, row => row.executionId)) labels.set(id, rows)
    for (const [name, row] of unit.limitRows) members.set(name, row)
    for (const key of unit.timersEnded) timers.set(`${key.executionId} ${key.name}`, key)
    for (const row of unit.timers) timers.set(`${row.executionId} ${row.name}`, row)
    for (const list of JOINED) if (unit[list].length > 0) pushAll<unknown>(batch[list], unit[list])
    if (unit.jobsEnded.length > 0 || unit.jobsKilled.length > 0) addEndedJobs(batch, unit, cancelled)
    if (unit.jobs.length > 0)
      pushAll(batch.jobs, cancelled.size === 0 ? unit.jobs : unit.jobs.filter(row => !cancelled.has(jobName(row))))
    for (const row of unit.windows) windows.set(windowName(row), row)
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

/** What a turn both stops and ends stays, with its mark, until its worker has ended it: that of another node knows by nothing else that it must. */
function addEndedJobs(batch: Batch, { jobsEnded, jobsKilled }: Unit, cancelled: ReadonlySet<string>): void {
  const stopped = new Set(jobsKilled.map(jobName).filter(name => !cancelled.has(name)))
  for (const key of jobsEnded) if (!stopped.has(jobName(key))) batch.jobsEnded.push(key)
  for (const key of jobsKilled) if (stopped.has(jobName(key))) batch.jobsKilled.push(key)
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
