import { TreeBuffer, type Tree } from '@lezer/common'

/** The type of an error in a buffer of nodes, which has four numbers for each. */
const ERROR = 0
const NODE_SIZE = 4
const START = 1

const known = new WeakMap<Tree, number>()

export function isWhole(tree: Tree): boolean {
  return firstError(tree) === Number.POSITIVE_INFINITY
}

/** Where the first error of a tree stands, from its beginning; infinity without one. What trees share is looked at once. */
export function firstError(tree: Tree): number {
  if (tree.type.isError) return 0
  const found = known.get(tree) ?? search(tree)
  known.set(tree, found)
  return found
}

function search({ children, positions }: Tree): number {
  for (const [index, child] of children.entries()) {
    const at = child instanceof TreeBuffer ? errorIn(child) : firstError(child)
    if (at < Number.POSITIVE_INFINITY) return at + (positions[index] ?? 0)
  }
  return Number.POSITIVE_INFINITY
}

function errorIn({ buffer }: TreeBuffer): number {
  for (let at = 0; at < buffer.length; at += NODE_SIZE) if (buffer[at] === ERROR) return buffer[at + START] ?? 0
  return Number.POSITIVE_INFINITY
}
