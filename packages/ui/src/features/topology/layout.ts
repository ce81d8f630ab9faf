// Where everything of a flow stands. A flow is a tree of lists, so no search is needed: the size of a block follows from the sizes of what is in it, and its
// place from where its list begins. One walk down for the sizes, one for the places; linear in the number of tasks.
//
//   sequence   a ─→ b ─→ c          group   ┌ id ───────────────┐
//                                           │ •─→ branch 1 ──→• │
//                                           │  └→ branch 2 ──┘  │
//                                           └───────────────────┘
import type { Block, Branch, FlowBlocks } from './flow-blocks.ts'

export const TASK = { width: 196, height: 52 } as const
const GAP_X = 44
/** More room where a word stands on the way. */
const LABEL_GAP_X = 84
const GAP_Y = 20
const HEAD = 36
const PAD = 16
const PORT = 8
const LANE_GAP = 40
const EMPTY_WIDTH = 72

export interface PlacedNode {
  /** Path of the block, with a suffix for ports. */
  readonly id: string
  readonly kind: 'task' | 'group' | 'folded' | 'port' | 'trigger' | 'empty'
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly block?: Block
  readonly trigger?: FlowBlocks['triggers'][number]
}

export interface PlacedEdge {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly label?: string
  readonly isDashed: boolean
  /** Where a task would be added by it: a list of the document, and the place in it. */
  readonly add?: { readonly list: string; readonly index: number }
}

export interface Layout {
  readonly nodes: readonly PlacedNode[]
  readonly edges: readonly PlacedEdge[]
  readonly width: number
  readonly height: number
}

export interface LayoutOptions {
  /** Paths of groups that are closed. */
  readonly folded?: ReadonlySet<string>
  /** Blocks that are left out. */
  readonly isHidden?: (block: Block) => boolean
}

export function layOut(flow: FlowBlocks, options: LayoutOptions = {}): Layout {
  const drawing = new Drawing(options)
  return drawing.draw(flow)
}

/** What a block or list takes up; `axis` is how far below its top the line through it runs. */
interface Size {
  readonly width: number
  readonly height: number
  readonly axis: number
}

interface Ends {
  readonly entry: string
  readonly exit: string
}

interface Spot {
  readonly x: number
  /** Of the line. */
  readonly axisY: number
  readonly depth: number
}

class Drawing {
  readonly #folded: ReadonlySet<string>
  readonly #isHidden: (block: Block) => boolean
  readonly #nodes: PlacedNode[] = []
  readonly #edges: PlacedEdge[] = []
  readonly #sizes = new Map<Block | Branch, Size>()

  constructor({ folded = new Set(), isHidden = () => false }: LayoutOptions) {
    this.#folded = folded
    this.#isHidden = isHidden
  }

  draw({ triggers, branches }: FlowBlocks): Layout {
    const [first] = branches
    if (first?.kind === 'dag') return this.#drawDag(first)
    const line = branches.filter(({ kind }) => kind !== 'error')
    const errors = branches.filter(({ kind }) => kind === 'error')
    const triggersWidth = triggers.length === 0 ? 0 : TASK.width + GAP_X
    const triggersHeight = Math.max(0, triggers.length * (TASK.height + GAP_Y) - GAP_Y)
    const sizes = line.map(branch => this.#branchSize(branch))
    const above = Math.max(triggersHeight / 2, ...sizes.map(({ axis }) => axis))
    const below = Math.max(triggersHeight / 2, ...sizes.map(({ height, axis }) => height - axis))
    this.#port('start', { x: triggersWidth, axisY: above, depth: 0 })
    triggers.forEach((trigger, index) => {
      const y = above - triggersHeight / 2 + index * (TASK.height + GAP_Y)
      const id = `triggers[${index}]`
      this.#nodes.push({ id, kind: 'trigger', x: 0, y, ...TASK, depth: 0, trigger })
      this.#edge({ from: id, to: 'start', isDashed: true })
    })
    let x = triggersWidth + PORT
    let last = 'start'
    for (const [index, branch] of line.entries()) {
      x += branch.label === undefined ? GAP_X : LABEL_GAP_X
      last = this.#list(branch, { spot: { x, axisY: above, depth: 0 }, from: last }) ?? last
      x += sizes[index]?.width ?? 0
    }
    this.#port('end', { x: x + GAP_X, axisY: above, depth: 0 })
    const main = line.at(-1)
    this.#edge({ from: last, to: 'end', isDashed: false, ...addAt(main) })
    const width = x + GAP_X + PORT
    return this.#withErrors(errors, { triggersWidth, width, height: above + below })
  }

  /** No flow, but things that wait for one another. */
  #drawDag(branch: Branch): Layout {
    const { width, height, axis } = this.#branchSize(branch)
    const entry = this.#port('start', { x: 0, axisY: axis, depth: 0 })
    const exit = this.#port('end', { x: width + 2 * GAP_X + PORT, axisY: axis, depth: 0 })
    this.#dag(branch, { inner: { left: PORT, top: 0, depth: 0 }, entry, exit })
    const isInner = ({ from, to }: PlacedEdge): boolean => from !== entry && to !== exit
    const nodes = this.#nodes.filter(({ kind }) => kind !== 'port')
    return { nodes, edges: this.#edges.filter(isInner), width: width + 2 * GAP_X, height }
  }

  /** The tasks for errors have a lane of their own below. */
  #withErrors(
    errors: readonly Branch[],
    { triggersWidth, width, height }: { triggersWidth: number; width: number; height: number },
  ): Layout {
    let [right, bottom] = [width, height]
    for (const branch of errors) {
      const size = this.#branchSize(branch)
      const x = triggersWidth + PORT + LABEL_GAP_X
      this.#list(branch, { spot: { x, axisY: bottom + LANE_GAP + size.axis, depth: 0 }, from: 'start' })
      bottom += LANE_GAP + size.height
      right = Math.max(right, x + size.width)
    }
    return { nodes: this.#nodes, edges: this.#edges, width: right, height: bottom }
  }

  /** Draws what is in a list, and says what its last one is called; undefined when it is empty. */
  #list(branch: Branch, { spot, from }: { readonly spot: Spot; readonly from: string }): string | undefined {
    if (branch.kind === 'dag') return undefined
    let { x } = spot
    let last = from
    const blocks = this.#shown(branch)
    const isDashed =
      branch.kind === 'error' || branch.kind === 'finally' || branch.kind === 'after' || branch.kind === 'hook'
    for (const [index, block] of blocks.entries()) {
      const ends = this.#block(block, { ...spot, x })
      const label = index === 0 && branch.label !== undefined ? { label: branch.label } : {}
      this.#edge({
        from: last,
        to: ends.entry,
        isDashed: isDashed && index === 0,
        ...label,
        add: { list: branch.path, index: indexOf(block) },
      })
      last = ends.exit
      x += this.#blockSize(block).width + GAP_X
    }
    return blocks.length === 0 ? undefined : last
  }

  #block(block: Block, spot: Spot): Ends {
    const { width, height, axis } = this.#blockSize(block)
    const [x, y] = [spot.x, spot.axisY - axis]
    const base = { id: block.path, x, y, width, height, depth: spot.depth, block }
    if (!isGroup(block)) {
      this.#nodes.push({ ...base, kind: 'task' })
      return { entry: block.path, exit: block.path }
    }
    if (this.#folded.has(block.path)) {
      this.#nodes.push({ ...base, kind: 'folded' })
      return { entry: block.path, exit: block.path }
    }
    this.#nodes.push({ ...base, kind: 'group' })
    const entry = this.#port(`${block.path}/in`, { x: x + PAD, axisY: spot.axisY, depth: spot.depth + 1 })
    const exit = this.#port(`${block.path}/out`, {
      x: x + width - PAD - PORT,
      axisY: spot.axisY,
      depth: spot.depth + 1,
    })
    let top = y + HEAD
    for (const branch of block.branches) {
      const inner = { left: x + PAD + PORT, top, depth: spot.depth + 1 }
      if (branch.kind === 'parallel') this.#fan(branch, { inner, entry, exit })
      else if (branch.kind === 'dag') this.#dag(branch, { inner, entry, exit })
      else this.#lane(branch, { inner, entry, exit })
      top += this.#branchSize(branch).height + GAP_Y
    }
    return { entry, exit }
  }

  /** One branch after the entry of its group, from left to right. */
  #lane(branch: Branch, { inner, entry, exit }: Inside): void {
    const size = this.#branchSize(branch)
    const x = inner.left + gapBefore(branch)
    const last = this.#list(branch, { spot: { x, axisY: inner.top + size.axis, depth: inner.depth }, from: entry })
    if (last !== undefined) this.#edge({ from: last, to: exit, isDashed: false, ...addAt(branch) })
  }

  #fan(branch: Branch, { inner, entry, exit }: Inside): void {
    let { top } = inner
    const x = inner.left + gapBefore(branch)
    for (const block of this.#shown(branch)) {
      const size = this.#blockSize(block)
      const ends = this.#block(block, { x, axisY: top + size.axis, depth: inner.depth })
      this.#edge({
        from: entry,
        to: ends.entry,
        isDashed: false,
        ...(branch.label !== undefined && { label: branch.label }),
      })
      this.#edge({ from: ends.exit, to: exit, isDashed: false, ...addAt(branch) })
      top += size.height + GAP_Y
    }
  }

  #dag(branch: Branch, { inner, entry, exit }: Inside): void {
    const ends = new Map<string, Ends>()
    const columns = dagColumns(this.#shown(branch))
    let x = inner.left + GAP_X
    for (const column of columns) {
      let { top } = inner
      for (const block of column) {
        const size = this.#blockSize(block)
        ends.set(block.id, this.#block(block, { x, axisY: top + size.axis, depth: inner.depth }))
        top += size.height + GAP_Y
      }
      x += Math.max(...column.map(block => this.#blockSize(block).width)) + GAP_X
    }
    const awaited = new Set(columns.flat().flatMap(({ dependsOn = [] }) => dependsOn))
    for (const { id, dependsOn = [] } of columns.flat()) {
      const own = ends.get(id)
      if (!own) continue
      const needed = dependsOn.flatMap(other => ends.get(other) ?? [])
      if (needed.length === 0) this.#edge({ from: entry, to: own.entry, isDashed: false })
      for (const other of needed) this.#edge({ from: other.exit, to: own.entry, isDashed: false })
      if (!awaited.has(id)) this.#edge({ from: own.exit, to: exit, isDashed: false })
    }
  }

  #blockSize(block: Block): Size {
    const known = this.#sizes.get(block)
    if (known) return known
    const size = this.#measureBlock(block)
    this.#sizes.set(block, size)
    return size
  }

  #measureBlock(block: Block): Size {
    if (!isGroup(block) || this.#folded.has(block.path)) return { ...TASK, axis: TASK.height / 2 }
    const sizes = block.branches.map(branch => this.#branchSize(branch))
    const widest = Math.max(EMPTY_WIDTH, ...sizes.map(({ width }, index) => width + gapBefore(block.branches[index])))
    const content = sizes.reduce((sum, { height }) => sum + height + GAP_Y, -GAP_Y)
    const height = HEAD + Math.max(0, content) + PAD
    // One branch goes straight through; several spread around the middle.
    const [only] = sizes
    const axis = sizes.length === 1 && only ? HEAD + only.axis : HEAD + Math.max(0, content) / 2
    return { width: Math.max(TASK.width, widest + GAP_X + 2 * (PAD + PORT)), height, axis }
  }

  #branchSize(branch: Branch): Size {
    const known = this.#sizes.get(branch)
    if (known) return known
    const blocks = this.#shown(branch)
    const size =
      branch.kind === 'dag'
        ? this.#dagSize(dagColumns(blocks))
        : branch.kind === 'parallel'
          ? stacked(blocks.map(block => this.#blockSize(block)))
          : inRow(blocks.map(block => this.#blockSize(block)))
    this.#sizes.set(branch, size)
    return size
  }

  #dagSize(columns: readonly (readonly Block[])[]): Size {
    const sizes = columns.map(column => stacked(column.map(block => this.#blockSize(block))))
    const height = Math.max(0, ...sizes.map(size => size.height))
    const width = sizes.reduce((sum, size) => sum + size.width + GAP_X, -GAP_X)
    return { width: Math.max(0, width), height, axis: height / 2 }
  }

  #shown({ blocks }: Branch): readonly Block[] {
    return blocks.filter(block => !this.#isHidden(block))
  }

  #port(id: string, { x, axisY, depth }: Spot): string {
    this.#nodes.push({ id, kind: 'port', x, y: axisY - PORT / 2, width: PORT, height: PORT, depth })
    return id
  }

  #edge(edge: Omit<PlacedEdge, 'id'>): void {
    this.#edges.push({ id: `${edge.from}→${edge.to}`, ...edge })
  }
}

interface Inside extends Ends {
  readonly inner: { readonly left: number; readonly top: number; readonly depth: number }
}

export function isGroup({ branches }: Block): boolean {
  return branches.length > 0
}

function gapBefore(branch: Branch | undefined): number {
  return branch?.label === undefined ? GAP_X : LABEL_GAP_X
}

function inRow(sizes: readonly Size[]): Size {
  const axis = Math.max(0, ...sizes.map(size => size.axis))
  const below = Math.max(0, ...sizes.map(({ height, axis: own }) => height - own))
  const width = sizes.reduce((sum, size) => sum + size.width + GAP_X, -GAP_X)
  return { width: Math.max(0, width), height: axis + below, axis }
}

function stacked(sizes: readonly Size[]): Size {
  const height = sizes.reduce((sum, size) => sum + size.height + GAP_Y, -GAP_Y)
  const width = Math.max(0, ...sizes.map(size => size.width))
  return { width, height: Math.max(0, height), axis: Math.max(0, height) / 2 }
}

/** Behind the last of a list. */
function addAt(branch: Branch | undefined): { readonly add?: NonNullable<PlacedEdge['add']> } {
  if (!branch) return {}
  const last = branch.blocks.at(-1)
  return { add: { list: branch.path, index: last ? indexOf(last) + 1 : 0 } }
}

function indexOf({ path }: Block): number {
  return Number(/\[(\d+)\](?:\.task)?$/.exec(path)?.[1] ?? 0)
}

/** Each task in the first column behind all that it waits for; what waits in a circle stands in the last one. */
export function dagColumns(blocks: readonly Block[]): readonly (readonly Block[])[] {
  const byId = new Map(blocks.map(block => [block.id, block]))
  const columns: Block[][] = []
  const placed = new Set<string>()
  let rest = [...blocks]
  while (rest.length > 0) {
    const ready = rest.filter(({ dependsOn = [] }) => dependsOn.every(id => placed.has(id) || !byId.has(id)))
    const column = ready.length === 0 ? rest : ready
    for (const { id } of column) placed.add(id)
    columns.push(column)
    rest = rest.filter(block => !column.includes(block))
  }
  return columns
}
