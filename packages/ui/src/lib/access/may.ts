// What the caller may do, as the server told it: for each resource and action the namespaces where it holds, each with all that lies below. The
// server checks again; the page asks here only to say beforehand what would be refused.

export const ACTIONS = ['READ', 'CREATE', 'UPDATE', 'DELETE'] as const

export type Action = (typeof ACTIONS)[number]

/** Everywhere, or in these namespaces with all below them, but for those that are denied. */
export type Scope =
  { readonly all: true } | { readonly all: false; readonly allow: readonly string[]; readonly deny: readonly string[] }

/** Resource → action → where. What is not named is nowhere. */
export type Permissions = Readonly<Record<string, Readonly<Partial<Record<Action, Scope>>>>>

export interface Wish {
  readonly resource: string
  readonly action: Action
  /** Absent: anywhere at all. */
  readonly namespace?: string | undefined
}

export function mayDo(permissions: Permissions, { resource, action, namespace }: Wish): boolean {
  const scope = permissions[resource]?.[action]
  if (scope === undefined) return false
  if (scope.all) return true
  if (namespace === undefined) return scope.allow.length > 0
  const isIn = (root: string): boolean => isAtOrBelow(namespace, root)
  return scope.allow.some(isIn) && !scope.deny.some(isIn)
}

/** The empty root is above all. */
function isAtOrBelow(namespace: string, root: string): boolean {
  return root === '' || namespace === root || namespace.startsWith(`${root}.`)
}
