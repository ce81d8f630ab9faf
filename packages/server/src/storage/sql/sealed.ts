// Data keys, tokens and policies, for both SQL databases.
import type { DataKeyRow, PolicyRow, SealedOperations, SealedReads, TokenRow } from '../store.ts'
import type { Param, Performers } from './perform.ts'
import { number, text, type SqlRow } from './rows.ts'
import * as sql from './sealed.sql.ts'
import { run } from './statement.ts'

export const SEALED_PERFORMERS: Pick<Performers, keyof SealedOperations> = {
  *addDataKey({ id, tenant, namespace, purpose, kid, wrapped, createdMs }) {
    yield run(sql.ADD_DATA_KEY, id, tenant, namespace, purpose, kid, wrapped, createdMs)
    return null
  },
  *rewrapDataKey({ id, purpose, kid, wrapped, expected }) {
    return (yield run(sql.REWRAP_DATA_KEY, id, purpose, kid, wrapped, expected)).length === 1
  },
  *resealSecret({ tenant, namespace, key, cipher, expected }) {
    return (yield run(sql.RESEAL_SECRET, tenant, namespace, key, cipher, expected)).length === 1
  },
  *saveTokens({ rows }) {
    for (const { tenant, namespace, token, kind, cipher, createdMs } of rows)
      yield run(sql.ADD_TOKEN, tenant, namespace, token, kind, cipher, createdMs)
    return null
  },
  *resealToken({ tenant, namespace, token, cipher, expected }) {
    return (yield run(sql.RESEAL_TOKEN, tenant, namespace, token, cipher, expected)).length === 1
  },
  *purgeTokens({ tenant, namespace, beforeMs }) {
    return (yield run(sql.PURGE_TOKENS, tenant, namespace, beforeMs)).length
  },
  *savePolicy({ tenant, namespace, id, body, createdMs, updatedMs }) {
    yield run(sql.UPSERT_POLICY, tenant, namespace, id, body, createdMs, updatedMs)
    return null
  },
  *deletePolicy({ tenant, namespace, id }) {
    return (yield run(sql.DELETE_POLICY, tenant, namespace, id)).length === 1
  },
}

export function sealedReads(all: (statement: string, ...values: Param[]) => Promise<readonly SqlRow[]>): SealedReads {
  return {
    listDataKeys: async () => (await all(sql.LIST_DATA_KEYS)).map(dataKeyOf),
    findToken: async ({ tenant, namespace, token }) =>
      (await all(sql.FIND_TOKEN, tenant, namespace, token)).map(tokenOf)[0],
    listTokens: async ({ tenant, namespace, token }, limit) =>
      (await all(sql.LIST_TOKENS, tenant, namespace, token, limit)).map(tokenOf),
    listPolicies: async () => (await all(sql.LIST_POLICIES)).map(policyOf),
  }
}

const PURPOSES: readonly DataKeyRow['purpose'][] = ['rows', 'retired', 'tokens']

export function dataKeyOf(row: SqlRow): DataKeyRow {
  return {
    id: text(row, 'id'),
    tenant: text(row, 'tenant'),
    namespace: text(row, 'namespace'),
    purpose: PURPOSES.find(purpose => purpose === text(row, 'purpose')) ?? 'retired',
    kid: text(row, 'kid'),
    wrapped: text(row, 'wrapped'),
    createdMs: number(row, 'created_ms'),
  }
}

export function tokenOf(row: SqlRow): TokenRow {
  return {
    tenant: text(row, 'tenant'),
    namespace: text(row, 'namespace'),
    token: text(row, 'token'),
    kind: text(row, 'kind'),
    cipher: text(row, 'cipher'),
    createdMs: number(row, 'created_ms'),
  }
}

export function policyOf(row: SqlRow): PolicyRow {
  return {
    tenant: text(row, 'tenant'),
    namespace: text(row, 'namespace'),
    id: text(row, 'id'),
    body: text(row, 'body'),
    createdMs: number(row, 'created_ms'),
    updatedMs: number(row, 'updated_ms'),
  }
}
