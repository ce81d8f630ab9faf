// What somebody may do in all, worked out of the roles that they have: the same rules that the server decides by.
import {
  grantsOf,
  isAction,
  isResource,
  isInScope,
  type Action,
  type Grants,
  type Permissions,
  type Resource,
} from '@batuta/core'
import type { Scope } from '../../lib/access/may.ts'

export interface HeldRole {
  readonly name: string
  readonly namespace?: string
  readonly isDeny?: boolean
  readonly permissions: readonly { readonly resource: string; readonly actions: readonly string[] }[]
}

export interface Held {
  readonly userId: string
  readonly superAdmin: boolean
  readonly roles: readonly HeldRole[]
}

/** Each role with its place counts as a binding of its own. */
export function effectiveGrants({ userId, superAdmin, roles }: Held): Grants {
  return grantsOf({
    user: { id: userId, isSuperAdmin: superAdmin, isDisabled: false },
    groups: [],
    roles: roles.map((role, index) => ({
      id: String(index),
      name: role.name,
      description: '',
      permissions: permissionsOf(role),
      isManaged: false,
      isDefault: false,
    })),
    bindings: roles.map(({ namespace, isDeny }, index) => ({
      id: String(index),
      type: 'USER',
      externalId: userId,
      roleId: String(index),
      ...(namespace === undefined ? {} : { namespace }),
      ...(isDeny === undefined ? {} : { isDeny }),
    })),
  })
}

function permissionsOf({ permissions }: HeldRole): Permissions {
  const known: Partial<Record<Resource, readonly Action[]>> = {}
  for (const { resource, actions } of permissions) if (isResource(resource)) known[resource] = actions.filter(isAction)
  return known
}

/** `some`: not here, or not everywhere, but in some namespace. */
export type Mark = 'yes' | 'some' | 'no'

export function markOf(scope: Scope | undefined, namespace: string | undefined): Mark {
  if (scope === undefined) return 'no'
  const { all, allow = [], deny = [] } = scope
  if (all) return 'yes'
  if (namespace !== undefined) return isInScope({ all: false, allow, deny }, namespace) ? 'yes' : 'no'
  return allow.length > 0 ? 'some' : 'no'
}

/** `company.team, but not company.team.secret`. */
export function placesOf({ allow = [], deny = [] }: Scope): { readonly allow: string; readonly deny: string } {
  const names = (list: readonly string[]): string => list.map(name => name || '*').join(', ')
  return { allow: names(allow), deny: names(deny) }
}
