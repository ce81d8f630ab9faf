// Users, groups, roles, bindings and tokens as Kestra's clients know them.
import type { AccessBook } from '../../access/access-book.ts'
import type { GroupRecord, SessionRecord, TokenRecord, UserRecord } from '../../access/records.ts'
import type { Binding, Role } from '@batuta/core'

type Document = Readonly<Record<string, unknown>>

export interface PeoplePlace {
  readonly book: AccessBook
  readonly tenant: string
  readonly nowMs: number
}

export function displayNameOf({ firstName, lastName, username }: UserRecord): string {
  const full = [firstName, lastName].filter(part => part !== undefined && part !== '').join(' ')
  return full === '' ? username : full
}

export function groupsOf(book: AccessBook, userId: string): readonly GroupRecord[] {
  return book.list('group').filter(({ members }) => members.some(member => member.userId === userId))
}

/** By which `deleteAuth` takes it away. */
export const PASSWORD_AUTH = 'password'

export function authsOf({
  passwordHash,
  identities,
}: UserRecord): readonly { id: string; name: string; type: string }[] {
  const password = passwordHash === undefined ? [] : [{ id: PASSWORD_AUTH, name: 'Password', type: 'BASIC_AUTH' }]
  return [
    ...password,
    ...identities.map(({ provider, subject }) => ({ id: `${provider}:${subject}`, name: provider, type: 'OIDC' })),
  ]
}

export function presentUserSummary(user: UserRecord, { book, tenant }: PeoplePlace): Document {
  const isLocked = book.list('lockout').some(({ id }) => id.startsWith(`${user.username.toLowerCase()}|`))
  return {
    id: user.id,
    username: user.username,
    displayName: displayNameOf(user),
    tenants: tenantsOf(tenant),
    auths: authsOf(user).map(auth => ({ ...auth, uid: auth.id })),
    superAdmin: user.isSuperAdmin,
    restricted: user.isRestricted,
    disabled: user.isDisabled,
    ...(isLocked ? { locked: true } : {}),
  }
}

export function presentUser(user: UserRecord, place: PeoplePlace): Document {
  const { firstName, lastName, email, createdMs, passwordChangedMs } = user
  return {
    ...presentUserSummary(user, place),
    ...given({ firstName, lastName, email }),
    groups: groupsOf(place.book, user.id).map(({ id }) => ({ id, tenantId: place.tenant })),
    created: dateOf(createdMs),
    ...(passwordChangedMs === undefined ? {} : { passwordChanged: dateOf(passwordChangedMs) }),
  }
}

export function presentTenantUser(user: UserRecord, { book }: PeoplePlace): Document {
  return {
    id: user.id,
    username: user.username,
    displayName: displayNameOf(user),
    ...given({ description: user.description }),
    groups: groupsOf(book, user.id).map(group => ({ id: group.id, name: group.name, external: isExternal(group) })),
    auths: authsOf(user).map(({ name, type }) => ({ name, type })),
  }
}

export function presentGroup(group: GroupRecord): Document {
  return {
    id: group.id,
    name: group.name,
    ...given({ description: group.description }),
    externalNames: group.externalNames ?? [],
  }
}

export function presentGroupSummary(group: GroupRecord): Document {
  const { id, name, description, members } = group
  return { id, name, ...given({ description }), members: members.length }
}

export function presentMember(user: UserRecord, { book }: PeoplePlace): Document {
  return {
    id: user.id,
    username: user.username,
    displayName: displayNameOf(user),
    groups: groupsOf(book, user.id).map(group => ({
      id: group.id,
      name: group.name,
      external: isExternal(group),
      membership: group.members.find(({ userId }) => userId === user.id)?.membership ?? 'MEMBER',
    })),
  }
}

export function presentRoleSummary({ id, name, isDefault, isManaged, permissions }: Role): Document {
  const permissionCount = Object.values(permissions).reduce((count, actions) => count + actions.length, 0)
  return { id, name, isDefault, isManaged, permissionCount }
}

export function presentRole({ id, name, description, permissions, isDefault, isManaged }: Role): Document {
  return { id, name, ...(description === '' ? {} : { description }), permissions, isDefault, isManaged, deleted: false }
}

export function presentBinding(binding: Binding, { book }: PeoplePlace): Document {
  const { id, type, namespace, isDeny, externalId, roleId } = binding
  const user = type === 'USER' ? book.user(externalId) : undefined
  const group = type === 'GROUP' ? book.get('group', externalId) : undefined
  return {
    id,
    type,
    ...given({ namespace }),
    ...(isDeny === true ? { isDeny } : {}),
    role: { id: roleId, name: book.get('role', roleId)?.name ?? roleId },
    ...(group ? { group: { id: group.id, name: group.name } } : {}),
    ...(user
      ? {
          user: {
            id: user.id,
            username: user.username,
            displayName: displayNameOf(user),
            type: user.isServiceAccount ? 'SERVICE_ACCOUNT' : 'STANDARD',
          },
        }
      : {}),
  }
}

export function presentToken(token: TokenRecord, nowMs: number): Document {
  const { id, name, description, prefix, issuedMs, expiresMs, lastUsedMs, isExtended, scopes } = token
  return {
    id,
    name,
    ...given({ description }),
    prefix,
    iat: dateOf(issuedMs),
    ...(expiresMs === undefined ? {} : { exp: dateOf(expiresMs) }),
    ...(lastUsedMs === undefined ? {} : { lastUsed: dateOf(lastUsedMs) }),
    extended: isExtended,
    expired: expiresMs !== undefined && expiresMs <= nowMs,
    ...given({ scopes }),
  }
}

export function presentSession(session: SessionRecord, currentId: string | undefined): Document {
  const { id, provider, createdMs, seenMs, expiresMs, ip, agent } = session
  return {
    id,
    provider,
    created: dateOf(createdMs),
    seen: dateOf(seenMs),
    expires: dateOf(expiresMs),
    ...given({ ip, agent }),
    isCurrent: id === currentId,
  }
}

export function tenantsOf(tenant: string): readonly Document[] {
  return [{ id: tenant, name: tenant }]
}

export function dateOf(ms: number): string {
  return new Date(ms).toISOString()
}

/** Fields that say nothing are not there. */
export function given(fields: Document): Document {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null))
}

/** Who belongs to it is said by an identity provider, too. */
function isExternal({ externalNames = [] }: GroupRecord): boolean {
  return externalNames.length > 0
}
