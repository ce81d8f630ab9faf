// Who did what, kept as a chain that shows whether anything was changed or taken out of it later. Entries are written by the route that they are about,
// denials and log-ins as well; what is secret never gets in, because it is struck out before.
import { newId, trust } from '@batuta/core'
import type { Platform } from '../platform/platform.ts'
import {
  CHAIN_START,
  hashOfAudit,
  type AuditFilter,
  type AuditQuery,
  type AuditRow,
  type Store,
} from '../storage/store.ts'
import type { Caller } from './caller.ts'

export type AuditOutcome = 'done' | 'denied' | 'failed'

export interface AuditEntry {
  readonly caller: Pick<Caller, 'userId' | 'name' | 'via' | 'tokenId' | 'sessionId' | 'impersonatedBy' | 'ip'>
  readonly resource: string
  /** READ, CREATE, UPDATE, DELETE; LOGIN, LOGOUT. */
  readonly action: string
  readonly outcome: AuditOutcome
  readonly namespace?: string
  readonly flowId?: string
  readonly executionId?: string
  /** Of the one thing that it was done to. */
  readonly itemId?: string
  /** The route, the status, and whatever tells more. */
  readonly detail?: Readonly<Record<string, unknown>>
  /** What it was and what it is, without secrets. */
  readonly before?: unknown
  readonly after?: unknown
}

export interface StoredAuditEntry extends AuditEntry {
  readonly id: string
  readonly seq: number
  readonly atMs: number
}

export type AuditAsked = Omit<AuditQuery, 'tenant'>

export interface AuditTrail {
  write(entry: AuditEntry): Promise<void>
  /** The latest first, unless said. */
  list(asked: AuditAsked): Promise<readonly StoredAuditEntry[]>
  /** Up to the limit. */
  count(asked: Omit<AuditFilter, 'tenant'>, limit: number): Promise<number>
  verify(): Promise<Verification>
}

export interface Verification {
  readonly count: number
  /** The hash of the last row: whoever wrote it down elsewhere sees whether the end was cut off. */
  readonly lastHash: string
  /** The first row that is not as it was written, and what is wrong with it. */
  readonly broken?: { readonly seq: number; readonly reason: string }
}

export interface AuditPlace {
  readonly store: Pick<Store, 'perform' | 'read'>
  readonly tenant: string
  readonly platform: Pick<Platform, 'nowMs' | 'random'>
}

export function openAuditTrail({ store, tenant, platform }: AuditPlace): AuditTrail {
  return {
    write: async entry => {
      const atMs = platform.nowMs()
      const id = newId({ nowMs: atMs, shard: 0, random: () => platform.random() })
      const { caller, resource, action, outcome, namespace, itemId, flowId, executionId } = entry
      const facts = { id, atMs, resource, action, outcome, namespace: namespace ?? null }
      const item = itemId ?? executionId ?? flowId ?? null
      const body = JSON.stringify(withoutSecrets(entry))
      const row = { ...facts, actorId: caller.userId ?? '', itemId: item, body }
      await store.perform('appendAudit', { tenant, entries: [row] })
    },
    list: async asked => (await store.read.listAudit({ ...asked, tenant })).map(entryOf),
    count: async (asked, limit) => await store.read.countAudit({ ...asked, tenant }, limit),
    verify: async () => await verifyChain(tenant, store.read),
  }
}

const PAGE = 1_000

export async function verifyChain(
  tenant: string,
  read: Pick<Store['read'], 'listAudit' | 'findAuditEnd'>,
): Promise<Verification> {
  let seq = 0
  let lastHash = CHAIN_START
  let isReadAgain = false
  for (;;) {
    const rows = await read.listAudit({ tenant, afterSeq: seq, isAscending: true, limit: PAGE })
    for (const row of rows) {
      const reason = faultOf(row, { seq, hash: lastHash })
      if (reason !== undefined) return { count: seq, lastHash, broken: { seq: row.seq, reason } }
      ;({ seq, hash: lastHash } = row)
    }
    if (rows.length === PAGE) continue
    const end = await read.findAuditEnd(tenant)
    // Rows that were written meanwhile are beyond the last one that was read.
    if (end === undefined || end.seq === seq) return { count: seq, lastHash }
    if (end.seq < seq || isReadAgain)
      return { count: seq, lastHash, broken: { seq: seq + 1, reason: 'the end is missing' } }
    isReadAgain = true
  }
}

function faultOf(row: AuditRow, before: { readonly seq: number; readonly hash: string }): string | undefined {
  if (row.seq !== before.seq + 1) return `row ${before.seq + 1} is missing`
  if (row.prevHash !== before.hash) return 'it does not follow the row before it'
  const { hash, ...rest } = row
  return hashOfAudit(rest) === hash ? undefined : 'it is not as it was written'
}

function entryOf({ id, seq, atMs, body }: AuditRow): StoredAuditEntry {
  return { ...trust<AuditEntry>(JSON.parse(body)), id, seq, atMs }
}

const STRUCK_OUT = '***'
const SECRET_NAMES = /pass(word|wd)?$|secret|token$|fulltoken|hash$|credential|private|cipher|authorization|cookie/i
const DEPTH_MAX = 12

/** Values of fields whose names say that they are secret. */
export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEPTH_MAX) return '…'
  if (Array.isArray(value)) return value.map(item => withoutSecrets(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      SECRET_NAMES.test(name) && typeof member !== 'object' ? STRUCK_OUT : withoutSecrets(member, depth + 1),
    ]),
  )
}
