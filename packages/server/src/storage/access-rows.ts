// Who may do what, and who did what. All small records of access control are rows of one table, by kind; each change gives those that it touches
// a version that grows, so that whoever keeps them in memory reads what is new alone. What people did is a chain: each row's hash covers the row
// before it.
import type { NamespaceScope } from '@batuta/core'

export type AccessKind =
  'user' | 'group' | 'role' | 'binding' | 'token' | 'session' | 'invitation' | 'lockout' | 'setup' | 'setting'

export interface AccessKey {
  readonly kind: AccessKind
  readonly id: string
}

export interface AccessWrite extends AccessKey {
  readonly name: string
  /** JSON. */
  readonly body: string
  /** Refused when another record of the kind has this name. */
  readonly isNameUnique?: boolean
}

export interface AccessRow extends AccessKey {
  readonly name: string
  readonly body: string
  readonly updatedMs: number
  readonly version: number
  /** It is there no longer. */
  readonly isRemoved: boolean
}

export interface AccessChange {
  readonly tenant: string
  readonly nowMs: number
  readonly put?: readonly AccessWrite[]
  readonly remove?: readonly AccessKey[]
  /** Nothing is changed when one of them has another version by now; 0: there is none. */
  readonly expect?: readonly (AccessKey & { readonly version: number })[]
}

export interface AccessPage {
  /** Of the latest change. */
  readonly version: number
  /** Whoever has seen less than this must read all from the beginning: what was removed before is not told any more. */
  readonly floor: number
  readonly rows: readonly AccessRow[]
}

/** What was removed is told for so long. */
export const REMOVED_TOLD_MS = 24 * 60 * 60_000

/** What happened, as far as it can be asked for; all of it is in the body. */
export interface AuditFacts {
  readonly id: string
  readonly atMs: number
  /** Whose doing it was; empty for nobody who is known. */
  readonly actorId: string
  readonly resource: string
  readonly action: string
  readonly namespace: string | null
  /** Of the one thing that it was done to. */
  readonly itemId: string | null
  readonly outcome: string
  /** JSON. */
  readonly body: string
}

export interface AuditRow extends AuditFacts {
  readonly tenant: string
  /** Counts from 1 without a gap. */
  readonly seq: number
  readonly prevHash: string
  readonly hash: string
}

export interface AuditFilter {
  readonly tenant: string
  readonly fromMs?: number
  readonly toMs?: number
  readonly id?: string
  readonly actorId?: string
  readonly resources?: readonly string[]
  readonly actions?: readonly string[]
  /** With all below it. */
  readonly namespace?: string
  readonly itemId?: string
  readonly outcome?: string
  /** In the body, whatever its case. */
  readonly text?: string
  /** What may be seen of it; what belongs to no namespace is seen by whoever sees all. */
  readonly scope?: NamespaceScope
}

export interface AuditQuery extends AuditFilter {
  /** Beyond this one, in the order of the list. */
  readonly afterSeq?: number
  readonly isAscending?: boolean
  readonly limit: number
  readonly offset?: number
}

export interface AccessOperations {
  /** Tells the version of the change; null when something else was there than expected. */
  changeAccess: { readonly args: AccessChange; readonly result: number | null }
  /** At the end of the chain; tells the number of the last one. */
  appendAudit: {
    readonly args: { readonly tenant: string; readonly entries: readonly AuditFacts[] }
    readonly result: number
  }
}

export interface AccessReads {
  /** Changed since, in the order of their versions. */
  listAccess(tenant: string, sinceVersion: number): Promise<AccessPage>
  /** The latest first, unless said. */
  listAudit(query: AuditQuery): Promise<readonly AuditRow[]>
  /** Where the next row follows; nothing was ever written unless it is there. */
  findAuditEnd(tenant: string): Promise<{ readonly seq: number; readonly hash: string } | undefined>
  /** Counts up to `limit`. */
  countAudit(filter: AuditFilter, limit: number): Promise<number>
}
