// The lines of the list: flows under headings of their namespaces, of which some are closed. The server sends them in this order.
interface Named {
  readonly namespace: string
  readonly id: string
}

/** A flow, or the heading of a namespace. */
export type Line<Flow> =
  | { readonly type: 'flow'; readonly flow: Flow }
  | { readonly type: 'group'; readonly namespace: string; readonly count: number; readonly isOpen: boolean }

export function groupFlows<Flow extends Named>(
  flows: readonly Flow[],
  closed: ReadonlySet<string>,
): readonly Line<Flow>[] {
  const lines: Line<Flow>[] = []
  const groups = Map.groupBy(flows, ({ namespace }) => namespace)
  for (const [namespace, members] of groups) {
    const isOpen = !closed.has(namespace)
    lines.push({ type: 'group', namespace, count: members.length, isOpen })
    if (isOpen) lines.push(...members.map(flow => ({ type: 'flow' as const, flow })))
  }
  return lines
}

/** What is chosen by choosing headings as well: all flows below them. */
export function chosenFlows<Flow extends Named>(flows: readonly Flow[], keys: ReadonlySet<string>): readonly Flow[] {
  return flows.filter(flow => keys.has(`${flow.namespace}.${flow.id}`) || keys.has(groupKey(flow.namespace)))
}

export function groupKey(namespace: string): string {
  return `namespace:${namespace}`
}

/** The parameter `closed` with a namespace put in or taken out. */
export function toggleClosed(closed: ReadonlySet<string>, namespace: string): string {
  const next = new Set(closed)
  if (!next.delete(namespace)) next.add(namespace)
  return [...next].join(',')
}
