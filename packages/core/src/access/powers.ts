// Nobody gives what they do not have: what somebody would have to hold to give a role, to change one, or to act for somebody else. Whatever is given for
// a namespace is given for all below it, and so the giver must hold it in all of them.
import { ACTIONS, RESOURCE_NAMES, reachOf, type Action, type Resource } from './resource.ts'
import { permits, type Grants } from './grants.ts'
import { ROOT, intersect, isEmptyScope, isWithin, namespaceScope, type NamespaceScope } from './namespace-scope.ts'
import type { Permissions } from './role.ts'

export interface Permit {
  readonly resource: Resource
  readonly action: Action
}

/** Also what a coarser resource brings along. */
export function permitsOf(permissions: Permissions): readonly Permit[] {
  return everyPermit().filter(({ resource, action }) => permits(permissions, resource, action))
}

/** What one allows and the other does not, either way. */
export function changedPermits(before: Permissions, after: Permissions): readonly Permit[] {
  return everyPermit().filter(
    ({ resource, action }) => permits(before, resource, action) !== permits(after, resource, action),
  )
}

/** What of these somebody does not hold in a namespace and all below it. Of what belongs to no namespace, a binding to one gives nothing. */
export function lackingOf(grants: Grants, wanted: readonly Permit[], namespace: string = ROOT): readonly Permit[] {
  return wanted.filter(({ resource, action }) => {
    const scope = grants.scope(resource, action)
    switch (reachOf(resource)) {
      case 'namespace':
        return !holdsAllOf(scope, namespace)
      case 'shared':
        return isEmptyScope(scope)
      case 'instance':
        return namespace === ROOT && isEmptyScope(scope)
    }
  })
}

/** What one may do and the other may not: whoever lacks nothing may act for the other. */
export function lackingFor(grants: Grants, other: Grants): readonly Permit[] {
  return everyPermit().filter(
    ({ resource, action }) => !isPartOf(other.scope(resource, action), grants.scope(resource, action)),
  )
}

/** Of these, what somebody holds nowhere at all. */
export function unknownTo(grants: Grants, wanted: readonly Permit[]): readonly Permit[] {
  return wanted.filter(({ resource, action }) => isEmptyScope(grants.scope(resource, action)))
}

function everyPermit(): readonly Permit[] {
  return RESOURCE_NAMES.flatMap(resource => ACTIONS.map(action => ({ resource, action })))
}

function holdsAllOf(scope: NamespaceScope, namespace: string): boolean {
  if (scope.all) return true
  return (
    scope.allow.some(owner => isWithin(namespace, owner)) &&
    !scope.deny.some(owner => isWithin(owner, namespace) || isWithin(namespace, owner))
  )
}

function isPartOf(inner: NamespaceScope, outer: NamespaceScope): boolean {
  return nameOf(intersect(inner, outer)) === nameOf(inner)
}

/** Equal sets have equal names. */
function nameOf(scope: NamespaceScope): string {
  if (scope.all) return 'all'
  const { allow, deny } = scope.allow.length === 0 ? { allow: [], deny: [] } : shortest(scope)
  return JSON.stringify([allow, deny])
}

function shortest(scope: Exclude<NamespaceScope, { all: true }>): Exclude<NamespaceScope, { all: true }> {
  const short = namespaceScope(scope.allow, scope.deny)
  return short.all ? { all: false, allow: [ROOT], deny: [] } : short
}
