// What makes the audit log a chain: the hash of a row covers all its columns and the hash before.
import { createHash } from 'node:crypto'
import type { AuditFacts, AuditRow } from './access-rows.ts'

/** Before the first row. */
export const CHAIN_START = ''

export function hashOfAudit(row: Omit<AuditRow, 'hash'>): string {
  const { prevHash, tenant, seq, id, atMs, actorId, resource, action, namespace, itemId, outcome, body } = row
  const parts = [prevHash, tenant, seq, id, atMs, actorId, resource, action, namespace, itemId, outcome, body]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

export interface ChainEnd {
  readonly seq: number
  readonly hash: string
}

/** The entries as the next rows of the chain. */
export function chainOn(tenant: string, end: ChainEnd, entries: readonly AuditFacts[]): readonly AuditRow[] {
  const rows: AuditRow[] = []
  let { seq, hash: prevHash } = end
  for (const entry of entries) {
    const row = { ...entry, tenant, seq: ++seq, prevHash }
    const hash = hashOfAudit(row)
    rows.push({ ...row, hash })
    prevHash = hash
  }
  return rows
}
