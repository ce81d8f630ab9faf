// What the caller may do, as the server told it: for each permission the namespaces where it holds, each with all that lies below. The server checks
// again; the page asks here only to say beforehand what would be refused.
import { isInScope, type Action, type Resource } from '@batuta/core'

/** Everywhere, or in these namespaces with all below them, but for those that are denied. */
export interface Scope {
  readonly all: boolean
  readonly allow?: readonly string[]
  readonly deny?: readonly string[]
}

/** `FLOW:UPDATE`. */
export type Need = `${Resource}:${Action}`

/** Where each permission holds. What is not named holds nowhere. */
export type Permissions = Readonly<Record<string, Scope>>

/** Without a namespace: anywhere at all. */
export function mayDo(permissions: Permissions, need: Need, namespace?: string): boolean {
  const scope = permissions[need]
  if (scope === undefined) return false
  const { all, allow = [], deny = [] } = scope
  if (all) return true
  return namespace === undefined ? allow.length > 0 : isInScope({ all: false, allow, deny }, namespace)
}
