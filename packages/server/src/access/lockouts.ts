// Wrong passwords are counted by account and neighbourhood of the address (/24, /64): five are free, then each doubles the time in which none is looked at.
// An account that does not exist is counted as one that does, so that nobody learns which names there are.
import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { Platform } from '../platform/platform.ts'
import type { AccessBook } from './access-book.ts'
import type { LockoutRecord } from './records.ts'

export interface Lockouts {
  /** Until when no password of the account is looked at; undefined when one is. */
  lockedUntilMs(username: string, ip: string | undefined): number | undefined
  /** A wrong one. */
  count(username: string, ip: string | undefined): Promise<void>
  /** A right one. */
  forget(username: string, ip: string | undefined): Promise<void>
  /** From wherever: an administrator says that it is over. */
  forgetAccount(username: string): Promise<void>
  isLocked(username: string): boolean
}

export const FREE_ATTEMPTS = 5
const FIRST_MS = 1_000
const LONGEST_MS = 15 * 60_000
/** Then it is as if nothing had been. */
const FORGOTTEN_MS = 24 * 60 * 60_000
const KEPT_MAX = 10_000

export function openLockouts(book: AccessBook, platform: Platform): Lockouts {
  const find = (id: string): LockoutRecord | undefined => {
    const record = book.get('lockout', id)
    return record && record.lastMs + FORGOTTEN_MS > platform.nowMs() ? record : undefined
  }
  const until = (record: LockoutRecord): number | undefined => {
    const untilMs = lockedUntil(record)
    return untilMs > platform.nowMs() ? untilMs : undefined
  }
  const ofAccount = (username: string): readonly LockoutRecord[] =>
    book.list('lockout').filter(({ id }) => id.startsWith(`${accountKey(username)}/`))
  return {
    lockedUntilMs: (username, ip) => {
      const record = find(keyOf(username, ip))
      return record && until(record)
    },
    count: async (username, ip) => {
      const id = keyOf(username, ip)
      const record = { id, count: (find(id)?.count ?? 0) + 1, lastMs: platform.nowMs() }
      const known = book.list('lockout')
      const old = known.filter(({ lastMs }) => lastMs + FORGOTTEN_MS <= platform.nowMs())
      const surplus =
        known.length > KEPT_MAX ? known.toSorted((a, b) => a.lastMs - b.lastMs).slice(0, KEPT_MAX / 2) : []
      const remove = [...new Set([...old, ...surplus])].filter(one => one.id !== id)
      await book.change({
        put: [{ kind: 'lockout', record }],
        remove: remove.map(one => ({ kind: 'lockout', id: one.id })),
      })
    },
    forget: async (username, ip) => {
      const id = keyOf(username, ip)
      if (book.get('lockout', id)) await book.change({ remove: [{ kind: 'lockout', id }] })
    },
    forgetAccount: async username => {
      const remove = ofAccount(username).map(({ id }) => ({ kind: 'lockout' as const, id }))
      if (remove.length > 0) await book.change({ remove })
    },
    isLocked: username => ofAccount(username).some(record => until(record) !== undefined),
  }
}

/** After the free ones each wrong password doubles the time, up to a quarter of an hour. */
export function lockedUntil({ count, lastMs }: Pick<LockoutRecord, 'count' | 'lastMs'>): number {
  if (count < FREE_ATTEMPTS) return lastMs
  return lastMs + Math.min(LONGEST_MS, FIRST_MS * 2 ** (count - FREE_ATTEMPTS))
}

function keyOf(username: string, ip: string | undefined): string {
  return `${accountKey(username)}/${neighbourhoodOf(ip ?? '')}`
}

/** Names may be long and strange; what is kept is not. */
function accountKey(username: string): string {
  return createHash('sha256').update(username.toLowerCase()).digest('hex').slice(0, 32)
}

export function neighbourhoodOf(given: string): string {
  // Of a client of IPv6 only its network may be known.
  const ip = given.replace(/\/64$/, '')
  const v4 = /^(?:::ffff:)?(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/i.exec(ip)
  if (v4) return v4[1] ?? ''
  if (!isIPv6(ip)) return '-'
  const [head = '', tail] = ip.split('::')
  const groups = head === '' ? [] : head.split(':')
  const behind = tail === undefined || tail === '' ? [] : tail.split(':')
  const all =
    tail === undefined ? groups : [...groups, ...Array<string>(8 - groups.length - behind.length).fill('0'), ...behind]
  return all
    .slice(0, 4)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':')
}
