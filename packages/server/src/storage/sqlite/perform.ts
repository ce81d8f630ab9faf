// Rare writes, each whole in one transaction.
import type { DatabaseSync } from 'node:sqlite'
import type { JobRow } from '../batch.ts'
import type { FlowKey, FlowRow, FlowWrite, Operations } from '../store.ts'
import { INSERT_LOG } from './flush.sql.ts'
import * as sql from './perform.sql.ts'
import { flowOf, jobOf, number, text } from './rows.ts'

type Performers = {
  readonly [Name in keyof Operations]: (db: DatabaseSync, args: Operations[Name]['args']) => Operations[Name]['result']
}

export function performIn<Name extends keyof Operations>(
  db: DatabaseSync,
  name: Name,
  args: Operations[Name]['args'],
): Operations[Name]['result'] {
  db.exec('begin immediate')
  try {
    const result = PERFORMERS[name](db, args)
    db.exec('commit')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('rollback')
    throw error
  }
}

const PERFORMERS: Performers = {
  joinNode: (db, { node, nowMs }) => {
    const row = db.prepare(sql.JOIN_NODE).get(node, nowMs) ?? {}
    return {
      incarnation: number(row, 'incarnation'),
      flushSeq: number(row, 'flush_seq'),
      highWaterMs: number(row, 'high_water_ms'),
    }
  },
  saveFlow: (db, write) => saveFlow(db, write),
  deleteFlow: (db, { nowMs, ...key }) => {
    const newest = newestOf(db, key)
    if (!newest || newest.isDeleted) return false
    insertFlow(db, { ...newest, revision: newest.revision + 1, isDeleted: true, nowMs })
    db.prepare(sql.DELETE_TRIGGERS).run(key.tenant, key.namespace, key.flowId)
    return true
  },
  saveTriggers: (db, { flow, triggers }) => {
    const key = [flow.tenant, flow.namespace, flow.flowId] as const
    const known = new Map(
      db
        .prepare(sql.TRIGGERS_OF_FLOW)
        .all(...key)
        .map(row => [text(row, 'trigger_id'), text(row, 'hash')]),
    )
    for (const id of known.keys()) {
      if (!triggers.some(trigger => trigger.triggerId === id)) db.prepare(sql.DELETE_TRIGGER).run(...key, id)
    }
    for (const { triggerId, nextMs, hash } of triggers) {
      if (known.get(triggerId) !== hash) db.prepare(sql.UPSERT_TRIGGER).run(...key, triggerId, nextMs, hash)
    }
    return null
  },
  setTriggerDisabled: (db, { isDisabled, nextMs, tenant, namespace, flowId, triggerId }) =>
    db.prepare(sql.DISABLE_TRIGGER).run(isDisabled ? 1 : 0, nextMs, tenant, namespace, flowId, triggerId).changes === 1,
  claimJobs: (db, { node, incarnation, limit, nowMs }) =>
    // An update returns its rows in any order.
    db.prepare(sql.CLAIM_JOBS).all(node, incarnation, nowMs, limit).map(jobOf).sort(compareRank),
  appendLogs: (db, { rows }) => {
    const insert = db.prepare(INSERT_LOG)
    for (const row of rows)
      insert.run(row.executionId, row.tenant, row.namespace, row.flowId, row.atMs, row.levelMax, row.lines)
    return null
  },
  setKey: (db, row) => {
    db.prepare(sql.UPSERT_KEY).run(
      row.tenant,
      row.namespace,
      row.key,
      row.value,
      row.type,
      row.description,
      row.expiresMs,
      row.updatedMs,
    )
    return null
  },
  deleteKey: (db, { tenant, namespace, key }) => db.prepare(sql.DELETE_KEY).run(tenant, namespace, key).changes === 1,
  deleteExecution: (db, { id }) => {
    for (const statement of sql.DELETE_OF_EXECUTION) db.prepare(statement).run(id)
    return db.prepare(sql.DELETE_EXECUTION).run(id).changes === 1
  },
  purgeOperations: (db, { nowMs, limit }) => Number(db.prepare(sql.PURGE_OPERATIONS).run(nowMs, limit).changes),
}

function compareRank(a: JobRow, b: JobRow): number {
  if (a.rank !== b.rank) return a.rank - b.rank
  if (a.executionId !== b.executionId) return a.executionId < b.executionId ? -1 : 1
  return a.run - b.run || a.epoch - b.epoch
}

function newestOf(db: DatabaseSync, key: FlowKey): FlowRow | undefined {
  const row = db.prepare(sql.NEWEST_FLOW).get(key.tenant, key.namespace, key.flowId)
  return row && flowOf(row)
}

/** Saving what is already there changes nothing; numbering goes on after a deletion. */
function saveFlow(db: DatabaseSync, write: FlowWrite): FlowRow {
  const newest = newestOf(db, write)
  if (newest && !newest.isDeleted && newest.source === write.source && newest.parsed === write.parsed) return newest
  const row: FlowRow = { ...write, revision: (newest?.revision ?? 0) + 1, isDeleted: false }
  insertFlow(db, row)
  return row
}

function insertFlow(db: DatabaseSync, row: FlowRow): void {
  db.prepare(sql.INSERT_FLOW).run(
    row.tenant,
    row.namespace,
    row.flowId,
    row.revision,
    row.source,
    row.parsed,
    row.isDisabled ? 1 : 0,
    row.isDeleted ? 1 : 0,
    row.nowMs,
  )
}
