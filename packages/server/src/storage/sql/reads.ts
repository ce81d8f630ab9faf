// Reads by key or keyset, the same for SQLite and PostgreSQL. They hold no transaction open.
import { ROOT_NAMESPACE, isInScope, type NamespaceScope } from '@batuta/core'
import type { JobKey, JournalRowOf } from '../batch.ts'
import {
  WHOLE_JOURNAL,
  type ExecutionQuery,
  type LogChunkQuery,
  type LogQuery,
  type Reads,
  type TallyQuery,
  type TallyRow,
} from '../store.ts'
import {
  WALKS_MAX,
  countLabelStatement,
  countStatement,
  listStatement,
  tallyStatement,
  type Found,
} from './execution-query.ts'
import { below } from './scope-condition.ts'
import type { Condition } from './walk.sql.ts'
import { of, type Param, type SqlDialect, type Statement } from './perform.ts'
import { TRIGGERS_OF_FLOW } from './perform.sql.ts'
import * as sql from './reads.sql.ts'
import { accessReads } from './access.ts'
import { appReads } from './apps.ts'
import { testReads } from './tests.ts'
import { bulkReads } from './bulks.ts'
import { latestReads } from './latest.ts'
import { settingReads } from './user-settings.ts'
import { sealedReads } from './sealed.ts'
import { snapshotReads } from './snapshots.ts'
import {
  executionOf,
  flowOf,
  metricOf,
  jobOf,
  keyOf,
  limitMemberOf,
  namespaceOf,
  number,
  numberOrNull,
  reasonOf,
  secretOf,
  text,
  triggerOf,
  windowOf,
  type SqlRow,
  operationOf,
} from './rows.ts'

/** Runs one statement whose parameters are `$1`, `$2` … */
export type Query = (statement: string, values: readonly Param[]) => Promise<readonly SqlRow[]>

const NO_SPACE = { sizeBytes: 0, freeBytes: 0 }

export function readsOf(query: Query, dialect: SqlDialect): Reads {
  const all: All = (statement, ...values) => query(statement, values)
  const one: One = async (statement, ...values) => (await query(statement, values))[0]
  return {
    measureSpace: async () => {
      const [row] = await query(dialect.space.text, dialect.space.values)
      return row ? { sizeBytes: number(row, 'size_bytes'), freeBytes: number(row, 'free_bytes') } : NO_SPACE
    },
    ...flowReads(all, one),
    ...executionReads(all, query, dialect),
    ...latestReads(query, dialect),
    journalOf: async (id, page = WHOLE_JOURNAL) => {
      const statement = dialect.journalOf(id, page)
      return (await query(statement.text, statement.values)).map(row => journalRowOf(id, row))
    },
    journalsOf: async ids => await journalsOf(ids, query, dialect),
    ...queueReads(all, one),
    findKey: async (tenant, namespace, key) => mapRow(await one(sql.FIND_KEY, tenant, namespace, key), keyOf),
    listKeys: async (tenant, namespace) => (await all(sql.LIST_KEYS, tenant, namespace)).map(keyOf),
    listKeyNamespaces: async tenant => (await all(sql.LIST_KEY_NAMESPACES, tenant)).map(row => text(row, 'namespace')),
    listKeyVersions: async ({ tenant, namespace, key }) =>
      (await all(sql.LIST_KEY_VERSIONS, tenant, namespace, key)).map(row => ({
        version: number(row, 'version'),
        value: text(row, 'value'),
        type: text(row, 'type'),
        updatedMs: number(row, 'updated_ms'),
      })),
    findSecret: async (tenant, namespace, key) => mapRow(await one(sql.FIND_SECRET, tenant, namespace, key), secretOf),
    listSecrets: async (tenant, namespace) =>
      (
        await (namespace === undefined ? all(sql.LIST_SECRETS, tenant) : all(sql.LIST_SECRETS_OF, tenant, namespace))
      ).map(secretOf),
    ...testReads(all),
    ...appReads(all),
    ...accessReads(query, dialect),
    ...settingReads(all),
    ...sealedReads(all),
    ...bulkReads(all),
    ...snapshotReads(query, dialect),
    listNamespaces: async tenant => (await all(sql.LIST_NAMED, tenant)).map(namespaceOf),
  }
}

type All = (statement: string, ...values: Param[]) => Promise<readonly SqlRow[]>
type First = (statement: Statement) => Promise<SqlRow | undefined>
type One = (statement: string, ...values: Param[]) => Promise<SqlRow | undefined>

type FlowReads =
  | 'findFlow'
  | 'listRevisions'
  | 'listFlows'
  | 'listTriggers'
  | 'listDueTriggers'
  | 'listDisabledTriggers'
  | 'listWindows'
  | 'listReasons'

function flowReads(all: All, one: One): Pick<Reads, FlowReads> {
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
    listTriggers: async flow => {
      const rows = flow ? all(TRIGGERS_OF_FLOW, flow.tenant, flow.namespace, flow.flowId) : all(sql.LIST_TRIGGERS)
      return (await rows).map(triggerOf)
    },
    listDueTriggers: async beforeMs => (await all(sql.LIST_DUE_TRIGGERS, beforeMs)).map(triggerOf),
    listDisabledTriggers: async () => (await all(sql.LIST_DISABLED_TRIGGERS)).map(triggerOf),
    listWindows: async flow => {
      const rows = flow ? all(sql.WINDOWS_OF_FLOW, flow.tenant, flow.namespace, flow.flowId) : all(sql.LIST_WINDOWS)
      return (await rows).map(windowOf)
    },
    listReasons: async ({ tenant, namespace, flowId, triggerId }, limit) =>
      (await all(sql.LIST_REASONS, tenant, namespace, flowId, triggerId, limit)).map(reasonOf),
  }
}

type ExecutionReads =
  | 'findExecution'
  | 'listExecutions'
  | 'countExecutions'
  | 'tallyExecutions'
  | 'listReady'
  | 'logsOf'
  | 'logChunks'
  | 'metricsOf'
  | 'metricsAmong'

function executionReads(all: All, query: Query, dialect: SqlDialect): Pick<Reads, ExecutionReads> {
  const { born } = dialect
  const ask = async ({ text, values }: Statement): Promise<readonly SqlRow[]> => await query(text, values)
  const first = async (statement: Statement): Promise<SqlRow | undefined> => (await ask(statement))[0]
  const prepare = async (wanted: ExecutionQuery): Promise<Found> => await findFor(wanted, all, first)
  return {
    findExecution: async id => mapRow(await first(of(sql.FIND_EXECUTION, born.is(id, 'id'))), executionOf),
    listExecutions: async wanted => (await ask(listStatement(wanted, await prepare(wanted), dialect))).map(executionOf),
    countExecutions: async wanted =>
      number((await first(countStatement(wanted, await prepare(wanted), dialect))) ?? { n: 0 }, 'n'),
    tallyExecutions: async wanted =>
      (await ask(tallyStatement(wanted, await prepare(wanted), dialect))).map(row => tallyOf(row, wanted)),
    listReady: async (afterId, limit) => (await all(sql.LIST_READY, afterId, limit)).map(row => text(row, 'id')),
    logsOf: async ({ executionId, ...wanted }) =>
      (await ask(logsStatement(born.is(executionId, 'execution_id'), wanted))).map(row => ({
        executionId,
        tenant: text(row, 'tenant'),
        namespace: text(row, 'namespace'),
        flowId: text(row, 'flow_id'),
        atMs: number(row, 'at_ms'),
        levelMax: number(row, 'level_max'),
        lines: text(row, 'lines'),
      })),
    logChunks: async ({ executionId, ...wanted }) =>
      (await ask(chunksStatement(born.is(executionId, 'execution_id'), wanted, dialect))).map(row => ({
        seq: number(row, 'seq'),
        atMs: number(row, 'at_ms'),
        levelMax: number(row, 'level_max'),
        lines: text(row, 'lines'),
      })),
    metricsOf: async executionId => (await ask(of(sql.METRICS_OF, born.is(executionId, 'execution_id')))).map(metricOf),
    metricsAmong: async ids =>
      ids.length === 0 ? [] : (await ask(of(sql.METRICS_OF, born.among(ids, 'execution_id')))).map(metricOf),
  }
}

function logsStatement(
  { text, values }: Condition,
  { levelMin = 0, limit, offset = 0, isDescending = false }: Omit<LogQuery, 'executionId'>,
): Statement {
  const statement = isDescending ? sql.LATEST_LOGS_OF : sql.LOGS_OF
  return of(statement, { text: `${text} and level_max >= ?`, values: [...values, levelMin, limit, offset] })
}

function chunksStatement(
  { text, values }: Condition,
  { afterSeq, toSeq, text: wanted, limit, isDescending = false }: Omit<LogChunkQuery, 'executionId'>,
  { containsText }: SqlDialect,
): Statement {
  const conditions: readonly Condition[] = [
    { text, values },
    { text: 'seq > ?', values: [afterSeq] },
    ...(toSeq === undefined ? [] : [{ text: 'seq <= ?', values: [toSeq] }]),
    ...(wanted === undefined ? [] : [containsText('lines', wanted)]),
  ]
  return of(isDescending ? sql.LATEST_LOG_CHUNKS : sql.LOG_CHUNKS, {
    text: conditions.map(one => one.text).join(' and '),
    values: [...conditions.flatMap(one => one.values), limit],
  })
}

function tallyOf(row: SqlRow, { slotMs, by }: TallyQuery): TallyRow {
  return {
    slotMs: number(row, 'slot') * slotMs,
    state: text(row, 'state'),
    ...(by === undefined ? {} : { namespace: text(row, 'namespace') }),
    ...(by === 'flow' ? { flowId: text(row, 'flow_id') } : {}),
    count: number(row, 'n'),
    ended: number(row, 'ended'),
    tookMs: numberOrNull(row, 'took') ?? 0,
  }
}

/** Above, a label is common: a list then finds rows that have it sooner by another way. */
const RARE_MAX = 10_000
/** Behind every name. */
const LAST_NAME = '\u{10ffff}'

/** The namespaces that a prefix, or a flow of whatever namespace, means, and whether the first label is the way to the rows. */
async function findFor(query: ExecutionQuery, all: All, first: First): Promise<Found> {
  const { tenant, namespace, isPrefix, flowId } = query
  const [label] = query.labels ?? []
  const isNarrow = namespace !== undefined || flowId !== undefined || query.states?.includes('SUCCESS') === false
  if (query.parentId !== undefined) return { isByLabel: false }
  if (label && (!isNarrow || (await isRare(label, first)))) return { isByLabel: true }
  if (namespace !== undefined && !isPrefix) return { namespaces: [namespace], isByLabel: false }
  const roots = namespace === undefined ? rootsOf(query.scope) : [namespace]
  if (roots === undefined && flowId === undefined) return { isByLabel: false }
  const namespaces = await namespacesBelow(roots ?? [ROOT_NAMESPACE], (from, to) =>
    all(sql.LIST_NAMESPACES, tenant, from, to, WALKS_MAX),
  )
  const own = namespaces.filter(name => query.scope === undefined || isInScope(query.scope, name))
  return { namespaces: namespaces.length < WALKS_MAX ? own : undefined, isByLabel: false }
}

/** What a scope allows, when that is not everything and not too much. */
function rootsOf(scope: NamespaceScope | undefined): readonly string[] | undefined {
  if (scope === undefined || scope.all || scope.allow.includes(ROOT_NAMESPACE)) return undefined
  return scope.allow.length < WALKS_MAX ? scope.allow : undefined
}

/** With themselves; more than `WALKS_MAX` of them are not counted to the end. */
async function namespacesBelow(
  roots: readonly string[],
  list: (from: string, to: string) => Promise<readonly SqlRow[]>,
): Promise<readonly string[]> {
  const names: string[] = []
  for (const root of roots) {
    const [from, to] = root === ROOT_NAMESPACE ? ['', LAST_NAME] : below(root)
    const found = (await list(from, to)).map(row => text(row, 'namespace'))
    names.push(...(root === ROOT_NAMESPACE ? [] : [root]), ...found)
    if (names.length >= WALKS_MAX) break
  }
  return names
}

async function isRare(label: Parameters<typeof countLabelStatement>[0], first: First): Promise<boolean> {
  const row = (await first(countLabelStatement(label, RARE_MAX + 1))) ?? { n: 0 }
  return number(row, 'n') <= RARE_MAX
}

async function journalsOf(
  ids: readonly string[],
  query: Query,
  { born }: SqlDialect,
): Promise<ReadonlyMap<string, readonly JournalRowOf[]>> {
  if (ids.length === 0) return new Map()
  const statement = of(sql.JOURNALS_OF, born.among(ids, 'execution_id'))
  const rows = await query(statement.text, statement.values)
  return Map.groupBy(
    rows.map(row => journalRowOf(text(row, 'execution_id'), row)),
    row => row.executionId,
  )
}

function journalRowOf(executionId: string, row: SqlRow): JournalRowOf {
  return {
    executionId,
    turn: number(row, 'turn'),
    version: number(row, 'version'),
    atMs: number(row, 'at_ms'),
    events: text(row, 'events'),
  }
}

function queueReads(
  all: All,
  one: One,
): Pick<
  Reads,
  | 'findFence'
  | 'listTimers'
  | 'listSignals'
  | 'listLimitMembers'
  | 'listLimitKeys'
  | 'listLostJobs'
  | 'listHeldJobs'
  | 'listKilledJobs'
  | 'countFreeJobs'
  | 'listFreeQueues'
  | 'listFreeJobs'
  | 'listFreePayloads'
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
    listLimitMembers: async limitKey => (await all(sql.LIST_LIMIT_MEMBERS, limitKey)).map(limitMemberOf),
    listLimitKeys: async (afterKey, limit) =>
      (await all(sql.LIST_LIMIT_KEYS, afterKey, limit)).map(row => text(row, 'name')),
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
    listFreePayloads: async (queue, limit) =>
      (await all(sql.LIST_FREE_PAYLOADS, queue, limit)).map(row => text(row, 'payload')),
    findOperation: async key => mapRow(await one(sql.FIND_OPERATION, key), operationOf),
  }
}

function jobKeyOf(row: SqlRow): JobKey {
  return { executionId: text(row, 'execution_id'), run: number(row, 'run'), epoch: number(row, 'epoch') }
}

function mapRow<T>(row: SqlRow | undefined, read: (row: SqlRow) => T): T | undefined {
  return row === undefined ? undefined : read(row)
}
