// Who makes a request: name and password, a token, or the cookie of a session. What the configuration's user sends is compared without any hashing; for
// others a password that was right a moment ago is remembered as a keyed digest, so that a client that sends it with every request does not pay for it.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ConfiguredUser } from '../config/user.ts'
import type { Platform } from '../platform/platform.ts'
import type { AccessBook } from './access-book.ts'
import { AccessError } from './access-error.ts'
import type { Caller } from './caller.ts'
import type { Lockouts } from './lockouts.ts'
import type { PasswordHasher } from './passwords.ts'
import type { UserRecord } from './records.ts'
import type { Sessions } from './sessions.ts'
import type { SignedIn, SignIn } from './sign-in.ts'
import type { Tokens } from './tokens.ts'

export interface Credentials {
  readonly authorization: string | undefined
  readonly cookie: string | undefined
  readonly ip: string | undefined
}

export interface LogIn {
  readonly username: string
  readonly password: string
  readonly ip: string | undefined
}

export interface Authentication {
  /** Undefined for nobody; a promise only while a password is checked. */
  authenticate(credentials: Credentials): Caller | undefined | Promise<Caller | undefined>
  /** The same caller as of now; undefined when the session, the token or the user is gone. */
  stillThere(caller: Caller): Caller | undefined
  /** Whether name and password are right. @throws {AccessError} `login-failed`, `locked-out`. */
  logIn(wanted: LogIn): Promise<UserRecord>
}

export interface AuthenticationPlace {
  readonly book: AccessBook
  readonly sessions: Sessions
  readonly tokens: Tokens
  readonly lockouts: Lockouts
  readonly passwords: PasswordHasher
  readonly platform: Platform
  readonly configured: ConfiguredUser | undefined
  /** Where people are known who have no password here. */
  readonly outside?: OutsidePasswords | undefined
  readonly signIn: SignIn
}

export interface OutsidePasswords {
  /** Users with a password here may log in with it. */
  readonly areOwnTaken: boolean
  find(username: string, password: string): Promise<SignedIn | undefined>
}

const REMEMBERED_MS = 5 * 60_000
const REMEMBERED_MAX = 1_000
const HEADER_LENGTH_MAX = 4_096

interface Remembered {
  readonly userId: string
  readonly passwordHash: string | undefined
  readonly untilMs: number
}

export function newAuthentication(place: AuthenticationPlace): Authentication {
  const { book, sessions, tokens, platform, configured } = place
  const key = randomBytes(32)
  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest()
  const expected = configured && digest(`${configured.name}:${configured.password}`)
  const remembered = new Map<string, Remembered>()

  const logIn = async ({ username, password, ip }: LogIn): Promise<UserRecord> =>
    await checkPassword({ username, password, ip }, { ...place, isConfigured: pair => isSame(digest(pair), expected) })

  const basic = (encoded: string, ip: string | undefined): Caller | undefined | Promise<Caller | undefined> => {
    const pair = Buffer.from(encoded, 'base64').toString('utf8')
    const own = digest(pair)
    if (isSame(own, expected)) return callerOf(book.userNamed(configured?.name ?? ''), book)
    const name = own.toString('hex')
    const known = remembered.get(name)
    const user = known && book.user(known.userId)
    if (
      known &&
      user &&
      !user.isDisabled &&
      user.passwordHash === known.passwordHash &&
      known.untilMs > platform.nowMs()
    )
      return callerOf(user, book)
    remembered.delete(name)
    const at = pair.indexOf(':')
    if (at < 0) return undefined
    return logIn({ username: pair.slice(0, at), password: pair.slice(at + 1), ip }).then(found => {
      if (remembered.size >= REMEMBERED_MAX) remembered.clear()
      const untilMs = platform.nowMs() + REMEMBERED_MS
      remembered.set(name, { userId: found.id, passwordHash: found.passwordHash, untilMs })
      return callerOf(found, book)
    })
  }

  return {
    logIn,
    stillThere: caller => {
      if (caller.tokenId !== undefined) return tokens.ofId(caller.tokenId)
      if (caller.sessionId !== undefined) return sessions.ofId(caller.sessionId)
      return callerOf(caller.userId === undefined ? undefined : book.user(caller.userId), book)
    },
    authenticate: ({ authorization, cookie, ip }) => {
      if (authorization === undefined) return sessions.find(cookie)
      if (authorization.length > HEADER_LENGTH_MAX) return undefined
      const [, scheme = '', rest = ''] = /^(\S+)\s+(.*)$/s.exec(authorization) ?? []
      switch (scheme.toLowerCase()) {
        case 'bearer':
          return tokens.find(rest.trim())
        case 'basic':
          return basic(rest.trim(), ip)
        default:
          return undefined
      }
    },
  }
}

function isSame(left: Buffer, right: Buffer | undefined): boolean {
  return right !== undefined && timingSafeEqual(left, right)
}

type PasswordPlace = Pick<
  AuthenticationPlace,
  'book' | 'lockouts' | 'passwords' | 'platform' | 'outside' | 'signIn'
> & {
  isConfigured(pair: string): boolean
}

/** Every way through takes one hashing: time tells neither that a user exists nor that the account is locked. */
async function checkPassword({ username, password, ip }: LogIn, place: PasswordPlace): Promise<UserRecord> {
  const { book, lockouts, passwords, platform, outside, isConfigured } = place
  const user = book.userNamed(username)
  if (user && isConfigured(`${username}:${password}`)) return user
  const untilMs = lockouts.lockedUntilMs(username, ip)
  const isRight = await passwords.verify(password, isShut(user, outside) ? undefined : user?.passwordHash)
  if (untilMs !== undefined) {
    const retryAfterS = Math.ceil(Math.max(1, untilMs - platform.nowMs()) / 1_000)
    throw new AccessError('locked-out', undefined, { retryAfterS })
  }
  const found = user && isRight ? user : await findOutside(user, { username, password }, place)
  if (!found) {
    await lockouts.count(username, ip)
    throw new AccessError('login-failed')
  }
  await lockouts.forget(username, ip)
  return found
}

function isShut(user: UserRecord | undefined, outside: OutsidePasswords | undefined): boolean {
  return user?.isDisabled === true || outside?.areOwnTaken === false
}

/** A password that is kept here is told to nobody else. */
async function findOutside(
  user: UserRecord | undefined,
  { username, password }: Pick<LogIn, 'username' | 'password'>,
  { outside, signIn }: PasswordPlace,
): Promise<UserRecord | undefined> {
  if (!outside || user?.isDisabled || (outside.areOwnTaken && user?.passwordHash !== undefined)) return undefined
  const found = await outside.find(username, password)
  return found && (await signIn(found))
}

function callerOf(user: UserRecord | undefined, book: AccessBook): Caller | undefined {
  if (!user || user.isDisabled) return undefined
  return {
    kind: user.isServiceAccount ? 'service' : 'user',
    userId: user.id,
    name: user.username,
    grants: book.grantsOf(user.id),
    via: 'basic',
  }
}
