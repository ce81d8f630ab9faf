// What somebody must hold to change what others may do: nobody gives what they do not have, nobody acts for one who may do more, and there is always
// a super admin left.
import {
  changedPermits,
  grantsOf,
  lackingFor,
  lackingOf,
  permitsOf,
  unknownTo,
  type Binding,
  type Grants,
  type Permissions,
  type Permit,
  type Role,
} from '@batuta/core'
import type { AccessBook } from '../../access/access-book.ts'
import type { Caller } from '../../access/caller.ts'
import type { UserRecord } from '../../access/records.ts'
import type { AccessKey } from '../../storage/store.ts'
import { RequestError, notFound } from '../request-error.ts'

/** Of many that are lacking, so many are named. */
const NAMED_MAX = 5

export class Powers {
  readonly #book: AccessBook
  readonly #caller: Caller

  constructor(book: AccessBook, caller: Caller) {
    this.#book = book
    this.#caller = caller
  }

  /** With a token of less than all that its owner may, a super admin is none. */
  get isSuperAdmin(): boolean {
    const { kind, userId, tokenId } = this.#caller
    if (kind === 'everybody') return true
    const isOne = userId !== undefined && this.#book.user(userId)?.isSuperAdmin === true
    return isOne && (tokenId === undefined || this.#book.get('token', tokenId)?.scopes === undefined)
  }

  requireSuperAdmin(what: string): void {
    if (!this.isSuperAdmin) throw forbidden(`${what} is for super admins.`)
  }

  /** Before a role is made: of what one holds somewhere, for where it counts is said by its bindings. */
  requireRoleOf(permissions: Permissions, isDefault: boolean): void {
    if (this.isSuperAdmin) return
    const wanted = permitsOf(permissions)
    refuse(isDefault ? this.#lacking(wanted) : unknownTo(this.#caller.grants, wanted), 'a role with it')
  }

  /** Before a role is another one: wherever somebody has it, what changes must be the caller's own. */
  requireRoleChange(before: Role, after: Pick<Role, 'permissions' | 'isDefault'>): void {
    if (this.isSuperAdmin) return
    this.requireRoleOf(after.permissions, after.isDefault)
    const changed = changedPermits(before.permissions, after.permissions)
    for (const { namespace } of this.#bindings(({ roleId }) => roleId === before.id))
      refuse(this.#lacking(changed, namespace), 'what changes')
  }

  /** Before a role is given, denied or taken away. */
  requireBinding({ roleId, namespace }: Pick<Binding, 'roleId' | 'namespace'>): void {
    const role = getRole(this.#book, roleId)
    if (this.isSuperAdmin) return
    refuse(this.#lacking(permitsOf(role.permissions), namespace), `the role "${role.name}"`)
  }

  requireBindingsOfRole(roleId: string): void {
    for (const binding of this.#bindings(each => each.roleId === roleId)) this.requireBinding(binding)
  }

  /** Before somebody comes to a group or leaves it, or it goes: with all that it has. */
  requireGroup(groupId: string): void {
    for (const binding of this.#bindings(each => each.type === 'GROUP' && each.externalId === groupId))
      this.requireBinding(binding)
  }

  /** Before somebody is changed, or somebody else acts in their name. */
  requirePowerOver(user: UserRecord): void {
    if (this.isSuperAdmin || user.id === this.#caller.userId) return
    if (user.isSuperAdmin) throw forbidden(`"${user.username}" is a super admin: only super admins change one.`)
    refuse(lackingFor(this.#caller.grants, grantsOfEnabled(this.#book, user)), `power over "${user.username}"`)
  }

  /**
   * Before a super admin is one no longer. Tells what must not have changed meanwhile, so that two do not take each other away at once.
   * @throws {RequestError} 409 when nobody would be left.
   */
  requireAnotherSuperAdmin(user: UserRecord): readonly (AccessKey & { readonly version: number })[] {
    if (!user.isSuperAdmin || user.isDisabled) return []
    const other = this.#book
      .list('user')
      .find(each => each.id !== user.id && each.isSuperAdmin && !each.isDisabled && !each.isServiceAccount)
    if (!other && !user.isServiceAccount)
      throw new RequestError(
        409,
        'last-super-admin',
        `"${user.username}" is the last super admin: make another one before.`,
      )
    if (!other) return []
    const key = { kind: 'user', id: other.id } as const
    return [{ ...key, version: this.#book.versionOf(key) }]
  }

  #bindings(isWanted: (binding: Binding) => boolean): readonly Binding[] {
    return this.#book.list('binding').filter(isWanted)
  }

  #lacking(wanted: readonly Permit[], namespace?: string): readonly Permit[] {
    return lackingOf(this.#caller.grants, wanted, namespace)
  }
}

export function forbidden(message: string): RequestError {
  return new RequestError(403, 'forbidden', message)
}

/** A disabled user may be enabled again, and counts as one. */
function grantsOfEnabled(book: AccessBook, { id, isSuperAdmin }: UserRecord): Grants {
  return grantsOf({
    user: { id, isSuperAdmin, isDisabled: false },
    groups: book.list('group').filter(({ members }) => members.some(({ userId }) => userId === id)),
    roles: book.list('role'),
    bindings: book.list('binding'),
  })
}

function refuse(lacking: readonly Permit[], what: string): void {
  if (lacking.length === 0) return
  const names = lacking.slice(0, NAMED_MAX).map(({ resource, action }) => `${resource}:${action}`)
  const more = lacking.length > NAMED_MAX ? ` and ${lacking.length - NAMED_MAX} more` : ''
  throw new RequestError(
    403,
    'more-than-own',
    `Nobody gives what they do not have: for ${what} you lack ${names.join(', ')}${more}.`,
  )
}

export function getRole(book: AccessBook, id: string): Role {
  const role = book.get('role', id)
  if (!role) throw notFound(`The role "${id}"`)
  return role
}
