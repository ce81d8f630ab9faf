// Records of access control and the audit chain.
import { isInScope, isWithin } from '@batuta/core'
import {
  CHAIN_START,
  REMOVED_TOLD_MS,
  chainOn,
  type AccessKey,
  type AccessOperations,
  type AccessReads,
  type AccessRow,
  type AuditFilter,
  type AuditRow,
} from '../store.ts'
import type { Performers } from './perform.ts'
import type { Tables } from './tables.ts'

/** Of one tenant. */
export interface AccessTable {
  version: number
  floor: number
  readonly records: Map<string, AccessRow>
}

export const ACCESS_PERFORMERS: Pick<Performers, keyof AccessOperations> = {
  changeAccess: (tables, { tenant, nowMs, put = [], remove = [], expect = [] }) => {
    const table = tableOf(tables, tenant)
    const isChanged = expect.some(({ version, ...key }) => version !== (liveOf(table, key)?.version ?? 0))
    const isTaken = put.some(
      ({ kind, id, name, isNameUnique }) =>
        isNameUnique === true &&
        [...table.records.values()].some(
          row => row.kind === kind && row.name === name && row.id !== id && !row.isRemoved,
        ),
    )
    if (isChanged || isTaken) return null
    const version = ++table.version
    for (const { kind, id } of remove) {
      if (liveOf(table, { kind, id }))
        table.records.set(keyOf({ kind, id }), {
          kind,
          id,
          name: '',
          body: '',
          updatedMs: nowMs,
          version,
          isRemoved: true,
        })
    }
    for (const { kind, id, name, body } of put)
      table.records.set(keyOf({ kind, id }), { kind, id, name, body, updatedMs: nowMs, version, isRemoved: false })
    if (remove.length > 0) forgetRemoved(table, nowMs - REMOVED_TOLD_MS)
    return version
  },
  appendAudit: (tables, { tenant, entries }) => {
    const rows = tables.audit.get(tenant) ?? []
    const last = rows.at(-1)
    const added = chainOn(tenant, { seq: last?.seq ?? 0, hash: last?.hash ?? CHAIN_START }, entries)
    tables.audit.set(tenant, [...rows, ...added])
    return added.at(-1)?.seq ?? last?.seq ?? 0
  },
}

export function accessReads(tables: Tables): AccessReads {
  return {
    listAccess: async (tenant, sinceVersion) => {
      const { version, floor, records } = tableOf(tables, tenant)
      return { version, floor, rows: [...records.values()].filter(row => row.version > sinceVersion).sort(compare) }
    },
    listAudit: async ({ limit, offset = 0, afterSeq, isAscending = false, ...filter }) => {
      const rows = matchingOf(tables, filter).filter(
        ({ seq }) => afterSeq === undefined || (isAscending ? seq > afterSeq : seq < afterSeq),
      )
      return (isAscending ? rows : rows.toReversed()).slice(offset, offset + limit)
    },
    findAuditEnd: async tenant => {
      const last = tables.audit.get(tenant)?.at(-1)
      return last && { seq: last.seq, hash: last.hash }
    },
    countAudit: async (filter, limit) => Math.min(limit, matchingOf(tables, filter).length),
  }
}

function tableOf(tables: Tables, tenant: string): AccessTable {
  const known = tables.access.get(tenant)
  if (known) return known
  const table: AccessTable = { version: 0, floor: 0, records: new Map() }
  tables.access.set(tenant, table)
  return table
}

function liveOf({ records }: AccessTable, key: AccessKey): AccessRow | undefined {
  const row = records.get(keyOf(key))
  return row?.isRemoved === false ? row : undefined
}

function forgetRemoved(table: AccessTable, beforeMs: number): void {
  for (const [key, { isRemoved, updatedMs, version }] of table.records) {
    if (!isRemoved || updatedMs >= beforeMs) continue
    table.records.delete(key)
    table.floor = Math.max(table.floor, version)
  }
}

function matchingOf(tables: Tables, filter: AuditFilter): readonly AuditRow[] {
  return (tables.audit.get(filter.tenant) ?? []).filter(row => matches(row, filter))
}

function matches(row: AuditRow, filter: AuditFilter): boolean {
  const { fromMs, toMs, id, actorId, resources, actions, namespace, itemId, outcome, text, scope } = filter
  return (
    (fromMs === undefined || row.atMs >= fromMs) &&
    (toMs === undefined || row.atMs < toMs) &&
    (id === undefined || row.id === id) &&
    (actorId === undefined || row.actorId === actorId) &&
    (resources === undefined || resources.includes(row.resource)) &&
    (actions === undefined || actions.includes(row.action)) &&
    (namespace === undefined || (row.namespace !== null && isWithin(row.namespace, namespace))) &&
    (itemId === undefined || row.itemId === itemId) &&
    (outcome === undefined || row.outcome === outcome) &&
    (text === undefined || row.body.toLowerCase().includes(text.toLowerCase())) &&
    (scope === undefined || scope.all || (row.namespace !== null && isInScope(scope, row.namespace)))
  )
}

function keyOf({ kind, id }: AccessKey): string {
  return `${kind}/${id}`
}

function compare(a: AccessRow, b: AccessRow): number {
  if (a.version !== b.version) return a.version - b.version
  return keyOf(a) < keyOf(b) ? -1 : 1
}
