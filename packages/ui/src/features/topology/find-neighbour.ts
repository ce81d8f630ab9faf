// Where an arrow key leads: along the lines to the left and to the right, to what is nearest above and below. Ports are passed through.
import type { Layout, PlacedNode } from './layout.ts'

export type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'

export function isArrow(key: string): key is Arrow {
  return key === 'ArrowLeft' || key === 'ArrowRight' || key === 'ArrowUp' || key === 'ArrowDown'
}

export function findNeighbour(layout: Layout, from: string, arrow: Arrow): string | undefined {
  const node = layout.nodes.find(({ id }) => id === from)
  if (!node) return undefined
  if (arrow === 'ArrowRight') return along(layout, node, 1)
  if (arrow === 'ArrowLeft') return along(layout, node, -1)
  return nearest(layout, node, arrow === 'ArrowDown' ? 1 : -1)
}

/** The first stop that the lines lead to, at the same height if there is one. */
function along({ nodes, edges }: Layout, node: PlacedNode, way: 1 | -1): string | undefined {
  const byId = new Map(nodes.map(item => [item.id, item]))
  const seen = new Set<string>()
  // A group is entered where its lines begin, and left where they end.
  let pending = node.kind === 'group' ? [`${node.id}/${way > 0 ? 'in' : 'out'}`] : [node.id]
  while (pending.length > 0) {
    const next = edges
      .filter(({ from, to }) => pending.includes(way > 0 ? from : to))
      .map(({ from, to }) => (way > 0 ? to : from))
      .filter(id => !seen.has(id))
    for (const id of next) seen.add(id)
    const stops = next.flatMap(id => {
      const stop = byId.get(id)
      return stop && stop.kind !== 'port' ? [stop] : []
    })
    const best = stops.toSorted((one, other) => distanceY(one, node) - distanceY(other, node))[0]
    if (best) return best.id
    pending = next
  }
  return undefined
}

function nearest({ nodes }: Layout, node: PlacedNode, way: 1 | -1): string | undefined {
  const others = nodes.filter(
    other => other.kind !== 'port' && other.id !== node.id && (startY(other) - startY(node)) * way > 1,
  )
  return others.toSorted((one, other) => score(one, node) - score(other, node))[0]?.id
}

function startY({ y, height, kind }: PlacedNode): number {
  return kind === 'group' ? y : y + height / 2
}

function score(other: PlacedNode, node: PlacedNode): number {
  const apartX = Math.max(0, other.x - (node.x + node.width), node.x - (other.x + other.width))
  return distanceY(other, node) + apartX * 3
}

function distanceY(one: PlacedNode, other: PlacedNode): number {
  return Math.abs(startY(one) - startY(other))
}
