// Users as they come: by an administrator, an invitation, or the set-up of an open server.
import { newId } from '@batuta/core'
import type { Access } from '../../access/access.ts'
import type { AccessChanges } from '../../access/access-book.ts'
import { judgePassword, type PasswordOwner } from '../../access/password-rules.ts'
import type { UserRecord } from '../../access/records.ts'
import type { Platform } from '../../platform/platform.ts'
import { RequestError, unprocessable } from '../request-error.ts'

export interface UserFacts {
  readonly username: string
  readonly email?: string
  readonly firstName?: string
  readonly lastName?: string
  readonly description?: string
  readonly isSuperAdmin?: boolean
  readonly isRestricted?: boolean
  readonly isServiceAccount?: boolean
}

export function newUser(facts: UserFacts, platform: Pick<Platform, 'nowMs' | 'random'>): UserRecord {
  return {
    ...facts,
    id: newRecordId(platform),
    isSuperAdmin: facts.isSuperAdmin ?? false,
    isRestricted: facts.isRestricted ?? false,
    isServiceAccount: facts.isServiceAccount ?? false,
    isDisabled: false,
    identities: [],
    createdMs: platform.nowMs(),
  }
}

export function newRecordId(platform: Pick<Platform, 'nowMs' | 'random'>): string {
  return newId({ nowMs: platform.nowMs(), shard: 0, random: () => platform.random() })
}

/** The roles that everybody gets. */
export function defaultBindings(
  access: Access,
  userId: string,
  platform: Pick<Platform, 'nowMs' | 'random'>,
): AccessChanges {
  const roles = access.book.list('role').filter(({ isDefault }) => isDefault)
  return {
    put: roles.map(({ id: roleId }) => ({
      kind: 'binding',
      record: { id: newRecordId(platform), type: 'USER', externalId: userId, roleId },
    })),
  }
}

/** @throws {RequestError} 422 with every rule that the password breaks. */
export function requireGoodPassword(password: string, owner: PasswordOwner): void {
  const problems = judgePassword(password, owner)
  if (problems.length > 0)
    throw unprocessable(
      'password-weak',
      problems.join(' '),
      problems.map(message => ({ path: 'password', message })),
    )
}

export async function withPassword(
  user: UserRecord,
  password: string,
  { access, nowMs }: { readonly access: Access; readonly nowMs: number },
): Promise<UserRecord> {
  requireGoodPassword(password, user)
  return { ...user, passwordHash: await access.passwords.hash(password), passwordChangedMs: nowMs }
}

/** Names are found whatever their case. */
export function requireFreeName(access: Access, username: string, ownId?: string): void {
  const known = access.book.userNamed(username)
  if (known && known.id !== ownId) throw new RequestError(409, 'name-taken', `There is a user "${username}" already.`)
}

const NAME = /^[^\s:\p{C}]+$/u

/** A colon would end the name in the header of HTTP Basic. */
export function requireUsername(username: string): void {
  if (!NAME.test(username))
    throw unprocessable('username-invalid', `The name "${username.slice(0, 100)}" is invalid: no blanks and no colon.`)
}

/** With the first user the doors close: it must be one who can open them again. */
export function refuseOpen({ book }: Access): void {
  if (book.isOpen)
    throw new RequestError(
      409,
      'set-up-first',
      'There is no user yet and everybody may do everything: make the first one, a super admin with a password, by the set-up (/ui/setup).',
    )
}
