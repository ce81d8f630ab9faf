// From users, groups, roles and bindings to one answer: may this be done? All bindings of somebody and of their groups count; a namespace is
// inherited by all below it; what is denied anywhere above stays denied, whoever allows it. `scope` says the same for all namespaces at once,
// and a list that takes it along shows what `may` would have allowed one by one.
import { coarserOf, reachOf, type Action, type Resource } from './resource.ts'
import type { Binding, Permissions, Role } from './role.ts'
import {
  EVERYWHERE,
  NOWHERE,
  ROOT,
  intersect,
  isEmptyScope,
  isInScope,
  isWithin,
  namespaceScope,
  type NamespaceScope,
} from './namespace-scope.ts'

export interface Grants {
  /** Without a namespace: in all of them, for what belongs to a namespace. */
  may(resource: Resource, action: Action, namespace?: string): boolean
  /** Where; for what belongs to no namespace everywhere or nowhere. */
  scope(resource: Resource, action: Action): NamespaceScope
  /** What allows it and what denies it; nothing when nobody ever said so. */
  explain(resource: Resource, action: Action, namespace?: string): readonly Reason[]
}

export type Reason =
  | { readonly type: 'open' | 'super-admin' | 'disabled' | 'token' }
  | {
      readonly type: 'allow' | 'deny'
      readonly bindingId: string
      readonly roleId: string
      readonly roleName: string
      readonly groupId?: string
      readonly groupName?: string
      readonly namespace?: string
    }

export interface GrantedUser {
  readonly id: string
  readonly isSuperAdmin: boolean
  readonly isDisabled: boolean
}

export interface GrantedGroup {
  readonly id: string
  readonly name: string
}

/** One of them must allow it, too. */
export interface TokenScope {
  readonly namespace?: string
  readonly permissions?: Permissions
}

export interface GrantFacts {
  readonly user: GrantedUser
  /** Those that the user belongs to. */
  readonly groups: readonly GrantedGroup[]
  readonly roles: readonly Role[]
  readonly bindings: readonly Binding[]
  /** Of the token that is used; all of the user's own when there is none. */
  readonly scopes?: readonly TokenScope[] | undefined
}

/** Of a server that nobody has to log in to. */
export const OPEN_GRANTS: Grants = {
  may: () => true,
  scope: () => EVERYWHERE,
  explain: () => [{ type: 'open' }],
}

/** Of nobody. */
export const NO_GRANTS: Grants = { may: () => false, scope: () => NOWHERE, explain: () => [] }

export function grantsOf(facts: GrantFacts): Grants {
  const { user, scopes } = facts
  if (user.isDisabled) return { ...NO_GRANTS, explain: () => [{ type: 'disabled' }] }
  const bound = user.isSuperAdmin ? [] : boundOf(facts)
  const known = new Map<string, NamespaceScope>()
  const scope = (resource: Resource, action: Action): NamespaceScope => {
    const key = `${resource}:${action}`
    const before = known.get(key)
    if (before) return before
    const own = user.isSuperAdmin ? EVERYWHERE : scopeOfBound(bound, resource, action)
    const answer = intersect(own, scopeOfToken(scopes, resource, action))
    known.set(key, answer)
    return answer
  }
  return {
    scope,
    may: (resource, action, namespace) => {
      const where = scope(resource, action)
      if (reachOf(resource) !== 'namespace') return !isEmptyScope(where)
      return namespace === undefined ? where.all : isInScope(where, namespace)
    },
    explain: (resource, action, namespace) => explain({ facts, bound }, { resource, action, namespace }),
  }
}

interface Bound {
  readonly binding: Binding
  readonly role: Role
  readonly group?: GrantedGroup
}

function boundOf({ user, groups, roles, bindings }: GrantFacts): readonly Bound[] {
  const roleOf = new Map(roles.map(role => [role.id, role]))
  const groupOf = new Map(groups.map(group => [group.id, group]))
  return bindings.flatMap((binding): readonly Bound[] => {
    const role = roleOf.get(binding.roleId)
    if (!role) return []
    if (binding.type === 'USER') return binding.externalId === user.id ? [{ binding, role }] : []
    const group = groupOf.get(binding.externalId)
    return group ? [{ binding, role, group }] : []
  })
}

function scopeOfBound(bound: readonly Bound[], resource: Resource, action: Action): NamespaceScope {
  const fitting = bound.filter(({ role }) => permits(role.permissions, resource, action))
  const reach = reachOf(resource)
  const isDenied = (isDeny: boolean): readonly string[] =>
    fitting
      .filter(({ binding }) => (binding.isDeny ?? false) === isDeny)
      .map(({ binding }) => binding.namespace ?? ROOT)
  const allow = isDenied(false)
  const deny = isDenied(true)
  if (reach === 'namespace') return namespaceScope(allow, deny)
  // A denial in one namespace takes nothing away that belongs to none.
  if (deny.includes(ROOT)) return NOWHERE
  if (reach === 'shared') return allow.length > 0 ? EVERYWHERE : NOWHERE
  return allow.includes(ROOT) ? EVERYWHERE : NOWHERE
}

function scopeOfToken(scopes: readonly TokenScope[] | undefined, resource: Resource, action: Action): NamespaceScope {
  if (scopes === undefined) return EVERYWHERE
  const fitting = scopes.filter(
    ({ permissions }) => permissions === undefined || permits(permissions, resource, action),
  )
  const allow = fitting.map(({ namespace }) => namespace ?? ROOT)
  switch (reachOf(resource)) {
    case 'namespace':
      return namespaceScope(allow)
    case 'shared':
      return allow.length > 0 ? EVERYWHERE : NOWHERE
    case 'instance':
      return allow.includes(ROOT) ? EVERYWHERE : NOWHERE
  }
}

/** A resource that is not named is as its coarser one; one that is named says all about itself. */
export function permits(permissions: Permissions, resource: Resource, action: Action): boolean {
  const own = permissions[resource]
  if (own !== undefined) return own.includes(action)
  const coarser = coarserOf(resource)
  return coarser !== undefined && permits(permissions, coarser, action)
}

interface Question {
  readonly resource: Resource
  readonly action: Action
  readonly namespace: string | undefined
}

function explain(
  { facts, bound }: { readonly facts: GrantFacts; readonly bound: readonly Bound[] },
  { resource, action, namespace }: Question,
): readonly Reason[] {
  const isOfNamespace = reachOf(resource) === 'namespace'
  const inToken = scopeOfToken(facts.scopes, resource, action)
  const isKept = isOfNamespace ? inToken.all || isInScope(inToken, namespace ?? ROOT) : !isEmptyScope(inToken)
  const token: readonly Reason[] = isKept ? [] : [{ type: 'token' }]
  if (facts.user.isSuperAdmin) return [{ type: 'super-admin' }, ...token]
  const reasons = bound.flatMap(({ binding, role, group }): readonly Reason[] => {
    if (!permits(role.permissions, resource, action)) return []
    if (!counts(binding, resource, namespace)) return []
    return [
      {
        type: binding.isDeny === true ? 'deny' : 'allow',
        bindingId: binding.id,
        roleId: role.id,
        roleName: role.name,
        ...(group ? { groupId: group.id, groupName: group.name } : {}),
        ...(binding.namespace === undefined ? {} : { namespace: binding.namespace }),
      },
    ]
  })
  return [...reasons, ...token]
}

function counts(binding: Binding, resource: Resource, namespace: string | undefined): boolean {
  const owner = binding.namespace ?? ROOT
  switch (reachOf(resource)) {
    case 'namespace':
      // Asked for all namespaces, a denial anywhere counts, and what allows must allow everywhere.
      return namespace === undefined ? owner === ROOT || binding.isDeny === true : isWithin(namespace, owner)
    case 'shared':
      return owner === ROOT || binding.isDeny !== true
    case 'instance':
      return owner === ROOT
  }
}
