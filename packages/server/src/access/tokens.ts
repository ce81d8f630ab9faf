// Tokens of programs: `bat_<id>_<secret>_<check>`. The beginning is found by scanners of leaked secrets, the check by typing errors; the store knows
// the hash of the secret alone, and whoever made the token sees it once.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { TokenScope } from '@batuta/core'
import type { Platform } from '../platform/platform.ts'
import type { AccessBook } from './access-book.ts'
import type { Caller } from './caller.ts'
import type { TokenRecord } from './records.ts'

export interface NewToken {
  readonly userId: string
  readonly name: string
  readonly description?: string
  readonly scopes?: readonly TokenScope[]
  /** A year at most; a year unless said. */
  readonly lifeMs?: number
  readonly isExtended?: boolean
}

export interface Tokens {
  /** `fullToken` is told now and never again. */
  issue(wanted: NewToken): Promise<{ readonly record: TokenRecord; readonly fullToken: string }>
  revoke(id: string): Promise<void>
  ofUser(userId: string): readonly TokenRecord[]
  /** Undefined for one that is malformed, unknown, revoked, expired, or whose user is disabled. */
  find(fullToken: string): Caller | undefined
  /** Of one that is valid now. */
  ofId(id: string): Caller | undefined
  /** Writes down which tokens were used. */
  flush(): Promise<void>
}

export const TOKEN_LIFE_MAX_MS: number = 366 * 24 * 60 * 60_000
const SECRET_BYTES = 20
const ID_BYTES = 9
/** Behind: the last use is written at most so late, and not more often. */
const USE_WRITTEN_MS = 60_000

export interface TokensPlace {
  readonly book: AccessBook
  readonly platform: Platform
  onNotice(message: string, error?: unknown): void
}

const SHAPE = /^bat_([A-Za-z0-9]{12})_([A-Za-z0-9]{27})_([0-9a-f]{8})$/

export function openTokens({ book, platform, onNotice }: TokensPlace): Tokens {
  const used = new Map<string, number>()
  let callOff: (() => void) | undefined
  const flush = async (): Promise<void> => {
    callOff?.()
    callOff = undefined
    const put = [...used].flatMap(([id, lastUsedMs]) => {
      const record = book.get('token', id)
      if (!record) return []
      const life = record.isExtended && record.lifeMs !== undefined ? { expiresMs: lastUsedMs + record.lifeMs } : {}
      return [{ kind: 'token' as const, record: { ...record, lastUsedMs, ...life } }]
    })
    used.clear()
    if (put.length === 0) return
    // One that was revoked meanwhile must not come back.
    const expect = put.map(({ kind, record: { id } }) => ({ kind, id, version: book.versionOf({ kind, id }) }))
    await book.change({ put, expect }).catch(error => onNotice('when tokens were used was not written down', error))
  }
  const noteUse = (record: TokenRecord): void => {
    const nowMs = platform.nowMs()
    if (nowMs - (record.lastUsedMs ?? 0) < USE_WRITTEN_MS) return
    used.set(record.id, nowMs)
    callOff ??= platform.at(nowMs + USE_WRITTEN_MS, () => void flush())
  }
  return {
    flush,
    issue: async wanted => {
      const { record, fullToken } = newToken(wanted, platform.nowMs())
      await book.change({ put: [{ kind: 'token', record }] })
      return { record, fullToken }
    },
    revoke: async id => {
      used.delete(id)
      await book.change({ remove: [{ kind: 'token', id }] })
    },
    ofUser: userId => book.list('token').filter(token => token.userId === userId),
    ofId: id => callerOf(book.get('token', id), { book, platform }),
    find: fullToken => {
      const record = recordOf(fullToken, book)
      const caller = callerOf(record, { book, platform })
      if (record && caller) noteUse(record)
      return caller
    },
  }
}

function callerOf(
  record: TokenRecord | undefined,
  { book, platform }: Pick<TokensPlace, 'book' | 'platform'>,
): Caller | undefined {
  if (!record || (record.expiresMs !== undefined && record.expiresMs <= platform.nowMs())) return undefined
  const user = book.user(record.userId)
  if (!user || user.isDisabled) return undefined
  return {
    kind: user.isServiceAccount ? 'service' : 'user',
    userId: user.id,
    name: user.username,
    grants: book.grantsOf(user.id, record.scopes),
    via: 'token',
    tokenId: record.id,
  }
}

function newToken(
  { userId, name, description, scopes, lifeMs = TOKEN_LIFE_MAX_MS, isExtended = false }: NewToken,
  nowMs: number,
): { readonly record: TokenRecord; readonly fullToken: string } {
  const id = letters(ID_BYTES, 12)
  const secret = letters(SECRET_BYTES, 27)
  const life = Math.min(lifeMs, TOKEN_LIFE_MAX_MS)
  const record: TokenRecord = {
    id,
    userId,
    name,
    ...(description === undefined ? {} : { description }),
    prefix: `bat_${id}`,
    hash: hashOf(secret),
    issuedMs: nowMs,
    expiresMs: nowMs + life,
    ...(scopes === undefined ? {} : { scopes }),
    isExtended,
    lifeMs: life,
  }
  return { record, fullToken: `bat_${id}_${secret}_${checkOf(id, secret)}` }
}

function recordOf(fullToken: string, book: AccessBook): TokenRecord | undefined {
  const found = SHAPE.exec(fullToken)
  if (!found) return undefined
  const [, id = '', secret = '', check = ''] = found
  if (checkOf(id, secret) !== check) return undefined
  const record = book.get('token', id)
  if (!record) return undefined
  return timingSafeEqual(Buffer.from(record.hash), Buffer.from(hashOf(secret))) ? record : undefined
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

function checkOf(id: string, secret: string): string {
  return crc32(`${id}_${secret}`).toString(16).padStart(8, '0')
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** All that is in the bytes, in letters and digits. */
function letters(bytes: number, length: number): string {
  let rest = BigInt(`0x${randomBytes(bytes).toString('hex')}`)
  let text = ''
  while (text.length < length) {
    text = `${ALPHABET[Number(rest % 62n)] ?? ''}${text}`
    rest /= 62n
  }
  return text
}
