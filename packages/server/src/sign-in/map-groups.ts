// What groups of the outside say about a group of Batuta.
import type { GroupRules } from '../config/group-rules.ts'

export interface KnownGroup {
  readonly name: string
  /** What it is called outside. */
  readonly externalNames?: readonly string[]
}

/** Whether somebody belongs to a group; undefined for a group that the outside has no say in: there they stay as they are. */
export type Membership = (group: KnownGroup) => boolean | undefined

const GROUPS_MAX = 1_000

/** A path as Keycloak writes it, `/staff`, is also found without its slash. */
export function membershipOf(outside: readonly string[], { isByName, table }: GroupRules): Membership {
  const names = new Set(outside.slice(0, GROUPS_MAX).flatMap(name => [name, name.replace(/^\//, '')]))
  const governed = new Set([...table.values()].flat())
  const given = new Set([...names].flatMap(name => table.get(name) ?? []))
  return ({ name, externalNames = [] }) => {
    const isGoverned = isByName || governed.has(name) || externalNames.length > 0
    if (!isGoverned) return undefined
    return given.has(name) || externalNames.some(external => names.has(external)) || (isByName && names.has(name))
  }
}
