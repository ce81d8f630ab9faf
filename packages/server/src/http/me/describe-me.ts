// Who somebody is and what they may do where, as the pages need it: each permission with the namespaces where it holds.
import { ACTIONS, RESOURCE_NAMES, isEmptyScope, type Grants, type NamespaceScope } from '@batuta/core'
import type { Caller } from '../../access/caller.ts'
import { authsOf, given, groupsOf, tenantsOf } from '../access/present-people.ts'
import type { HttpDependencies } from '../dependencies.ts'

type Document = Readonly<Record<string, unknown>>

const kept = new WeakMap<Grants, Readonly<Record<string, NamespaceScope>>>()

export function describeMe(caller: Caller, { access: { book }, config }: HttpDependencies): Document {
  const user = caller.userId === undefined ? undefined : book.user(caller.userId)
  return {
    id: caller.userId ?? caller.name,
    superAdmin: caller.kind === 'everybody' || user?.isSuperAdmin === true,
    restricted: user?.isRestricted ?? caller.kind === 'everybody',
    profile: given({ email: user?.email, firstName: user?.firstName, lastName: user?.lastName, username: caller.name }),
    auths: user ? authsOf(user).map(({ name, type }) => ({ name, type })) : [],
    tenants: tenantsOf(config.tenant),
    groups: user ? groupsOf(book, user.id).map(({ id, name }) => ({ id, name })) : [],
    permissions: permissionsOf(caller.grants),
    via: caller.via,
    isOpen: book.isOpen,
    ...given({ impersonatedBy: caller.impersonatedBy }),
  }
}

/** They are the same object until something changes. */
function permissionsOf(grants: Grants): Readonly<Record<string, NamespaceScope>> {
  const known = kept.get(grants)
  if (known) return known
  const pairs = RESOURCE_NAMES.flatMap(resource =>
    ACTIONS.map(action => [`${resource}:${action}`, grants.scope(resource, action)] as const),
  )
  const permissions = Object.fromEntries(pairs.filter(([, scope]) => !isEmptyScope(scope)))
  kept.set(grants, permissions)
  return permissions
}
