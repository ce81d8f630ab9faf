// The first user of a server that others reach: whoever can read the log has the token, and nobody else gets in before it is used. The token is chance,
// is shown once, lives an hour and works once; when it is too old a new one is told with the next request.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { newId } from '@batuta/core'
import type { Platform } from '../platform/platform.ts'
import type { AccessBook } from './access-book.ts'
import { AccessError } from './access-error.ts'
import type { PasswordHasher } from './passwords.ts'
import type { UserRecord } from './records.ts'

export interface FirstUser {
  readonly token: string
  readonly username: string
  readonly password: string
  readonly email?: string
  readonly firstName?: string
  readonly lastName?: string
}

export interface SetUp {
  /** Makes a token and tells it, when one is needed and none is valid. */
  announce(): Promise<void>
  /** @throws {AccessError} `set-up-invalid`. */
  complete(first: FirstUser): Promise<UserRecord>
}

export const SET_UP_LIFE_MS: number = 60 * 60_000
const TOKEN_BYTES = 16
const ID = 'token'

export interface SetUpPlace {
  readonly book: AccessBook
  readonly platform: Platform
  readonly passwords: PasswordHasher
  tell(message: string): void
}

export function newSetUp({ book, platform, passwords, tell }: SetUpPlace): SetUp {
  let announcing: Promise<void> | undefined
  const announce = async (): Promise<void> => {
    const known = book.get('setup', ID)
    if (!book.needsSetUp || (known && known.expiresMs > platform.nowMs())) return
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    const record = { id: ID, hash: hashOf(token), expiresMs: platform.nowMs() + SET_UP_LIFE_MS }
    await book.change({
      put: [{ kind: 'setup', record }],
      expect: [{ kind: 'setup', id: ID, version: book.versionOf({ kind: 'setup', id: ID }) }],
    })
    tell(`No user is configured. Open /ui/setup within an hour and give this set-up token, which works once: ${token}`)
  }
  return {
    announce: async () => {
      announcing ??= announce().finally(() => {
        announcing = undefined
      })
      await announcing
    },
    complete: async ({ token, username, password, ...about }) => {
      const known = book.get('setup', ID)
      // As it is now: whoever is faster while the password is hashed has used it up.
      const expect = [{ kind: 'setup' as const, id: ID, version: book.versionOf({ kind: 'setup', id: ID }) }]
      const isRight = known !== undefined && timingSafeEqual(Buffer.from(known.hash), Buffer.from(hashOf(token)))
      if (!book.needsSetUp || !isRight || known.expiresMs <= platform.nowMs()) throw new AccessError('set-up-invalid')
      const nowMs = platform.nowMs()
      const user: UserRecord = {
        id: newId({ nowMs, shard: 0, random: () => platform.random() }),
        username,
        ...about,
        passwordHash: await passwords.hash(password),
        isSuperAdmin: true,
        isRestricted: false,
        isServiceAccount: false,
        isDisabled: false,
        identities: [],
        createdMs: nowMs,
        passwordChangedMs: nowMs,
      }
      await book.change({ put: [{ kind: 'user', record: user }], remove: [{ kind: 'setup', id: ID }], expect })
      return user
    },
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
