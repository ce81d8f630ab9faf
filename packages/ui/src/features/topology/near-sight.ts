// Of a drawing with many blocks the canvas is given those near what is in sight: it keeps books about each that it has. What is near is told in steps, so
// that a drawing which moves by a pixel has the same blocks as before.
import type { Layout, PlacedNode } from './layout.ts'

export interface Sight {
  /** Of the drawing: how far it is moved, and its scale. */
  readonly transform: readonly [x: number, y: number, zoom: number]
  /** In pixels of the screen. */
  readonly width: number
  readonly height: number
}

/** From the left, the top, to the right and the bottom, in pixels of the drawing. */
export type Area = readonly [left: number, top: number, right: number, bottom: number]

/** Of what is in sight along its longer side. */
const STEPS = 4

/** As a text, which is equal as long as the area is. Empty while there is no room to see anything. */
export function areaNear({ transform: [x, y, zoom], width, height }: Sight): string {
  if (width === 0 || height === 0) return ''
  const step = 2 ** Math.ceil(Math.log2(Math.max(width, height) / zoom)) / STEPS
  const before = (place: number): number => (Math.floor(place / step) - 1) * step
  const after = (place: number): number => (Math.ceil(place / step) + 1) * step
  const [left, top] = [-x / zoom, -y / zoom]
  return [before(left), before(top), after(left + width / zoom), after(top + height / zoom)].join(' ')
}

export function readArea(text: string): Area | undefined {
  const [left, top, right, bottom] = text.split(' ').map(Number)
  if (left === undefined || top === undefined || right === undefined || bottom === undefined) return undefined
  return [left, top, right, bottom]
}

export type Part = Pick<Layout, 'nodes' | 'edges'>

/** What touches the area: blocks, lines that cross it, and the blocks at their ends. `kept` is a block that is there in any case. */
export function partNear({ nodes, edges }: Layout, area: Area | undefined, kept?: string): Part {
  const placed = new Map(nodes.map(node => [node.id, node]))
  const wanted = new Set(nodes.filter(node => node.id === kept || (area && touches(area, node))).map(({ id }) => id))
  const crossing = edges.filter(({ from, to }) => {
    const [start, end] = [placed.get(from), placed.get(to)]
    return area !== undefined && start !== undefined && end !== undefined && touches(area, around(start, end))
  })
  for (const { from, to } of crossing) wanted.add(from).add(to)
  return { nodes: nodes.filter(({ id }) => wanted.has(id)), edges: crossing }
}

type Box = Pick<PlacedNode, 'x' | 'y' | 'width' | 'height'>

function touches([left, top, right, bottom]: Area, { x, y, width, height }: Box): boolean {
  return x < right && x + width > left && y < bottom && y + height > top
}

function around(one: Box, other: Box): Box {
  const [x, y] = [Math.min(one.x, other.x), Math.min(one.y, other.y)]
  const width = Math.max(one.x + one.width, other.x + other.width) - x
  const height = Math.max(one.y + one.height, other.y + other.height) - y
  return { x, y, width, height }
}
