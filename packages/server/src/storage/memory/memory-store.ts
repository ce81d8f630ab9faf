// The store in memory: the reference that the other drivers are compared with, the ground of the simulator, and what tests of the engine
// run on. It keeps the same promises but durability: a batch is checked whole before anything of it is written.
import {
  FlushError,
  type FlowKey,
  type FlowRow,
  type FlushReceipt,
  type KeyRow,
  type Store,
  type StoredTrigger,
} from '../store.ts'
import type {
  Batch,
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
} from '../batch.ts'
import { performInMemory } from './perform.ts'
import { readsOf } from './reads.ts'

export interface Tables {
  readonly nodes: Map<string, { incarnation: number; flushSeq: number; highWaterMs: number }>
  readonly flows: Map<string, FlowRow[]>
  readonly executions: Map<string, ExecutionRow>
  readonly labels: Map<string, LabelRow[]>
  readonly journal: Map<string, JournalRowOf[]>
  readonly logs: Map<string, LogRow[]>
  readonly metrics: Map<string, MetricRow[]>
  readonly jobs: Map<string, JobRow>
  readonly timers: Map<string, TimerRow>
  readonly signals: Map<string, SignalRow>
  readonly operations: Map<string, OperationRow>
  readonly triggers: Map<string, StoredTrigger>
  readonly keys: Map<string, KeyRow>
}

export function newTables(): Tables {
  return {
    nodes: new Map(),
    flows: new Map(),
    executions: new Map(),
    labels: new Map(),
    journal: new Map(),
    logs: new Map(),
    metrics: new Map(),
    jobs: new Map(),
    timers: new Map(),
    signals: new Map(),
    operations: new Map(),
    triggers: new Map(),
    keys: new Map(),
  }
}

/** `tables` outlive the store object: a second store over them is a restart. */
export function openMemoryStore(tables: Tables, nowMs: () => number): Store {
  return {
    kind: 'memory',
    flush: async batch => flush(tables, batch, nowMs()),
    perform: async (name, args) => performInMemory(tables, name, args),
    read: readsOf(tables),
    close: async () => {},
  }
}

export function flowKeyOf({ tenant, namespace, flowId }: FlowKey): string {
  return `${tenant}/${namespace}/${flowId}`
}

export function jobKeyOf({ executionId, run, epoch }: JobKey): string {
  return `${executionId}/${run}/${epoch}`
}

export function timerKeyOf({ executionId, name }: TimerKey): string {
  return `${executionId}/${name}`
}

function flush(tables: Tables, batch: Batch, nowMs: number): FlushReceipt {
  check(tables, batch)
  for (const row of batch.births) tables.executions.set(row.id, row)
  for (const head of batch.heads) {
    const row = tables.executions.get(head.id)
    if (row) tables.executions.set(head.id, { ...row, ...head })
  }
  for (const [id, rows] of byExecution(batch.labels)) tables.labels.set(id, [...rows])
  for (const [id, rows] of byExecution(batch.journal)) append(tables.journal, id, rows)
  for (const [id, rows] of byExecution(batch.logs)) append(tables.logs, id, rows)
  for (const [id, rows] of byExecution(batch.metrics)) append(tables.metrics, id, rows)
  for (const key of batch.jobsEnded) tables.jobs.delete(jobKeyOf(key))
  for (const row of batch.jobs) tables.jobs.set(jobKeyOf(row), row)
  for (const key of batch.timersEnded) tables.timers.delete(timerKeyOf(key))
  for (const row of batch.timers) tables.timers.set(timerKeyOf(row), row)
  for (const id of batch.signalsTaken) tables.signals.delete(id)
  for (const row of batch.signals) tables.signals.set(row.id, row)
  for (const row of batch.operations) tables.operations.set(row.key, row)
  for (const row of batch.triggers) {
    const key = `${flowKeyOf(row)}/${row.triggerId}`
    const known = tables.triggers.get(key)
    if (known) tables.triggers.set(key, { ...known, ...row })
  }
  tables.nodes.set(batch.node, { incarnation: batch.incarnation, flushSeq: batch.seq, highWaterMs: nowMs })
  return { seq: batch.seq, dbNowMs: nowMs }
}

function check(tables: Tables, batch: Batch): void {
  const node = tables.nodes.get(batch.node)
  if (!node || node.incarnation !== batch.incarnation || node.flushSeq !== batch.seq - 1) {
    throw new FlushError(
      'fenced',
      `the node "${batch.node}" is fenced: incarnation ${batch.incarnation}, flush ${batch.seq}`,
    )
  }
  const refuse = (what: string): never => {
    throw new FlushError('known', `${what} exists already`)
  }
  for (const row of batch.births) if (tables.executions.has(row.id)) refuse(`the execution "${row.id}"`)
  for (const row of batch.journal) {
    if (tables.journal.get(row.executionId)?.some(known => known.turn === row.turn))
      refuse(`turn ${row.turn} of the execution "${row.executionId}"`)
  }
  for (const row of batch.operations) if (tables.operations.has(row.key)) refuse(`the operation "${row.key}"`)
  for (const row of batch.jobs) if (tables.jobs.has(jobKeyOf(row))) refuse(`the job ${jobKeyOf(row)}`)
  for (const row of batch.triggers) {
    const known = tables.triggers.get(`${flowKeyOf(row)}/${row.triggerId}`)
    if (known && known.nextMs !== row.expectedNextMs)
      throw new FlushError('known', `the trigger "${row.triggerId}" has moved on`)
  }
}

function byExecution<Row extends { readonly executionId: string }>(rows: readonly Row[]): Map<string, Row[]> {
  return Map.groupBy(rows, row => row.executionId)
}

function append<Row>(table: Map<string, Row[]>, id: string, rows: readonly Row[]): void {
  const known = table.get(id)
  if (known) known.push(...rows)
  else table.set(id, [...rows])
}
