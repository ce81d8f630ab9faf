// Which route a method and a path belong to. Paths are read segment by segment: a fixed segment goes before a parameter, `{path}` takes all that is left,
// and a turn that leads nowhere is taken back.
import { assert } from '@batuta/core'

export interface Found<Leaf> {
  readonly leaf: Leaf
  readonly params: Readonly<Record<string, string>>
}

interface Node<Leaf> {
  readonly fixed: Map<string, Node<Leaf>>
  /** Any one segment. */
  any?: Node<Leaf>
  /** One segment and all after it. */
  rest?: Node<Leaf>
  /** By method, with the names of the parameters on the way. */
  readonly leaves: Map<string, { readonly leaf: Leaf; readonly names: readonly string[] }>
}

const REST = '{path}'

export class RouteTree<Leaf> {
  readonly #root: Node<Leaf> = newNode()

  /** A path such as `/api/flows/{namespace}`. Of two that are alike the first one counts. */
  add(method: string, path: string, leaf: Leaf): void {
    const names: string[] = []
    let node = this.#root
    for (const segment of path.slice(1).split('/')) {
      if (!segment.includes('{')) {
        node = childOf(node, segment)
        continue
      }
      assert(segment.startsWith('{') && segment.endsWith('}'), `the parameter "${segment}" is no whole segment`)
      names.push(segment.slice(1, -1))
      if (segment === REST) node = node.rest ??= newNode()
      else node = node.any ??= newNode()
    }
    if (!node.leaves.has(method)) node.leaves.set(method, { leaf, names })
  }

  find(method: string, path: string): Found<Leaf> | undefined {
    const values: string[] = []
    const found = search(this.#root, { method, path, values }, 1)
    if (!found) return undefined
    const params: Record<string, string> = {}
    for (let index = 0; index < values.length; index++) params[found.names[index] ?? ''] = decoded(values[index] ?? '')
    return { leaf: found.leaf, params }
  }
}

function decoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text // What is no percent code stands for itself.
  }
}

function newNode<Leaf>(): Node<Leaf> {
  return { fixed: new Map(), leaves: new Map() }
}

function childOf<Leaf>(node: Node<Leaf>, segment: string): Node<Leaf> {
  const known = node.fixed.get(segment)
  if (known) return known
  const made = newNode<Leaf>()
  node.fixed.set(segment, made)
  return made
}

interface Search {
  readonly method: string
  readonly path: string
  /** Of the parameters on the way, as they are written. */
  readonly values: string[]
}

type LeafOf<Leaf> = ReturnType<Node<Leaf>['leaves']['get']>

function search<Leaf>(node: Node<Leaf>, asked: Search, from: number): LeafOf<Leaf> {
  const { method, path } = asked
  if (from > path.length) return node.leaves.get(method)
  const slash = path.indexOf('/', from)
  const end = slash < 0 ? path.length : slash
  const segment = path.slice(from, end)
  const fixed = node.fixed.get(segment)
  const found = fixed && search(fixed, asked, end + 1)
  if (found || segment === '') return found
  return (
    (node.any && searchWith(node.any, asked, { value: segment, from: end + 1 })) ??
    (node.rest && searchWith(node.rest, asked, { value: path.slice(from), from: path.length + 1 }))
  )
}

function searchWith<Leaf>(
  node: Node<Leaf>,
  asked: Search,
  { value, from }: { readonly value: string; readonly from: number },
): LeafOf<Leaf> {
  const { values } = asked
  values.push(value)
  const found = search(node, asked, from)
  if (!found) values.pop()
  return found
}
