import { mapFrom } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'

/** Maps nested by the dots of the keys: `a.b: 1` becomes `a: {b: 1}`. Where a key is also a prefix of another, the map wins. */
export function nest(entries: Iterable<readonly [string, Value]>): ValueMap {
  const root: Branch = new Map()
  for (const [key, value] of entries) {
    const parts = key.split('.')
    const last = parts.pop() ?? ''
    let branch = root
    for (const part of parts) {
      const next = branch.get(part)
      const inner: Branch = next instanceof BranchNode ? next.children : new Map()
      if (!(next instanceof BranchNode)) branch.set(part, new BranchNode(inner))
      branch = inner
    }
    if (!(branch.get(last) instanceof BranchNode)) branch.set(last, value)
  }
  return toMap(root)
}

/** Tells a map made here from a map that was given as a value. */
class BranchNode {
  readonly children: Branch
  constructor(children: Branch) {
    this.children = children
  }
}

type Branch = Map<string, Value | BranchNode>

function toMap(branch: Branch): ValueMap {
  return mapFrom(
    Array.from(branch, ([key, item]) => [key, item instanceof BranchNode ? toMap(item.children) : item] as const),
  )
}
