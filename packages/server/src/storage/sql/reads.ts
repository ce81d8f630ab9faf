// Reads by key or keyset, the same for SQLite and PostgreSQL. They hold no transaction open.
import type { JobKey, JournalRowOf } from '../batch.ts'
import type { ExecutionQuery, Reads } from '../store.ts'
import type { Param, SqlDialect } from './perform.ts'
import * as sql from './reads.sql.ts'
import { executionOf, flowOf, jobOf, number, numberOrNull, text, textOrNull, triggerOf, type SqlRow } from './rows.ts'

/** Runs one statement whose parameters are `$1`, `$2` … */
export type Query = (statement: string, values: readonly Param[]) => Promise<readonly SqlRow[]>

export function readsOf(query: Query, dialect: SqlDialect): Reads {
  const all: All = (statement, ...values) => query(statement, values)
  const one: One = async (statement, ...values) => (await query(statement, values))[0]
  return {
    ...flowReads(all, one),
    ...executionReads(all, one),
    journalOf: async id => await journalOf(id, query, dialect),
    ...queueReads(all, one),
    findKey: async (tenant, namespace, key) => mapRow(await one(sql.FIND_KEY, tenant, namespace, key), keyOf),
    listKeys: async (tenant, namespace) => (await all(sql.LIST_KEYS, tenant, namespace)).map(keyOf),
  }
}

type All = (statement: string, ...values: Param[]) => Promise<readonly SqlRow[]>
type One = (statement: string, ...values: Param[]) => Promise<SqlRow | undefined>

function flowReads(all: All, one: One): Pick<Reads, 'findFlow' | 'listRevisions' | 'listFlows' | 'listTriggers'> {
  return {
    findFlow: async (key, revision) => {
      if (revision !== undefined)
        return mapRow(await one(sql.FIND_REVISION, key.tenant, key.namespace, key.flowId, revision), flowOf)
      const newest = mapRow(await one(sql.FIND_NEWEST, key.tenant, key.namespace, key.flowId), flowOf)
      return newest?.isDeleted ? undefined : newest
    },
    listRevisions: async key => (await all(sql.LIST_REVISIONS, key.tenant, key.namespace, key.flowId)).map(flowOf),
    listFlows: async (after, limit) =>
      (await all(sql.LIST_FLOWS, after?.tenant ?? '', after?.namespace ?? '', after?.flowId ?? '', limit)).map(flowOf),
    listTriggers: async () => (await all(sql.LIST_TRIGGERS)).map(triggerOf),
  }
}

function executionReads(
  all: All,
  one: One,
): Pick<Reads, 'findExecution' | 'listExecutions' | 'countExecutions' | 'listReady' | 'logsOf' | 'metricsOf'> {
  return {
    findExecution: async id => mapRow(await one(sql.FIND_EXECUTION, id), executionOf),
    listExecutions: async query => {
      const { where, values } = filterOf(query)
      const statement = sql.listExecutions(where, values.length, query.isAscending === true)
      return (await all(statement, ...values, query.limit, query.offset ?? 0)).map(executionOf)
    },
    countExecutions: async query => {
      const { where, values } = filterOf(query)
      return number((await one(sql.countExecutions(where, values.length), ...values, query.limit)) ?? { n: 0 }, 'n')
    },
    listReady: async (afterId, limit) => (await all(sql.LIST_READY, afterId, limit)).map(row => text(row, 'id')),
    logsOf: async ({ executionId, levelMin = 0, limit, offset = 0 }) =>
      (await all(sql.LOGS_OF, executionId, levelMin, limit, offset)).map(row => ({
        executionId,
        tenant: text(row, 'tenant'),
        namespace: text(row, 'namespace'),
        flowId: text(row, 'flow_id'),
        atMs: number(row, 'at_ms'),
        levelMax: number(row, 'level_max'),
        lines: text(row, 'lines'),
      })),
    metricsOf: async executionId =>
      (await all(sql.METRICS_OF, executionId)).map(row => ({
        executionId,
        run: number(row, 'run'),
        taskId: text(row, 'task_id'),
        name: text(row, 'name'),
        type: text(row, 'type'),
        value: number(row, 'value'),
        tags: text(row, 'tags'),
        atMs: number(row, 'at_ms'),
      })),
  }
}

async function journalOf(id: string, query: Query, dialect: SqlDialect): Promise<readonly JournalRowOf[]> {
  const statement = dialect.journalOf(id)
  return (await query(statement.text, statement.values)).map(row => ({
    executionId: id,
    turn: number(row, 'turn'),
    version: number(row, 'version'),
    atMs: number(row, 'at_ms'),
    events: text(row, 'events'),
  }))
}

function queueReads(
  all: All,
  one: One,
): Pick<
  Reads,
  | 'findFence'
  | 'listTimers'
  | 'listSignals'
  | 'listLostJobs'
  | 'listHeldJobs'
  | 'listKilledJobs'
  | 'countFreeJobs'
  | 'listFreeQueues'
  | 'listFreeJobs'
  | 'findOperation'
> {
  return {
    findFence: async node =>
      mapRow(await one(sql.FIND_FENCE, node), row => ({
        incarnation: number(row, 'incarnation'),
        flushSeq: number(row, 'flush_seq'),
      })),
    listTimers: async ({ untilMs, limit }) =>
      (await all(sql.LIST_TIMERS, untilMs, limit)).map(row => ({
        executionId: text(row, 'execution_id'),
        name: text(row, 'name'),
        shard: number(row, 'shard'),
        atMs: number(row, 'at_ms'),
      })),
    listSignals: async (afterId, limit) =>
      (await all(sql.LIST_SIGNALS, afterId, limit)).map(row => ({
        id: text(row, 'id'),
        shard: number(row, 'shard'),
        executionId: text(row, 'execution_id'),
        body: text(row, 'body'),
      })),
    listLostJobs: async (node, incarnation, limit) =>
      (await all(sql.LIST_LOST_JOBS, node, incarnation, limit)).map(jobOf),
    listHeldJobs: async ({ node, incarnation, beforeMs, limit }) =>
      (await all(sql.LIST_HELD_JOBS, node, incarnation, beforeMs, limit)).map(jobKeyOf),
    listKilledJobs: async limit => (await all(sql.LIST_KILLED_JOBS, limit)).map(jobKeyOf),
    listFreeQueues: async () => (await all(sql.LIST_FREE_QUEUES)).map(row => text(row, 'name')),
    listFreeJobs: async (queue, limit) => (await all(sql.LIST_FREE_JOBS, queue, limit)).map(jobKeyOf),
    countFreeJobs: async () => number((await one(sql.COUNT_FREE_JOBS)) ?? { n: 0 }, 'n'),
    findOperation: async key =>
      mapRow(await one(sql.FIND_OPERATION, key), row => ({
        key,
        entity: text(row, 'entity'),
        bodyHash: text(row, 'body_hash'),
        status: number(row, 'status'),
        body: text(row, 'body'),
        expiresMs: number(row, 'expires_ms'),
      })),
  }
}

function jobKeyOf(row: SqlRow): JobKey {
  return { executionId: text(row, 'execution_id'), run: number(row, 'run'), epoch: number(row, 'epoch') }
}

/** A closed table of filters; values only as parameters. */
function filterOf(query: ExecutionQuery): { readonly where: string; readonly values: Param[] } {
  const parts: string[] = []
  const values: Param[] = []
  const add = (part: string, ...more: Param[]): void => {
    let number = values.length
    parts.push(part.replaceAll('?', () => `$${++number}`))
    values.push(...more)
  }
  add('tenant = ?', query.tenant)
  if (query.namespace !== undefined) {
    const { namespace } = query
    if (query.isPrefix)
      add('(namespace = ? or (namespace >= ? and namespace < ?))', namespace, `${namespace}.`, `${namespace}/`)
    else add('namespace = ?', namespace)
  }
  if (query.flowId !== undefined) add('flow_id = ?', query.flowId)
  if (query.states?.length === 0) add('1 = 0')
  else if (query.states) add(`state in (${query.states.map(() => '?').join(', ')})`, ...query.states)
  if (query.startFromMs !== undefined) add('created_ms >= ?', query.startFromMs)
  if (query.startToMs !== undefined) add('created_ms <= ?', query.startToMs)
  if (query.parentId !== undefined) add('parent_id = ?', query.parentId)
  if (query.afterId !== undefined) add(query.isAscending ? 'id > ?' : 'id < ?', query.afterId)
  for (const { key, value } of query.labels ?? []) {
    add('id in (select execution_id from execution_labels where key = ? and value = ?)', key, value)
  }
  return { where: parts.join(' and '), values }
}

function mapRow<T>(row: SqlRow | undefined, read: (row: SqlRow) => T): T | undefined {
  return row === undefined ? undefined : read(row)
}

function keyOf(row: SqlRow): Awaited<ReturnType<Reads['listKeys']>>[number] {
  return {
    tenant: text(row, 'tenant'),
    namespace: text(row, 'namespace'),
    key: text(row, 'key'),
    value: text(row, 'value'),
    type: text(row, 'type'),
    description: textOrNull(row, 'description'),
    expiresMs: numberOrNull(row, 'expires_ms'),
    updatedMs: number(row, 'updated_ms'),
  }
}
