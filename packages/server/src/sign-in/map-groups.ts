import type { GroupRules } from '../config/group-rules.ts'

const GROUPS_MAX = 1_000
const NAME_LENGTH_MAX = 256

/** The groups of Batuta that somebody is in who is in these groups outside. A path as Keycloak writes it, `/staff`, is also found without its slash. */
export function mapGroups(outside: readonly string[], { isByName, table }: GroupRules): readonly string[] {
  const groups = new Set<string>()
  for (const name of outside.slice(0, GROUPS_MAX)) {
    if (name === '' || name.length > NAME_LENGTH_MAX) continue
    const bare = name.replace(/^\//, '')
    for (const group of table.get(name) ?? table.get(bare) ?? []) groups.add(group)
    if (isByName) groups.add(bare)
  }
  return [...groups]
}
