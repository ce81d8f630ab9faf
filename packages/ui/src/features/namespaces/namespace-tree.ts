// The namespaces as lines of a tree, each with what is in it and below it.

export interface NamespaceFacts {
  readonly id: string
  readonly flows: number
  /** Of the last day; unknown where there are too many. */
  readonly runs: number | undefined
  readonly failures: number | undefined
}

export interface NamespaceLine extends NamespaceFacts {
  /** The last word. */
  readonly name: string
  readonly depth: number
  readonly hasChildren: boolean
  readonly isOpen: boolean
  /** With those below. */
  readonly flowsBelow: number
}

/** In order, without those below a namespace that is folded. With a text only those that have it, all unfolded. */
export function namespaceLines(
  namespaces: readonly NamespaceFacts[],
  folded: ReadonlySet<string>,
  text: string,
): readonly NamespaceLine[] {
  const sorted = namespaces.toSorted((a, b) => compareNames(a.id, b.id))
  const below = new Map<string, { flows: number; runs: number; failures: number; children: number }>()
  for (const { id, flows, runs, failures } of sorted) {
    for (const above of withAncestorNames(id)) {
      const sum = below.get(above) ?? { flows: 0, runs: 0, failures: 0, children: -1 }
      sum.flows += flows
      sum.runs += runs ?? Number.NaN
      sum.failures += failures ?? Number.NaN
      sum.children += 1
      below.set(above, sum)
    }
  }
  const wanted = text.trim().toLowerCase()
  return sorted
    .filter(({ id }) =>
      wanted === ''
        ? !withAncestorNames(id)
            .slice(1)
            .some(above => folded.has(above))
        : id.toLowerCase().includes(wanted),
    )
    .map(({ id, flows }) => {
      const sum = below.get(id)
      return {
        id,
        flows,
        runs: known(sum?.runs),
        failures: known(sum?.failures),
        flowsBelow: sum?.flows ?? flows,
        name: wanted === '' ? id.slice(id.lastIndexOf('.') + 1) : id,
        depth: wanted === '' ? id.split('.').length - 1 : 0,
        hasChildren: wanted === '' && (sum?.children ?? 0) > 0,
        isOpen: !folded.has(id),
      }
    })
}

function known(sum: number | undefined): number | undefined {
  return Number.isNaN(sum) ? undefined : (sum ?? 0)
}

function withAncestorNames(id: string): readonly string[] {
  const parts = id.split('.')
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('.'))
}

/** Word by word, so that `a.b` stands before `a-c`. */
function compareNames(a: string, b: string): number {
  const left = a.split('.')
  const right = b.split('.')
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const order = (left[at] ?? '').localeCompare(right[at] ?? '')
    if (order !== 0) return order
  }
  return left.length - right.length
}
