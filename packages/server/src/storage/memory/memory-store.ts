// The store in memory: the reference that the other drivers are compared with, the ground of the simulator, and what tests of the engine
// run on. It keeps the same promises but durability: a batch is checked whole before anything of it is written.
import type { Batch } from '../batch.ts'
import { FlushError, type FlushReceipt, type Store } from '../store.ts'
import { performInMemory } from './perform.ts'
import { readsOf } from './reads.ts'
import { flowKeyOf, jobKeyOf, timerKeyOf, type Tables } from './tables.ts'

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
