// Maps and sets that most executions never put anything into. Until somebody does, all of them share one that is empty: a Map of its own is 180 bytes,
// and an execution has half a dozen. What is read-only to the reader is changed through these functions alone.

/** The empty one is nobody's and stays empty. */
const NO_ENTRIES: ReadonlyMap<never, never> = new Map<never, never>()
const NO_MEMBERS: ReadonlySet<never> = new Set<never>()

export function noEntries<Key, Item>(): ReadonlyMap<Key, Item> {
  return NO_ENTRIES as ReadonlyMap<Key, Item>
}

export function noMembers<Member>(): ReadonlySet<Member> {
  return NO_MEMBERS as ReadonlySet<Member>
}

/** The map with the entry: the same one, unless it was nobody's. */
export function withEntry<Key, Item>(map: ReadonlyMap<Key, Item>, key: Key, item: Item): ReadonlyMap<Key, Item> {
  if (map === NO_ENTRIES) return new Map([[key, item]])
  ;(map as Map<Key, Item>).set(key, item)
  return map
}

export function dropEntry<Key, Item>(map: ReadonlyMap<Key, Item>, key: Key): void {
  if (map.size > 0) (map as Map<Key, Item>).delete(key)
}

export function withMember<Member>(set: ReadonlySet<Member>, member: Member): ReadonlySet<Member> {
  if (set === NO_MEMBERS) return new Set([member])
  ;(set as Set<Member>).add(member)
  return set
}

export function dropMember<Member>(set: ReadonlySet<Member>, member: Member): void {
  if (set.size > 0) (set as Set<Member>).delete(member)
}
