// Data keys, tokens and policies.
import type { PolicyKey, SealedOperations, SealedReads, TokenKey } from '../store.ts'
import type { Performers } from './perform.ts'
import { keyKeyOf, type Tables } from './tables.ts'

export const SEALED_PERFORMERS: Pick<Performers, keyof SealedOperations> = {
  addDataKey: (tables, row) => {
    if (!tables.dataKeys.has(row.id)) tables.dataKeys.set(row.id, row)
    return null
  },
  rewrapDataKey: (tables, { id, purpose, kid, wrapped, expected }) => {
    const row = tables.dataKeys.get(id)
    if (row?.wrapped !== expected) return false
    tables.dataKeys.set(id, { ...row, purpose, kid, wrapped })
    return true
  },
  resealSecret: (tables, { cipher, expected, ...key }) => {
    const row = tables.secrets.get(keyKeyOf(key))
    if (row?.cipher !== expected) return false
    tables.secrets.set(keyKeyOf(key), { ...row, cipher })
    return true
  },
  saveTokens: (tables, { rows }) => {
    for (const row of rows) if (!tables.tokens.has(tokenKeyOf(row))) tables.tokens.set(tokenKeyOf(row), row)
    return null
  },
  resealToken: (tables, { cipher, expected, ...key }) => {
    const row = tables.tokens.get(tokenKeyOf(key))
    if (row?.cipher !== expected) return false
    tables.tokens.set(tokenKeyOf(key), { ...row, cipher })
    return true
  },
  purgeTokens: (tables, { tenant, namespace, beforeMs }) => {
    const gone = [...tables.tokens].filter(
      ([, row]) => row.tenant === tenant && row.namespace === namespace && row.createdMs < beforeMs,
    )
    for (const [key] of gone) tables.tokens.delete(key)
    return gone.length
  },
  savePolicy: (tables, row) => {
    const known = tables.policies.get(policyKeyOf(row))
    tables.policies.set(policyKeyOf(row), known ? { ...row, createdMs: known.createdMs } : row)
    return null
  },
  deletePolicy: (tables, key) => tables.policies.delete(policyKeyOf(key)),
}

export function sealedReads(tables: Tables): SealedReads {
  return {
    listDataKeys: async () =>
      [...tables.dataKeys.values()].sort((a, b) => a.createdMs - b.createdMs || compare([a.id], [b.id])),
    findToken: async key => tables.tokens.get(tokenKeyOf(key)),
    listTokens: async (after, limit) =>
      [...tables.tokens.values()]
        .filter(row => compare(partsOf(row), partsOf(after)) > 0)
        .sort((a, b) => compare(partsOf(a), partsOf(b)))
        .slice(0, limit),
    listPolicies: async () =>
      [...tables.policies.values()].sort((a, b) =>
        compare([a.tenant, a.namespace, a.id], [b.tenant, b.namespace, b.id]),
      ),
  }
}

function partsOf({ tenant, namespace, token }: TokenKey): readonly string[] {
  return [tenant, namespace, token]
}

function compare(left: readonly string[], right: readonly string[]): number {
  for (const [index, part] of left.entries()) {
    const other = right[index] ?? ''
    if (part !== other) return part < other ? -1 : 1
  }
  return 0
}

function tokenKeyOf(key: TokenKey): string {
  return JSON.stringify(partsOf(key))
}

function policyKeyOf({ tenant, namespace, id }: PolicyKey): string {
  return JSON.stringify([tenant, namespace, id])
}
