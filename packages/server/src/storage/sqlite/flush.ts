// The write path: one batch, one transaction. The same code runs on the main thread for small batches and on the database thread for large
// ones; only one flush is in flight at a time, so the two never meet.
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Batch } from '../batch.ts'
import { FlushError, type FlushReceipt } from '../store.ts'
import * as sql from './flush.sql.ts'

export type WriteBatch = (batch: Batch, atMs: number) => FlushReceipt

export function prepareFlush(db: DatabaseSync): WriteBatch {
  const statements = new Map<string, StatementSync>()
  const run = (text: string, ...values: (string | number | null)[]): number => {
    let statement = statements.get(text)
    if (!statement) {
      statement = db.prepare(text)
      statements.set(text, statement)
    }
    return Number(statement.run(...values).changes)
  }
  return (batch, atMs) => {
    try {
      db.exec('begin immediate')
      if (run(sql.FENCE, batch.seq, atMs, batch.node, batch.incarnation, batch.seq - 1) !== 1) {
        throw new FlushError(
          'fenced',
          `the node "${batch.node}" is fenced: incarnation ${batch.incarnation}, flush ${batch.seq}`,
        )
      }
      writeRows(run, batch)
      db.exec('commit')
      return { seq: batch.seq, dbNowMs: atMs }
    } catch (error) {
      rollback(db)
      throw error instanceof FlushError
        ? error
        : new FlushError(faultOf(error), `the flush failed: ${messageOf(error)}`, { cause: error })
    }
  }
}

type Run = (text: string, ...values: (string | number | null)[]) => number

function writeRows(run: Run, batch: Batch): void {
  for (const row of batch.births) {
    run(
      sql.INSERT_EXECUTION,
      row.id,
      row.tenant,
      row.namespace,
      row.flowId,
      row.revision,
      row.state,
      row.createdMs,
      row.endMs,
      row.waitsFor,
      row.turn,
      row.shard,
      row.triggerId,
      row.triggerType,
      row.parentId,
      row.originalId,
    )
  }
  for (const row of batch.heads)
    if (run(sql.UPDATE_EXECUTION, row.state, row.endMs, row.waitsFor, row.turn, row.id) !== 1)
      throw new FlushError('known', `the execution "${row.id}" was deleted`)
  for (const row of batch.journal) run(sql.INSERT_JOURNAL, row.executionId, row.turn, row.version, row.atMs, row.events)
  for (const row of batch.logs)
    run(sql.INSERT_LOG, row.executionId, row.tenant, row.namespace, row.flowId, row.atMs, row.levelMax, row.lines)
  if (batch.labels.length > 0) writeLabels(run, batch)
  for (const row of batch.metrics)
    run(sql.INSERT_METRIC, row.executionId, row.run, row.taskId, row.name, row.type, row.value, row.tags, row.atMs)
  for (const key of batch.jobsEnded) run(sql.DELETE_JOB, key.executionId, key.run, key.epoch)
  for (const row of batch.jobs) {
    run(
      sql.INSERT_JOB,
      row.executionId,
      row.run,
      row.epoch,
      row.shard,
      row.queue,
      row.rank,
      row.node,
      row.incarnation,
      row.claimedMs,
      row.payload,
    )
  }
  for (const key of batch.jobsKilled) run(sql.KILL_JOB, key.executionId, key.run, key.epoch)
  for (const key of batch.timersEnded) run(sql.DELETE_TIMER, key.executionId, key.name)
  for (const row of batch.timers) run(sql.UPSERT_TIMER, row.executionId, row.name, row.shard, row.atMs)
  for (const key of batch.limitMembersEnded) run(sql.DELETE_LIMIT_MEMBER, key.limitKey, key.executionId)
  for (const row of batch.limitMembers)
    run(sql.UPSERT_LIMIT_MEMBER, row.limitKey, row.executionId, row.isHolding, row.rank, row.share, row.keys)
  for (const id of batch.signalsTaken)
    if (run(sql.DELETE_SIGNAL, id) !== 1) throw new FlushError('known', `the signal "${id}" was taken already`)
  for (const row of batch.signals) run(sql.INSERT_SIGNAL, row.id, row.shard, row.executionId, row.body)
  for (const row of batch.operations)
    run(sql.INSERT_OPERATION, row.key, row.entity, row.bodyHash, row.status, row.body, row.expiresMs)
  for (const row of batch.triggers) writeTrigger(run, row)
  for (const row of batch.windows)
    run(sql.UPSERT_WINDOW, row.tenant, row.namespace, row.flowId, row.triggerId, row.setId, row.body)
}

/** The labels of an execution are written whole. */
function writeLabels(run: Run, batch: Batch): void {
  for (const id of new Set(batch.labels.map(row => row.executionId))) run(sql.DELETE_LABELS, id)
  for (const row of batch.labels) run(sql.INSERT_LABEL, row.key, row.value, row.executionId)
}

function writeTrigger(run: Run, row: Batch['triggers'][number]): void {
  const changed = run(
    sql.MOVE_TRIGGER,
    row.nextMs,
    row.lastMs,
    row.executionId,
    row.state,
    row.tenant,
    row.namespace,
    row.flowId,
    row.triggerId,
    row.expectedNextMs,
  )
  if (changed !== 1)
    throw new FlushError(
      'known',
      `the trigger "${row.triggerId}" of the flow "${row.namespace}.${row.flowId}" has moved on`,
    )
}

function rollback(db: DatabaseSync): void {
  if (db.isTransaction) db.exec('rollback')
}

const SQLITE_BUSY = 5
const SQLITE_FULL = 13
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_CONSTRAINT = 19
const SQLITE_TOOBIG = 18
const SQLITE_MISMATCH = 20
const SQLITE_RANGE = 25

/** SQLite answers whether a commit happened. Only a file that another program keeps locked is worth asking again, which is what unknown means. */
export function faultOf(error: unknown): FlushError['fault'] {
  const code = typeof error === 'object' && error !== null && 'errcode' in error ? Number(error.errcode) & 0xff : -1
  if (code === SQLITE_FULL) return 'full'
  if (code === SQLITE_BUSY) return 'unknown'
  if (code === SQLITE_CONSTRAINT || code === SQLITE_TOOBIG || code === SQLITE_MISMATCH || code === SQLITE_RANGE)
    return 'known'
  if (code === SQLITE_IOERR || code === SQLITE_CORRUPT) return isOutOfSpace(error) ? 'full' : 'broken'
  return error instanceof TypeError || error instanceof RangeError ? 'known' : 'broken'
}

function isOutOfSpace(error: unknown): boolean {
  return messageOf(error).includes('database or disk is full')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
