// Sessions of browsers. The cookie is chance; the store knows its hash, so that whoever reads the store cannot log in with what is there. A session ends
// after eight hours without a request and after seven days in any case, and at once when somebody says so.
import { createHash, randomBytes } from 'node:crypto'
import type { Platform } from '../platform/platform.ts'
import type { AccessBook } from './access-book.ts'
import type { Caller } from './caller.ts'
import type { SessionRecord } from './records.ts'

export interface SessionAbout {
  readonly provider: string
  readonly ip?: string | undefined
  readonly agent?: string | undefined
  readonly idToken?: string | undefined
  /** What the provider calls its own session. */
  readonly sessionThere?: string | undefined
  /** It ends earlier than others: the provider says so. */
  readonly endsMs?: number | undefined
  /** Who acts as the user. */
  readonly impersonatedBy?: string | undefined
  /** The browser came over https, whatever the configuration says. */
  readonly isSecure?: boolean | undefined
}

export interface OpenedSession {
  /** The whole value of `Set-Cookie`. */
  readonly cookie: string
  readonly id: string
}

export interface Sessions {
  open(userId: string, about: SessionAbout): Promise<OpenedSession>
  /** Of the header `Cookie`. */
  find(cookieHeader: string | undefined): Caller | undefined
  close(id: string): Promise<void>
  closeAllOf(userId: string): Promise<void>
  ofUser(userId: string): readonly SessionRecord[]
  /** Values of `Set-Cookie` that take the cookie away. */
  readonly forget: readonly string[]
  /** Of one that is valid now. */
  ofId(id: string): Caller | undefined
  /** Writes down when sessions were last seen, and lets go of those that are over. */
  flush(): Promise<void>
}

export interface SessionsPlace {
  readonly book: AccessBook
  readonly platform: Platform
  /** People reach the server over https alone. */
  readonly isSecure: boolean
  onNotice(message: string, error?: unknown): void
}

export const SESSION_IDLE_MS: number = 8 * 60 * 60_000
export const SESSION_LIFE_MS: number = 7 * 24 * 60 * 60_000
const COOKIE_BYTES = 32
const AGENT_LENGTH_MAX = 200
/** When a session was seen is written at most so late, and not more often. */
const SEEN_WRITTEN_MS = 5 * 60_000
const SESSIONS_OF_USER_MAX = 100

const SECURE_NAME = '__Host-batuta'
const PLAIN_NAME = 'batuta-session'
const VALUE = /^[A-Za-z0-9_-]{43}$/

export function openSessions({ book, platform, isSecure, onNotice }: SessionsPlace): Sessions {
  const seen = new Map<string, number>()
  let callOff: (() => void) | undefined
  const isOver = (session: SessionRecord): boolean => {
    const nowMs = platform.nowMs()
    return session.expiresMs <= nowMs || Math.max(session.seenMs, seen.get(session.id) ?? 0) + SESSION_IDLE_MS <= nowMs
  }
  const flush = async (): Promise<void> => {
    callOff?.()
    callOff = undefined
    const over = book.list('session').filter(isOver)
    const put = [...seen].flatMap(([id, seenMs]) => {
      const record = book.get('session', id)
      return record && !isOver(record) ? [{ kind: 'session' as const, record: { ...record, seenMs } }] : []
    })
    if (put.length === 0 && over.length === 0) return
    // One that was closed meanwhile must not come back.
    const expect = put.map(({ kind, record: { id } }) => ({ kind, id, version: book.versionOf({ kind, id }) }))
    const remove = over.map(({ id }) => ({ kind: 'session' as const, id }))
    try {
      await book.change({ put, expect, remove })
    } catch (error) {
      onNotice('when sessions were last seen was not written down', error)
      return
    }
    // Not before the book has it: in between they would look idle.
    for (const { record } of put) if (seen.get(record.id) === record.seenMs) seen.delete(record.id)
    for (const { id } of over) seen.delete(id)
  }
  const noteSeen = (session: SessionRecord): void => {
    if (platform.nowMs() - session.seenMs < SEEN_WRITTEN_MS) return
    seen.set(session.id, platform.nowMs())
    callOff ??= platform.at(platform.nowMs() + SEEN_WRITTEN_MS, () => void flush())
  }
  const close = async (sessions: readonly SessionRecord[]): Promise<void> => {
    for (const { id } of sessions) seen.delete(id)
    if (sessions.length > 0) await book.change({ remove: sessions.map(({ id }) => ({ kind: 'session', id })) })
  }
  const ofUser = (userId: string): readonly SessionRecord[] =>
    book.list('session').filter(session => session.userId === userId && !isOver(session))
  return {
    flush,
    ofUser,
    forget: [`${SECURE_NAME}=; ${attributes(true)}; Max-Age=0`, `${PLAIN_NAME}=; ${attributes(false)}; Max-Age=0`],
    open: async (userId, about) => {
      const value = randomBytes(COOKIE_BYTES).toString('base64url')
      const record = newRecord(hashOf(value), { userId, about, nowMs: platform.nowMs() })
      const oldest = ofUser(userId).toSorted((a, b) => b.seenMs - a.seenMs)
      const remove = oldest.slice(SESSIONS_OF_USER_MAX - 1).map(({ id }) => ({ kind: 'session' as const, id }))
      await book.change({ put: [{ kind: 'session', record }], remove })
      const hasTls = about.isSecure ?? isSecure
      const life = Math.floor(SESSION_LIFE_MS / 1_000)
      const cookie = `${hasTls ? SECURE_NAME : PLAIN_NAME}=${value}; ${attributes(hasTls)}; Max-Age=${life}`
      return { cookie, id: record.id }
    },
    find: cookieHeader => {
      const session = sessionIn(cookieHeader, book)
      const caller = session && !isOver(session) ? callerOf(session, book) : undefined
      if (session && caller) noteSeen(session)
      return caller
    },
    ofId: id => {
      const session = book.get('session', id)
      return session && !isOver(session) ? callerOf(session, book) : undefined
    },
    close: async id => await close(book.list('session').filter(session => session.id === id)),
    closeAllOf: async userId => await close(book.list('session').filter(session => session.userId === userId)),
  }
}

function callerOf(session: SessionRecord, book: AccessBook): Caller | undefined {
  const user = book.user(session.userId)
  if (!user || user.isDisabled) return undefined
  return {
    kind: user.isServiceAccount ? 'service' : 'user',
    userId: user.id,
    name: user.username,
    grants: book.grantsOf(user.id),
    via: 'session',
    sessionId: session.id,
    ...(session.impersonatedBy === undefined ? {} : { impersonatedBy: session.impersonatedBy }),
  }
}

function newRecord(
  id: string,
  { userId, about, nowMs }: { readonly userId: string; readonly about: SessionAbout; readonly nowMs: number },
): SessionRecord {
  const { provider, ip, agent, idToken, sessionThere, endsMs, impersonatedBy } = about
  return {
    id,
    userId,
    provider,
    createdMs: nowMs,
    seenMs: nowMs,
    expiresMs: Math.min(nowMs + SESSION_LIFE_MS, endsMs ?? Infinity),
    ...(ip === undefined ? {} : { ip }),
    ...(agent === undefined ? {} : { agent: agent.slice(0, AGENT_LENGTH_MAX) }),
    ...(idToken === undefined ? {} : { idToken }),
    ...(sessionThere === undefined ? {} : { sessionThere }),
    ...(impersonatedBy === undefined ? {} : { impersonatedBy }),
  }
}

function sessionIn(cookieHeader: string | undefined, book: AccessBook): SessionRecord | undefined {
  if (cookieHeader === undefined) return undefined
  for (const pair of cookieHeader.split(';')) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at).trim()
    if (name !== SECURE_NAME && name !== PLAIN_NAME) continue
    const value = pair.slice(at + 1).trim()
    const session = VALUE.test(value) ? book.get('session', hashOf(value)) : undefined
    if (session) return session
  }
  return undefined
}

function attributes(isSecure: boolean): string {
  return `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
}

function hashOf(value: string): string {
  return createHash('sha256').update(value).digest('hex')
}
