// All of access control, as boot wires it and the routes are given it.
import type { ConfiguredUser } from '../config/user.ts'
import type { Platform } from '../platform/platform.ts'
import type { Store } from '../storage/store.ts'
import { openAccessBook, type AccessBook } from './access-book.ts'
import { openAuditTrail, type AuditTrail } from './audit-trail.ts'
import { newAuthentication, type Authentication, type OutsidePasswords } from './authenticate.ts'
import { openLockouts, type Lockouts } from './lockouts.ts'
import { newPasswordHasher, type Costs, type PasswordHasher } from './passwords.ts'
import type { UserRecord } from './records.ts'
import { openSessions, type Sessions } from './sessions.ts'
import { newSetUp, type SetUp } from './set-up.ts'
import { newSignIn, type SignIn } from './sign-in.ts'
import { openTokens, type Tokens } from './tokens.ts'

export interface Access extends Authentication {
  readonly book: AccessBook
  readonly sessions: Sessions
  readonly tokens: Tokens
  readonly lockouts: Lockouts
  readonly passwords: PasswordHasher
  readonly audit: AuditTrail
  readonly setUp: SetUp
  readonly signIn: SignIn
  stop(): Promise<void>
}

export interface AccessPlace {
  readonly store: Store
  readonly tenant: string
  readonly platform: Platform
  readonly user: ConfiguredUser | undefined
  /** Others than this machine reach the server. */
  readonly isReachable: boolean
  /** People reach the server over https alone. */
  readonly isSecure: boolean
  /** Where people are known who have no password here. */
  readonly outside?: OutsidePasswords | undefined
  /** Of passwords; those of tests are cheaper. */
  readonly costs?: Costs | undefined
  tell(message: string): void
  onNotice(message: string, error?: unknown): void
}

export async function openAccess(place: AccessPlace): Promise<Access> {
  const { store, tenant, platform, user, isReachable, isSecure, outside, costs, tell, onNotice } = place
  const configured = user && configuredUser(user.name)
  const book = await openAccessBook({ store, tenant, platform, isReachable, configured, onNotice })
  const passwords = newPasswordHasher(costs)
  const lockouts = openLockouts(book, platform)
  const sessions = openSessions({ book, platform, isSecure, onNotice })
  const tokens = openTokens({ book, platform, onNotice })
  const signIn = newSignIn(book, platform)
  const setUp = newSetUp({ book, platform, passwords, tell })
  return {
    book,
    sessions,
    tokens,
    lockouts,
    passwords,
    audit: openAuditTrail({ store, tenant, platform }),
    setUp,
    signIn,
    ...newAuthentication({ book, sessions, tokens, lockouts, passwords, platform, configured: user, outside, signIn }),
    stop: async () => {
      await sessions.flush()
      await tokens.flush()
      book.stop()
    },
  }
}

/** Of `kestra.server.basic-auth`, or BATUTA_USER. */
export const CONFIGURED_USER_ID = 'configured'

function configuredUser(username: string): UserRecord {
  return {
    id: CONFIGURED_USER_ID,
    username,
    isSuperAdmin: true,
    isRestricted: true,
    isServiceAccount: false,
    isDisabled: false,
    identities: [],
    createdMs: 0,
  }
}
