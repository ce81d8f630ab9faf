// Rare writes, each whole in one transaction. They are written once as generators that ask for statements to be run: SQLite runs them without
// ever yielding to the event loop, PostgreSQL with a round trip each.
import type { JobRow, LogRow } from '../batch.ts'
import {
  REASONS_MAX,
  lateJoin,
  type JournalPage,
  type FlowKey,
  type FlowRow,
  type FlowWrite,
  type Operations,
  type PurgeSlice,
  type Purged,
} from '../store.ts'
import type { Condition } from './walk.sql.ts'
import type { BirthOrder } from './birth-order.ts'
import * as sql from './perform.sql.ts'
import { FIND_OPERATION } from './reads.sql.ts'
import { KEY_PERFORMERS } from './perform-keys.ts'
import { LOG_PERFORMERS } from './perform-logs.ts'
import { ACCESS_PERFORMERS } from './access.ts'
import { APP_PERFORMERS } from './apps.ts'
import { TEST_PERFORMERS } from './tests.ts'
import { BULK_PERFORMERS } from './bulks.ts'
import { SETTING_PERFORMERS } from './user-settings.ts'
import { SEALED_PERFORMERS } from './sealed.ts'
import { SNAPSHOT_PERFORMERS } from './snapshots.ts'
import { of, run, type Statement } from './statement.ts'
import { flowOf, jobOf, number, numberOrNull, operationOf, text, type SqlRow } from './rows.ts'

export { of } from './statement.ts'
export type { Param, Statement } from './statement.ts'

/** Yields statements, is given their rows, returns the result. */
export type Performance<Result> = Generator<Statement, Result, readonly SqlRow[]>

export type Performers = {
  readonly [Name in keyof Operations]: (
    args: Operations[Name]['args'],
    dialect: SqlDialect,
  ) => Performance<Operations[Name]['result']>
}

/** Where the two databases cannot speak alike: PostgreSQL finds the partition of an execution by its birth. */
export interface SqlDialect {
  readonly born: BirthOrder
  /** The column as one that no index is to be chosen for, where the planner has no statistics to choose by. */
  aside(column: string): string
  /** How walks over several keys become one list. */
  readonly merge: 'union' | 'lateral'
  /** Whether the column has the pattern in it, whatever the case; `!` escapes. */
  contains(column: string): string
  /** Whether the column has the text in it, whatever the case of its ASCII letters; other letters are as they are written. */
  containsText(column: string, text: string): Condition
  journalOf(executionId: string, page: JournalPage): Statement
  insertLog(row: LogRow): Statement
  /** Returns a row when it was written: when the execution is there. */
  insertSnapshotPart(row: Operations['saveSnapshotPart']['args']): Statement
  /** Around the saving of flows: one at a time, so that their numbers are seen in order, and told to the other nodes. */
  readonly beforeFlows?: Statement
  readonly afterFlows?: Statement
  /** Tells the other nodes that there is something for them. */
  readonly afterSignals?: Statement
  /** Tells the other nodes that somebody may do more or less than before. */
  readonly afterAccess?: Statement
  /** Where the database is another machine than the node, or may be. */
  readonly ownClock?: Statement
  /** `size_bytes` and `free_bytes` of the whole database. */
  readonly space: Statement
  /** Takes free jobs in the order of their rank; no two callers are given the same one. */
  claimJobs(claim: Operations['claimJobs']['args']): Statement
}

export function performanceOf<Name extends keyof Operations>(
  name: Name,
  args: Operations[Name]['args'],
  dialect: SqlDialect,
): Performance<Operations[Name]['result']> {
  return PERFORMERS[name](args, dialect)
}

const PERFORMERS: Performers = {
  *joinNode({ node, nowMs, follows = -1 }, dialect) {
    const [row] = yield run(sql.JOIN_NODE, node, nowMs, follows)
    if (!row) throw lateJoin(node)
    const [time] = dialect.ownClock ? yield dialect.ownClock : []
    return {
      incarnation: number(row, 'incarnation'),
      flushSeq: number(row, 'flush_seq'),
      highWaterMs: number(row, 'high_water_ms'),
      ...(time ? { dbNowMs: number(time, 'now_ms') } : {}),
    }
  },
  *saveFlow(write, dialect) {
    if (dialect.beforeFlows) yield dialect.beforeFlows
    const row = yield* saveFlow(write)
    if (dialect.afterFlows) yield dialect.afterFlows
    return row
  },
  *reviseFlow({ follows, ...write }, dialect) {
    if (dialect.beforeFlows) yield dialect.beforeFlows
    const newest = yield* newestOf(write)
    if (newest === undefined || newest.isDeleted) return null
    if (newest.revision !== follows && !isSame(newest, write)) return null
    const row = yield* saveFlow(write)
    if (dialect.afterFlows) yield dialect.afterFlows
    return row
  },
  *deleteFlow({ nowMs, ...key }, dialect) {
    if (dialect.beforeFlows) yield dialect.beforeFlows
    const newest = yield* newestOf(key)
    if (!newest || newest.isDeleted) return false
    yield insertFlow({ ...newest, revision: newest.revision + 1, isDeleted: true, nowMs })
    yield run(sql.DELETE_TRIGGERS, key.tenant, key.namespace, key.flowId)
    for (const table of sql.TABLES_OF_TRIGGERS)
      yield run(sql.deleteOfFlow(table), key.tenant, key.namespace, key.flowId)
    if (dialect.afterFlows) yield dialect.afterFlows
    return true
  },
  *deleteRevisions({ revisions, ...key }) {
    const newest = yield* newestOf(key)
    let count = 0
    for (const revision of new Set(revisions)) {
      if (newest === undefined || revision >= newest.revision) continue
      count += (yield run(sql.DELETE_REVISION, key.tenant, key.namespace, key.flowId, revision)).length
    }
    return count
  },
  *saveTriggers({ flow, triggers }) {
    const key = [flow.tenant, flow.namespace, flow.flowId] as const
    const rows = yield run(sql.TRIGGERS_OF_FLOW, ...key)
    const known = new Map(rows.map(row => [text(row, 'trigger_id'), text(row, 'hash')]))
    for (const id of known.keys()) {
      const wanted = triggers.find(trigger => trigger.triggerId === id)
      if (wanted?.hash === known.get(id)) continue
      for (const table of sql.TABLES_OF_TRIGGERS) yield run(sql.deleteOfTrigger(table), ...key, id)
      if (!wanted) yield run(sql.DELETE_TRIGGER, ...key, id)
    }
    for (const { triggerId, nextMs, hash } of triggers) {
      if (known.get(triggerId) !== hash) yield run(sql.UPSERT_TRIGGER, ...key, triggerId, nextMs, hash)
    }
    return null
  },
  *setTriggerDisabled({ isDisabled, nextMs, tenant, namespace, flowId, triggerId }) {
    const rows = yield run(sql.DISABLE_TRIGGER, isDisabled, nextMs, tenant, namespace, flowId, triggerId)
    return rows.length === 1
  },
  *changeTrigger(change, dialect) {
    const { isDisabled, nextMs, lastMs, executionId, state, tenant, namespace, flowId, triggerId } = change
    const values = [isDisabled, nextMs, lastMs, executionId, state].flatMap(value => [
      value !== undefined,
      value ?? null,
    ])
    const key = [tenant, namespace, flowId, triggerId] as const
    const { expected } = change
    const before = [expected !== undefined, expected?.nextMs ?? null, expected?.state ?? null] as const
    const rows = yield run(sql.CHANGE_TRIGGER, ...values, ...key, ...before)
    const { signal } = change
    if (rows.length === 1 && signal) {
      yield run(sql.INSERT_SIGNAL, signal.id, signal.shard, signal.executionId, signal.body)
      if (dialect.afterSignals) yield dialect.afterSignals
    }
    return rows.length === 1
  },
  *noteReasons({ rows }) {
    for (const row of rows) {
      const key = [row.tenant, row.namespace, row.flowId, row.triggerId] as const
      yield run(sql.NOTE_REASON, ...key, row.code, row.reason, row.firstMs, row.lastMs, row.count)
    }
    for (const row of new Map(
      rows.map(row => [JSON.stringify([row.namespace, row.flowId, row.triggerId]), row]),
    ).values())
      yield run(sql.FORGET_REASONS, row.tenant, row.namespace, row.flowId, row.triggerId, REASONS_MAX)
    return null
  },
  *deleteReasons({ tenant, namespace, flowId, triggerId }) {
    const rows = yield run(
      `${sql.deleteOfTrigger('trigger_reasons')} returning 1`,
      tenant,
      namespace,
      flowId,
      triggerId,
    )
    return rows.length
  },
  *claimJobs(claim, dialect) {
    const rows = yield dialect.claimJobs(claim)
    // An update returns its rows in any order.
    return rows.map(jobOf).sort(compareRank)
  },
  *appendLogs({ rows }, dialect) {
    for (const row of rows) yield dialect.insertLog(row)
    return null
  },
  ...KEY_PERFORMERS,
  ...LOG_PERFORMERS,
  ...TEST_PERFORMERS,
  ...APP_PERFORMERS,
  ...ACCESS_PERFORMERS,
  ...SETTING_PERFORMERS,
  ...SEALED_PERFORMERS,
  ...BULK_PERFORMERS,
  ...SNAPSHOT_PERFORMERS,
  *deleteExecution({ id, keepsLogs = false, keepsMetrics = false }, { born }) {
    // The header goes first: whoever writes a snapshot holds it until that can be seen, and so be deleted.
    const gone = yield of(sql.DELETE_EXECUTION, born.is(id, 'id'))
    yield* deleteParts(id, born, new Set([...(keepsLogs ? ['logs'] : []), ...(keepsMetrics ? ['metrics'] : [])]))
    return gone.length === 1
  },
  *purgeExecutions(slice, { born }) {
    return yield* purgeExecutions(slice, born)
  },
  *purgeOperations({ nowMs, limit }) {
    return (yield run(sql.PURGE_OPERATIONS, nowMs, limit)).length
  },
  *claimOperation({ row: { key, entity, bodyHash, status, body, expiresMs }, nowMs }) {
    const values = [key, entity, bodyHash, status, body, expiresMs, nowMs] as const
    if ((yield run(sql.CLAIM_OPERATION, ...values)).length === 1) return null
    const [known] = yield run(FIND_OPERATION, key)
    return known ? operationOf(known) : null
  },
  *changeOperation({ key, body, to }) {
    const statement = to
      ? run(sql.CHANGE_OPERATION, key, body, to.status, to.body)
      : run(sql.DELETE_OPERATION, key, body)
    return (yield statement).length === 1
  },
}

/** The header goes first: it tells whether the execution is to go at all. */
function* purgeExecutions({ endedBeforeMs, afterId, limit }: PurgeSlice, born: BirthOrder): Performance<Purged> {
  const looked = yield of(sql.listOld(born.order(true).of('e')), oldOf({ endedBeforeMs, afterId, limit }, born))
  const executions: Purged['executions'][number][] = []
  for (const row of looked) {
    const endMs = numberOrNull(row, 'end_ms')
    if (row['waits_for'] !== null || endMs === null || endMs >= endedBeforeMs) continue
    const id = text(row, 'id')
    const { text: where, values } = born.is(id, 'id')
    const [gone] = yield of(sql.DELETE_ENDED, { text: where, values: [...values, endedBeforeMs] })
    if (!gone) continue
    yield* deleteParts(id, born)
    executions.push({ id, namespace: text(gone, 'namespace'), flowId: text(gone, 'flow_id') })
  }
  const last = looked.at(-1)
  return { executions, nextAfterId: last && looked.length === limit ? text(last, 'id') : null }
}

/** Those born before the moment, after the one given; the limit follows. */
function oldOf({ endedBeforeMs, afterId, limit }: PurgeSlice, born: BirthOrder): Condition {
  const beyond = born.beyond(afterId, { source: 'executions', isAscending: true })
  const to = born.to(endedBeforeMs - 1, 'executions')
  return { text: `${beyond.text} and ${to.text}`, values: [...beyond.values, ...to.values, limit] }
}

/** All of an execution but its header. */
function* deleteParts(id: string, born: BirthOrder, kept: ReadonlySet<string> = new Set()): Performance<void> {
  for (const table of sql.TABLES_BY_BIRTH)
    if (!kept.has(table)) yield of(sql.deleteByBirth(table), born.is(id, 'execution_id'))
  for (const table of sql.TABLES_OF_WORK) yield run(sql.deleteOf(table), id)
}

function compareRank(a: JobRow, b: JobRow): number {
  if (a.rank !== b.rank) return a.rank - b.rank
  if (a.executionId !== b.executionId) return a.executionId < b.executionId ? -1 : 1
  return a.run - b.run || a.epoch - b.epoch
}

function* newestOf(key: FlowKey): Performance<FlowRow | undefined> {
  const rows = yield run(sql.NEWEST_FLOW, key.tenant, key.namespace, key.flowId)
  return rows[0] && flowOf(rows[0])
}

/** Saving what is already there changes nothing; numbering goes on after a deletion. */
function* saveFlow(write: FlowWrite): Performance<FlowRow> {
  const newest = yield* newestOf(write)
  if (newest && !newest.isDeleted && isSame(newest, write)) return newest
  const row: FlowRow = { ...write, revision: (newest?.revision ?? 0) + 1, isDeleted: false }
  yield insertFlow(row)
  return row
}

function isSame(newest: FlowRow, write: FlowWrite): boolean {
  return newest.source === write.source && newest.parsed === write.parsed
}

function insertFlow(row: FlowRow): Statement {
  return run(
    sql.INSERT_FLOW,
    row.tenant,
    row.namespace,
    row.flowId,
    row.revision,
    row.source,
    row.parsed,
    row.isDisabled,
    row.isDeleted,
    row.nowMs,
  )
}
