// What is kept of those who may do something, kind by kind: the bodies of the store's access records.
import type { Binding, Permissions, Role, TokenScope } from '@batuta/core'
import type { AccessKind } from '../storage/store.ts'

export interface Identity {
  /** Who vouches: the issuer of an identity provider, `ldap`, `proxy`. */
  readonly provider: string
  /** As the provider knows it: never an address of mail, which changes hands. */
  readonly subject: string
}

export interface UserRecord {
  readonly id: string
  readonly username: string
  readonly email?: string
  readonly firstName?: string
  readonly lastName?: string
  /** None: nobody logs in with a password as this user. */
  readonly passwordHash?: string
  readonly isSuperAdmin: boolean
  /** May not change what is said of themselves. */
  readonly isRestricted: boolean
  readonly isServiceAccount: boolean
  readonly isDisabled: boolean
  readonly identities: readonly Identity[]
  readonly createdMs: number
  readonly passwordChangedMs?: number
  readonly description?: string
}

export interface GroupMember {
  readonly userId: string
  readonly membership: 'OWNER' | 'MEMBER'
}

export interface GroupRecord {
  readonly id: string
  readonly name: string
  readonly description?: string
  /** Of identity providers: whoever belongs to one of them there belongs to this group here. */
  readonly externalNames?: readonly string[]
  readonly members: readonly GroupMember[]
}

export interface TokenRecord {
  readonly id: string
  readonly userId: string
  readonly name: string
  readonly description?: string
  /** What is shown of it ever after. */
  readonly prefix: string
  readonly hash: string
  readonly issuedMs: number
  readonly expiresMs?: number
  readonly lastUsedMs?: number
  /** It may do what its user may, and no more than these. */
  readonly scopes?: readonly TokenScope[]
  /** Using it puts its end off. */
  readonly isExtended: boolean
  /** How long it lives from its last use on, when it is put off. */
  readonly lifeMs?: number
}

export interface SessionRecord {
  /** The hash of the cookie. */
  readonly id: string
  readonly userId: string
  readonly provider: string
  readonly createdMs: number
  readonly seenMs: number
  readonly expiresMs: number
  readonly ip?: string
  readonly agent?: string
  /** Of the identity provider, for a sign-out there, too. */
  readonly idToken?: string
  /** What the identity provider calls its own session. */
  readonly sessionThere?: string
  /** Who acts as the user. */
  readonly impersonatedBy?: string
}

export interface InvitationRecord {
  readonly id: string
  readonly email: string
  readonly status: 'PENDING' | 'ACCEPTED' | 'EXPIRED'
  readonly hash: string
  readonly groupIds: readonly string[]
  readonly bindings: readonly { readonly roleId: string; readonly namespace?: string }[]
  readonly isSuperAdmin: boolean
  readonly createdMs: number
  readonly expiresMs: number
  readonly acceptedMs?: number
}

/** Wrong passwords of one account from one neighbourhood of addresses. */
export interface LockoutRecord {
  readonly id: string
  readonly count: number
  readonly lastMs: number
}

export interface SetUpRecord {
  readonly id: string
  readonly hash: string
  readonly expiresMs: number
}

/** Whatever else is said once for the whole server. */
export interface SettingRecord {
  readonly id: string
  readonly value: unknown
}

export interface AccessRecords {
  readonly user: UserRecord
  readonly group: GroupRecord
  readonly role: Role
  readonly binding: Binding
  readonly token: TokenRecord
  readonly session: SessionRecord
  readonly invitation: InvitationRecord
  readonly lockout: LockoutRecord
  readonly setup: SetUpRecord
  readonly setting: SettingRecord
}

export type { AccessKind, Binding, Permissions, Role, TokenScope }

/** By which a record is found, and which none of its kind shares with it when `isNameUnique`. */
export function nameOf(record: AccessRecords[AccessKind]): string {
  if ('username' in record) return record.username.toLowerCase()
  if ('name' in record) return record.name
  if ('email' in record) return record.email.toLowerCase()
  return record.id
}

const UNIQUE: ReadonlySet<AccessKind> = new Set<AccessKind>(['user', 'group', 'role'])

export function isNameUnique(kind: AccessKind): boolean {
  return UNIQUE.has(kind)
}
