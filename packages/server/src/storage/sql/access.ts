// Records of access control and the audit chain, for both SQL databases.
import { trust } from '@batuta/core'
import {
  REMOVED_TOLD_MS,
  chainOn,
  type AccessKind,
  type AccessOperations,
  type AccessReads,
  type AccessRow,
  type AccessWrite,
  type AuditFilter,
  type AuditRow,
} from '../store.ts'
import * as sql from './access.sql.ts'
import type { Param, Performance, Performers, SqlDialect } from './perform.ts'
import { flag, number, text, textOrNull, type SqlRow } from './rows.ts'
import { scopeCondition, within } from './scope-condition.ts'
import { of, run } from './statement.ts'
import type { Condition } from './walk.sql.ts'

export const ACCESS_PERFORMERS: Pick<Performers, keyof AccessOperations> = {
  *changeAccess(change, dialect) {
    const { tenant, nowMs, put = [], remove = [], expect = [] } = change
    yield run(sql.BEGIN_VERSIONS, tenant)
    const version = number((yield run(sql.NEXT_VERSION, tenant))[0] ?? {}, 'version')
    for (const expected of expect) if (!(yield* isAsExpected(tenant, expected))) return null
    for (const write of put) if (yield* isNameTaken(tenant, write)) return null
    for (const { kind, id } of remove) yield run(sql.REMOVE_RECORD, tenant, kind, id, nowMs, version, true)
    for (const { kind, id, name, body } of put)
      yield run(sql.UPSERT_RECORD, tenant, kind, id, name, body, nowMs, version, false)
    if (remove.length > 0) yield* forgetRemoved(tenant, nowMs)
    if (dialect.afterAccess) yield dialect.afterAccess
    return version
  },
  *appendAudit({ tenant, entries }) {
    yield run(sql.BEGIN_CHAIN, tenant)
    const [end] = yield run(sql.HOLD_CHAIN, tenant)
    const before = { seq: number(end ?? {}, 'seq'), hash: text(end ?? {}, 'hash') }
    const rows = chainOn(tenant, before, entries)
    for (const row of rows) yield run(sql.INSERT_AUDIT, ...columnsOf(row))
    const last = rows.at(-1)
    if (last) yield run(sql.MOVE_CHAIN, tenant, last.seq, last.hash)
    return last?.seq ?? before.seq
  },
}

function* isAsExpected(
  tenant: string,
  { kind, id, version }: { readonly kind: AccessKind; readonly id: string; readonly version: number },
): Performance<boolean> {
  const [row] = yield run(sql.FIND_RECORD, tenant, kind, id)
  const found = row && !flag(row, 'is_removed') ? number(row, 'version') : 0
  return found === version
}

function* isNameTaken(tenant: string, { kind, id, name, isNameUnique }: AccessWrite): Performance<boolean> {
  if (isNameUnique !== true) return false
  return (yield run(sql.FIND_NAMESAKE, tenant, kind, name, id, false)).length > 0
}

function* forgetRemoved(tenant: string, nowMs: number): Performance<void> {
  const gone = yield run(sql.PURGE_REMOVED, tenant, true, nowMs - REMOVED_TOLD_MS)
  if (gone.length > 0) yield run(sql.RAISE_FLOOR, tenant, Math.max(...gone.map(row => number(row, 'version'))))
}

function columnsOf(row: AuditRow): readonly Param[] {
  const { tenant, seq, id, atMs, actorId, resource, action, namespace, itemId, outcome, body, prevHash, hash } = row
  return [tenant, seq, id, atMs, actorId, resource, action, namespace, itemId, outcome, body, prevHash, hash]
}

export function accessReads(
  query: (statement: string, values: readonly Param[]) => Promise<readonly SqlRow[]>,
  dialect: Pick<SqlDialect, 'contains'>,
): AccessReads {
  return {
    listAccess: async (tenant, sinceVersion) => {
      // The version first: a change in between is read again the next time.
      const [found] = await query(sql.FIND_VERSION, [tenant])
      const rows = (await query(sql.LIST_RECORDS, [tenant, sinceVersion])).map(recordOf)
      return { version: found ? number(found, 'version') : 0, floor: found ? number(found, 'floor') : 0, rows }
    },
    listAudit: async ({ limit, offset = 0, afterSeq, isAscending = false, ...filter }) => {
      const beyond: readonly Condition[] =
        afterSeq === undefined ? [] : [{ text: `seq ${isAscending ? '>' : '<'} ?`, values: [afterSeq] }]
      const { text: where, values } = all([...conditionsOf(filter, dialect), ...beyond])
      const statement = isAscending ? sql.LIST_AUDIT_ASCENDING : sql.LIST_AUDIT
      const listed = of(statement, { text: where, values: [...values, limit, offset] })
      return (await query(listed.text, listed.values)).map(auditOf)
    },
    findAuditEnd: async tenant => {
      const [row] = await query(sql.FIND_END, [tenant])
      return row && { seq: number(row, 'seq'), hash: text(row, 'hash') }
    },
    countAudit: async (filter, limit) => {
      const { text: where, values } = all(conditionsOf(filter, dialect))
      const counted = of(sql.COUNT_AUDIT, { text: where, values: [...values, limit] })
      return number((await query(counted.text, counted.values))[0] ?? {}, 'n')
    },
  }
}

function conditionsOf(filter: AuditFilter, { contains }: Pick<SqlDialect, 'contains'>): readonly Condition[] {
  const {
    tenant,
    fromMs,
    toMs,
    id,
    actorId,
    resources,
    actions,
    namespace,
    itemId,
    outcome,
    text: words,
    scope,
  } = filter
  const optional = (condition: string, value: Param | undefined): readonly Condition[] =>
    value === undefined ? [] : [{ text: condition, values: [value] }]
  return [
    { text: 'tenant = ?', values: [tenant] },
    ...optional('at_ms >= ?', fromMs),
    ...optional('at_ms < ?', toMs),
    ...optional('id = ?', id),
    ...optional('actor_id = ?', actorId),
    ...oneOf('resource', resources),
    ...oneOf('action', actions),
    ...(namespace === undefined ? [] : [within('namespace', namespace)]),
    ...optional('item_id = ?', itemId),
    ...optional('outcome = ?', outcome),
    ...optional(contains('body'), words === undefined ? undefined : `%${words.replace(/[!%_]/g, '!$&')}%`),
    // What has no namespace matches no condition on it.
    ...scopeCondition('namespace', scope),
    ...(scope === undefined || scope.all ? [] : [{ text: 'namespace is not null', values: [] }]),
  ]
}

function oneOf(column: string, values: readonly string[] | undefined): readonly Condition[] {
  if (values === undefined) return []
  if (values.length === 0) return [{ text: '1 = 0', values: [] }]
  return [{ text: `${column} in (${values.map(() => '?').join(', ')})`, values }]
}

function all(conditions: readonly Condition[]): Condition {
  return { text: conditions.map(one => one.text).join(' and '), values: conditions.flatMap(one => one.values) }
}

function recordOf(row: SqlRow): AccessRow {
  return {
    kind: trust<AccessKind>(text(row, 'kind')),
    id: text(row, 'id'),
    name: text(row, 'name'),
    body: text(row, 'body'),
    updatedMs: number(row, 'updated_ms'),
    version: number(row, 'version'),
    isRemoved: flag(row, 'is_removed'),
  }
}

function auditOf(row: SqlRow): AuditRow {
  return {
    tenant: text(row, 'tenant'),
    seq: number(row, 'seq'),
    id: text(row, 'id'),
    atMs: number(row, 'at_ms'),
    actorId: text(row, 'actor_id'),
    resource: text(row, 'resource'),
    action: text(row, 'action'),
    namespace: textOrNull(row, 'namespace'),
    itemId: textOrNull(row, 'item_id'),
    outcome: text(row, 'outcome'),
    body: text(row, 'body'),
    prevHash: text(row, 'prev_hash'),
    hash: text(row, 'hash'),
  }
}
