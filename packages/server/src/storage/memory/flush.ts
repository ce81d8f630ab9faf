// The write path: the batch is checked whole, by the rules that the tables of the other drivers hold as constraints, before anything is written.
import type { Batch } from '../batch.ts'
import { FlushError, type FlushReceipt } from '../store.ts'
import { jobKeyOf, limitMemberKeyOf, timerKeyOf, triggerKeyOf, type Tables } from './tables.ts'

export function flushInMemory(tables: Tables, batch: Batch, nowMs: number): FlushReceipt {
  checkFence(tables, batch)
  checkExecutions(tables, batch)
  checkQueues(tables, batch)
  checkHeads(tables, batch)
  checkTriggers(tables, batch)
  writeExecutions(tables, batch)
  writeQueues(tables, batch)
  const highWaterMs = Math.max(nowMs, tables.nodes.get(batch.node)?.highWaterMs ?? 0)
  tables.nodes.set(batch.node, { incarnation: batch.incarnation, flushSeq: batch.seq, highWaterMs })
  return { seq: batch.seq, dbNowMs: nowMs }
}

function checkFence(tables: Tables, { node, incarnation, seq }: Batch): void {
  const known = tables.nodes.get(node)
  if (known?.incarnation === incarnation && known.flushSeq === seq - 1) return
  throw new FlushError('fenced', `the node "${node}" is fenced: incarnation ${incarnation}, flush ${seq}`)
}

function refuse(what: string): never {
  throw new FlushError('known', what)
}

function checkExecutions(tables: Tables, batch: Batch): void {
  const births = new Set<string>()
  for (const { id, createdMs, endMs } of batch.births) {
    if (tables.executions.has(id) || births.has(id)) refuse(`the execution "${id}" exists already`)
    if (endMs !== null && endMs < createdMs) refuse(`the execution "${id}" ends before it begins`)
    births.add(id)
  }
  const turns = new Set<string>()
  for (const { executionId, turn } of batch.journal) {
    const isKnown = tables.journal.get(executionId)?.some(known => known.turn === turn) ?? false
    if (isKnown || turns.has(`${executionId} ${turn}`))
      refuse(`turn ${turn} of the execution "${executionId}" exists already`)
    turns.add(`${executionId} ${turn}`)
  }
}

function checkQueues(tables: Tables, batch: Batch): void {
  const ended = new Set(batch.jobsEnded.map(jobKeyOf))
  const born = new Set<string>()
  for (const row of batch.jobs) {
    const key = jobKeyOf(row)
    if ((tables.jobs.has(key) && !ended.has(key)) || born.has(key)) refuse(`the job ${key} exists already`)
    if ((row.node === null) !== (row.incarnation === null)) refuse(`the job ${key} is claimed by halves`)
    born.add(key)
  }
  const taken = new Set<string>()
  for (const id of batch.signalsTaken) {
    if (!tables.signals.has(id) || taken.has(id)) refuse(`the signal "${id}" was taken already`)
    taken.add(id)
  }
  const sent = new Set<string>()
  for (const { id } of batch.signals) {
    if (tables.signals.has(id) || sent.has(id)) refuse(`the signal "${id}" exists already`)
    sent.add(id)
  }
  const keys = new Set<string>()
  for (const { key } of batch.operations) {
    if (tables.operations.has(key) || keys.has(key)) refuse(`the operation "${key}" exists already`)
    keys.add(key)
  }
}

function checkHeads(tables: Tables, batch: Batch): void {
  const born = new Set(batch.births.map(({ id }) => id))
  for (const { id } of batch.heads)
    if (!tables.executions.has(id) && !born.has(id)) refuse(`the execution "${id}" was deleted`)
}

function checkTriggers(tables: Tables, batch: Batch): void {
  const cursors = new Map<string, number | null>()
  for (const row of batch.triggers) {
    const key = triggerKeyOf(row)
    const known = tables.triggers.get(key)
    const cursor = cursors.has(key) ? cursors.get(key) : known?.nextMs
    if (!known || cursor !== row.expectedNextMs)
      refuse(`the trigger "${row.triggerId}" of the flow "${row.namespace}.${row.flowId}" has moved on`)
    cursors.set(key, row.nextMs)
  }
}

function writeExecutions(tables: Tables, batch: Batch): void {
  for (const row of batch.births) tables.executions.set(row.id, row)
  for (const head of batch.heads) {
    const row = tables.executions.get(head.id)
    if (row) tables.executions.set(head.id, { ...row, ...head })
  }
  for (const [id, rows] of byExecution(batch.labels)) tables.labels.set(id, rows)
  for (const [id, rows] of byExecution(batch.journal)) append(tables.journal, id, rows)
  for (const [id, rows] of byExecution(batch.logs)) append(tables.logs, id, rows)
  for (const [id, rows] of byExecution(batch.metrics)) append(tables.metrics, id, rows)
}

function writeQueues(tables: Tables, batch: Batch): void {
  for (const key of batch.jobsEnded) {
    tables.jobs.delete(jobKeyOf(key))
    tables.jobsKilled.delete(jobKeyOf(key))
  }
  for (const row of batch.jobs) tables.jobs.set(jobKeyOf(row), row)
  for (const key of batch.jobsKilled) if (tables.jobs.has(jobKeyOf(key))) tables.jobsKilled.add(jobKeyOf(key))
  for (const key of batch.timersEnded) tables.timers.delete(timerKeyOf(key))
  for (const row of batch.timers) tables.timers.set(timerKeyOf(row), row)
  for (const key of batch.limitMembersEnded) tables.limitMembers.delete(limitMemberKeyOf(key))
  for (const row of batch.limitMembers) tables.limitMembers.set(limitMemberKeyOf(row), row)
  for (const id of batch.signalsTaken) tables.signals.delete(id)
  for (const row of batch.signals) tables.signals.set(row.id, row)
  for (const row of batch.operations) tables.operations.set(row.key, row)
  for (const row of batch.windows) tables.windows.set(`${triggerKeyOf(row)}/${row.setId}`, row)
  for (const { expectedNextMs: _, ...row } of batch.triggers) {
    const known = tables.triggers.get(triggerKeyOf(row))
    if (known) tables.triggers.set(triggerKeyOf(row), { ...known, ...row, expectedNextMs: row.nextMs })
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
