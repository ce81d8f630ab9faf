// Somebody whom a provider knows becomes a user here: found by the provider's subject, made when that is allowed, and brought into the groups that the
// provider's groups mean. The name alone connects nobody with an existing user.
import { newId } from '@batuta/core'
import type { Platform } from '../platform/platform.ts'
import type { AccessBook, AccessPut } from './access-book.ts'
import { AccessError } from './access-error.ts'
import type { GroupRecord, UserRecord } from './records.ts'

export interface SignedIn {
  readonly provider: string
  readonly subject: string
  readonly username: string
  readonly email?: string | undefined
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
  /** As the provider calls them; undefined when it says nothing about them. */
  readonly groups?: readonly string[] | undefined
  /** Whether a group here is one of theirs, where more than its outside names tells that; undefined for a group that the provider has no say in. */
  readonly isMemberOf?: ((group: GroupRecord) => boolean | undefined) | undefined
  /** False: whoever is not there already is refused. */
  readonly isNewUserMade?: boolean | undefined
  /** By id or name, beside those that everybody is given. */
  readonly newUserRole?: string | undefined
  /** Undefined when the provider does not decide about that. */
  readonly isSuperAdmin?: boolean | undefined
}

export type SignIn = (identity: SignedIn) => Promise<UserRecord>

const ATTEMPTS_MAX = 3

/** @throws {AccessError} `not-invited`, `name-taken`, `disabled`, `set-up-needed`. */
export function newSignIn(book: AccessBook, platform: Platform): SignIn {
  return async identity => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await signIn(identity, { book, platform })
      } catch (error) {
        // Another node was faster: what it wrote is known by now.
        if (!(error instanceof AccessError) || error.fault !== 'conflict' || attempt >= ATTEMPTS_MAX) throw error
      }
    }
  }
}

interface Place {
  readonly book: AccessBook
  readonly platform: Platform
}

async function signIn(identity: SignedIn, { book, platform }: Place): Promise<UserRecord> {
  const { provider, subject, username, email, firstName, lastName, groups, isSuperAdmin } = identity
  const known = book.userOf(provider, subject)
  if (known?.isDisabled) throw new AccessError('disabled')
  if (!known && book.userNamed(username)) throw new AccessError('name-taken')
  if (!known && identity.isNewUserMade === false) throw new AccessError('not-invited')
  // The first one is whoever sets the server up, or an administrator by the configuration.
  if (book.needsSetUp && isSuperAdmin !== true) throw new AccessError('set-up-needed')
  const nowMs = platform.nowMs()
  const newIdNow = (): string => newId({ nowMs, shard: 0, random: () => platform.random() })
  const base: UserRecord = known ?? {
    id: newIdNow(),
    username,
    isSuperAdmin: false,
    isRestricted: false,
    isServiceAccount: false,
    isDisabled: false,
    identities: [{ provider, subject }],
    createdMs: nowMs,
  }
  const user: UserRecord = {
    ...base,
    ...(email === undefined ? {} : { email }),
    ...(firstName === undefined ? {} : { firstName }),
    ...(lastName === undefined ? {} : { lastName }),
    ...(isSuperAdmin === undefined ? {} : { isSuperAdmin }),
  }
  const put: AccessPut[] = []
  if (!known || JSON.stringify(known) !== JSON.stringify(user)) put.push({ kind: 'user', record: user })
  if (!known) put.push(...defaultBindings(book, { userId: user.id, role: identity.newUserRole }, newIdNow))
  const isMemberOf = identity.isMemberOf ?? (groups && byOutsideNames(groups))
  if (isMemberOf)
    for (const record of regrouped(book.list('group'), user.id, isMemberOf)) put.push({ kind: 'group', record })
  if (put.length === 0) return user
  const expect = put.map(({ kind, record: { id } }) => ({ kind, id, version: book.versionOf({ kind, id }) }))
  await book.change({ put, expect })
  return user
}

function defaultBindings(
  book: AccessBook,
  { userId, role: wanted }: { readonly userId: string; readonly role: string | undefined },
  newIdNow: () => string,
): readonly AccessPut[] {
  return book
    .list('role')
    .filter(role => role.isDefault || (wanted !== undefined && [role.id, role.name].includes(wanted)))
    .map(({ id }) => ({
      kind: 'binding',
      record: { id: newIdNow(), type: 'USER', externalId: userId, roleId: id },
    }))
}

function byOutsideNames(names: readonly string[]): NonNullable<SignedIn['isMemberOf']> {
  return ({ externalNames = [] }) =>
    externalNames.length === 0 ? undefined : externalNames.some(name => names.includes(name))
}

/** The groups whose members change; groups that mean nothing to the provider stay as they are. */
function regrouped(
  groups: readonly GroupRecord[],
  userId: string,
  isMemberOf: NonNullable<SignedIn['isMemberOf']>,
): readonly GroupRecord[] {
  return groups.flatMap(group => {
    const belongs = isMemberOf(group)
    const { members } = group
    const isMember = members.some(member => member.userId === userId)
    if (belongs === undefined || belongs === isMember) return []
    if (belongs) return [{ ...group, members: [...members, { userId, membership: 'MEMBER' as const }] }]
    return [{ ...group, members: members.filter(member => member.userId !== userId) }]
  })
}
