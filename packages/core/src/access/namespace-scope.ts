// A set of namespaces, each with all below it: what somebody may touch, as data that a query takes along. A namespace is in the scope when one of
// `allow` covers it and none of `deny` does; the empty name covers every namespace.

export type NamespaceScope =
  { readonly all: true } | { readonly all: false; readonly allow: readonly string[]; readonly deny: readonly string[] }

export const EVERYWHERE: NamespaceScope = { all: true }
export const NOWHERE: NamespaceScope = { all: false, allow: [], deny: [] }

/** The root of all namespaces, as an entry of a scope. */
export const ROOT = ''

export function isWithin(namespace: string, owner: string): boolean {
  return owner === ROOT || namespace === owner || namespace.startsWith(`${owner}.`)
}

export function isInScope(scope: NamespaceScope, namespace: string): boolean {
  if (scope.all) return true
  return scope.allow.some(owner => isWithin(namespace, owner)) && !scope.deny.some(owner => isWithin(namespace, owner))
}

/** Whether no namespace at all can be in it. */
export function isEmptyScope(scope: NamespaceScope): boolean {
  return !scope.all && scope.allow.length === 0
}

/** In its shortest form: equal sets look alike. */
export function namespaceScope(allow: readonly string[], deny: readonly string[] = []): NamespaceScope {
  const denied = outermost(deny)
  const allowed = outermost(allow).filter(owner => !denied.some(outer => isWithin(owner, outer)))
  if (allowed.length === 0) return NOWHERE
  if (allowed[0] === ROOT && denied.length === 0) return EVERYWHERE
  return { all: false, allow: allowed, deny: denied.filter(inner => allowed.some(owner => isWithin(inner, owner))) }
}

/** What is in both. */
export function intersect(left: NamespaceScope, right: NamespaceScope): NamespaceScope {
  if (left.all) return right
  if (right.all) return left
  const allow = left.allow.flatMap(a =>
    right.allow.flatMap(b => {
      if (isWithin(a, b)) return [a]
      return isWithin(b, a) ? [b] : []
    }),
  )
  return namespaceScope(allow, [...left.deny, ...right.deny])
}

/** Those that no other one covers, in order. */
function outermost(owners: readonly string[]): readonly string[] {
  const unique = [...new Set(owners)].sort()
  return unique.filter(owner => !unique.some(outer => outer !== owner && isWithin(owner, outer)))
}
