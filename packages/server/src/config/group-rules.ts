// What the groups of an identity provider are here.
import type { OptionMap } from './option-map.ts'

/** Groups of the outside, as groups of Batuta. */
export interface GroupRules {
  /** Groups outside and in Batuta that bear one name are one: the outside then says who is in any group. */
  readonly isByName: boolean
  readonly table: ReadonlyMap<string, readonly string[]>
  /** Groups outside whose members may do everything here; undefined when the outside does not decide about that. */
  readonly admins: readonly string[] | undefined
}

export function readGroupRules(options: OptionMap): GroupRules {
  const table = options.table('groups')
  return {
    isByName: options.flag('groups-by-name', false),
    table: table ?? new Map(),
    admins: options.list('admin-groups'),
  }
}
