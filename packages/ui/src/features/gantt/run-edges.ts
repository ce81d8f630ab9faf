// What each task run waited for, and what waited for it. A run waits where it stands: in a sequence for the one before it, in a Dag for what it declares
// – where that is not known, for the one whose end came last –, in a loop for the one that left it a place; and what stands first in a group
// for whatever the group waited for. A group that is unfolded is told by those in it with which it begins and ends. All of it is worked out once for each
// state of the tree and looked up from then on, so that moving over rows costs the same with ten runs and with ten thousand.
// Of the chart it takes types alone: what the chart knows of a run is given, so that the chart's own programs stay as they are.
import { declaredEdges } from './declared-edges.ts'
import type { GanttRun } from './gantt-run.ts'
import type { GanttRow, TreeSource } from './gantt-tree.ts'

export interface RunFacts {
  /** In which it was made. */
  readonly order: number
  readonly startMs: number
  /** Infinity while it goes on. */
  readonly endMs: number
  /** There may be task runs in it. */
  readonly isBranch: boolean
  readonly isLoop: boolean
  readonly isOpen: boolean
}

export interface EdgeSource {
  readonly tree: TreeSource
  readonly factsOf: (run: GanttRun) => RunFacts
  readonly declared?: Declared | undefined
}

/** Where the tasks of a Dag say what they wait for. */
export interface Declared {
  /** The flow as the API tells it, once it is known. */
  readonly flow: unknown
  /** Whether a task run is of that flow. */
  isOwn(run: GanttRun): boolean
}

export interface RunEdges {
  /** What it waited for; the one that ended last is the last. */
  readonly before: readonly GanttRun[]
  /** What waited for it; the one that began first is the first. */
  readonly after: readonly GanttRun[]
}

export interface EdgeBook {
  find(id: string): (RunFacts & { readonly run: GanttRun }) | undefined
  of(id: string): RunEdges
  parentOf(id: string): string | undefined
}

/** Clocks of one server: a task begins no earlier than what it waited for ended, but for rounding. */
const SLACK_MS = 2
const DEPTH_MAX = 100
/** A group with more beginnings or ends is told by its own row. */
const FAN_MAX = 60
const NONE: RunEdges = { before: [], after: [] }

interface Node extends RunFacts {
  readonly run: GanttRun
  readonly parent: Node | undefined
}

/** Among those of one group, by id. */
interface Links {
  readonly before: ReadonlyMap<string, readonly Node[]>
  readonly after: ReadonlyMap<string, readonly Node[]>
  /** With which the group begins and ends. */
  readonly first: readonly Node[]
  readonly last: readonly Node[]
}

interface Tree {
  readonly source: EdgeSource
  readonly nodes: ReadonlyMap<string, Node>
  readonly children: ReadonlyMap<Node | undefined, readonly Node[]>
  readonly links: Map<Node | undefined, Links>
  readonly dependsOn: (run: GanttRun) => readonly string[] | undefined
}

export function openEdges(source: EdgeSource): EdgeBook {
  // Frames that come while nobody looks cost nothing.
  let read: Tree | undefined
  const tree = (): Tree => (read ??= readTree(source))
  const known = new Map<string, RunEdges>()
  return {
    find: id => tree().nodes.get(id),
    of: id => {
      const node = tree().nodes.get(id)
      if (!node) return NONE
      const edges = known.get(id) ?? { before: beforeOf(tree(), node), after: afterOf(tree(), node) }
      known.set(id, edges)
      return edges
    },
    parentOf: id => tree().nodes.get(id)?.parent?.run.id,
  }
}

/** Where task runs are shown: what is folded stands in its group; -1 for what a filter left out. */
export function placeRuns(rows: readonly GanttRow[], book: Pick<EdgeBook, 'parentOf'>): (id: string) => number {
  let places: ReadonlyMap<string, number> | undefined
  return id => {
    places ??= placesIn(rows)
    let wanted: string | undefined = id
    for (let depth = 0; wanted !== undefined && depth < DEPTH_MAX; depth++) {
      const place = places.get(wanted)
      if (place !== undefined) return place
      wanted = book.parentOf(wanted)
    }
    return -1
  }
}

function placesIn(rows: readonly GanttRow[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  rows.forEach((row, index) => {
    if (row.type === 'run') places.set(row.run.id, index)
    if (row.type === 'iteration' && !row.isOpen) for (const { id } of row.runs) places.set(id, index)
  })
  return places
}

function readTree(source: EdgeSource): Tree {
  const nodes = new Map<string, Node>()
  const children = new Map<Node | undefined, readonly Node[]>()
  const open: { readonly parent: Node | undefined; readonly runs: readonly GanttRun[] }[] = [
    { parent: undefined, runs: source.tree.roots },
  ]
  for (let next = open.pop(); next; next = open.pop()) {
    const { parent, runs } = next
    const own = runs.map(run => ({ ...source.factsOf(run), run, parent })).sort((a, b) => a.order - b.order)
    children.set(parent, own)
    for (const node of own) {
      // What is told twice is in the tree once.
      if (nodes.has(node.run.id)) continue
      nodes.set(node.run.id, node)
      const inner = node.isBranch ? source.tree.childrenOf(node.run) : undefined
      if (inner) open.push({ parent: node, runs: inner })
    }
  }
  const { declared } = source
  const edges = declaredEdges(declared?.flow)
  const dependsOn = (run: GanttRun): readonly string[] | undefined =>
    declared?.isOwn(run) === true ? edges.get(run.taskId) : undefined
  return { source, nodes, children, links: new Map(), dependsOn }
}

function beforeOf(tree: Tree, node: Node): readonly GanttRun[] {
  let at: Node | undefined = node
  for (let depth = 0; at && depth < DEPTH_MAX; depth++) {
    const { before } = linksIn(tree, at.parent)
    const direct: readonly Node[] = before.get(at.run.id) ?? []
    if (direct.length > 0) {
      const ends = direct.flatMap(one => endsOf(tree, one, { isFirst: false, latestMs: node.startMs + SLACK_MS }))
      return unique(ends.sort((a, b) => a.endMs - b.endMs || a.order - b.order))
    }
    at = at.parent
  }
  return []
}

function afterOf(tree: Tree, node: Node): readonly GanttRun[] {
  const found: Node[] = []
  let at: Node | undefined = node
  for (let depth = 0; at && depth < DEPTH_MAX; depth++) {
    const { after, last } = linksIn(tree, at.parent)
    for (const next of after.get(at.run.id) ?? []) found.push(...endsOf(tree, next, { isFirst: true }))
    // What the group let begin, its last one did.
    if (!last.includes(at)) break
    at = at.parent
  }
  return unique(found.sort((a, b) => a.startMs - b.startMs || a.order - b.order))
}

function unique(nodes: readonly Node[]): readonly GanttRun[] {
  return [...new Set(nodes.map(({ run }) => run))]
}

interface EndsWish {
  readonly isFirst: boolean
  /** What ended later was not waited for. */
  readonly latestMs?: number
}

/** Of a group that is unfolded those in it that begin first or end last, else itself. */
function endsOf(tree: Tree, node: Node, wish: EndsWish, depth: number = 0): readonly Node[] {
  if (!node.isOpen || !tree.children.has(node) || depth > DEPTH_MAX) return [node]
  const { first, last } = linksIn(tree, node)
  const ends = wish.isFirst ? first : last
  const isKnown = ends.length > 0 && ends.length <= FAN_MAX && (wish.isFirst || ends.every(isOver))
  if (!isKnown) return [node]
  const found = ends.flatMap(end => endsOf(tree, end, wish, depth + 1))
  return found.length > FAN_MAX ? [node] : found

  function isOver({ endMs }: Node): boolean {
    return endMs <= (wish.latestMs ?? Infinity)
  }
}

function linksIn(tree: Tree, parent: Node | undefined): Links {
  const known = tree.links.get(parent)
  if (known) return known
  const nodes = tree.children.get(parent) ?? []
  const before = beforeIn(nodes, parent, tree)
  const after = new Map<string, Node[]>()
  for (const node of nodes)
    for (const { run } of before.get(node.run.id) ?? []) {
      const list = after.get(run.id)
      if (list) list.push(node)
      else after.set(run.id, [node])
    }
  const lanes = parent?.isLoop === true ? lanesOf(nodes) : undefined
  const links: Links = {
    before,
    after,
    first: nodes.filter(({ run }) => (before.get(run.id) ?? []).length === 0),
    // The end of an iteration is one of the loop, though another one may have begun because of it.
    last: lanes
      ? lanes.flatMap(lane => lane.at(-1) ?? [])
      : nodes.filter(({ run }) => (after.get(run.id) ?? []).length === 0),
  }
  tree.links.set(parent, links)
  return links
}

function beforeIn(
  nodes: readonly Node[],
  parent: Node | undefined,
  { dependsOn }: Pick<Tree, 'dependsOn'>,
): ReadonlyMap<string, readonly Node[]> {
  const type = parent?.run.type ?? ''
  // These begin together, none because of another.
  if (type.endsWith('.Parallel')) return new Map()
  if (type.endsWith('.Dag')) return beforeInDag(nodes, dependsOn)
  const before = new Map<string, readonly Node[]>()
  for (const lane of lanesOf(nodes))
    lane.forEach((node, at) => {
      let place = at - 1
      while (place >= 0 && (lane[place]?.endMs ?? 0) > node.startMs + SLACK_MS) place--
      const found = lane[place]
      if (found) before.set(node.run.id, [found])
    })
  if (parent?.isLoop === true) addFreedPlaces(before, nodes, parent)
  return before
}

function beforeInDag(nodes: readonly Node[], dependsOn: Tree['dependsOn']): ReadonlyMap<string, readonly Node[]> {
  const byTask = Map.groupBy(nodes, ({ run }) => run.taskId)
  const byEnd = sortByEnd(nodes)
  return new Map(
    nodes.map(node => {
      const declared = dependsOn(node.run)
      const before = declared
        ? declared.flatMap(task => byTask.get(task) ?? [])
        : [lastEnded(byEnd, node)].filter(found => found !== undefined)
      return [node.run.id, before]
    }),
  )
}

/** An iteration that began later than the loop waited for the one that left it a place. */
function addFreedPlaces(before: Map<string, readonly Node[]>, nodes: readonly Node[], parent: Node): void {
  const byEnd = sortByEnd(nodes)
  for (const node of nodes) {
    if (before.has(node.run.id) || node.startMs <= parent.startMs + SLACK_MS) continue
    const found = lastEnded(byEnd, node)
    if (found) before.set(node.run.id, [found])
  }
}

function lanesOf(nodes: readonly Node[]): readonly (readonly Node[])[] {
  return [...Map.groupBy(nodes, ({ run }) => run.iteration).values()]
}

function sortByEnd(nodes: readonly Node[]): readonly Node[] {
  return [...nodes].sort((a, b) => a.endMs - b.endMs || a.order - b.order)
}

/** The one that ended last before this one began, of those that were made before it. */
function lastEnded(byEnd: readonly Node[], { startMs, order }: Node): Node | undefined {
  let [low, high] = [0, byEnd.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((byEnd[middle]?.endMs ?? Infinity) <= startMs + SLACK_MS) low = middle + 1
    else high = middle
  }
  for (let at = low - 1; at >= 0; at--) {
    const node = byEnd[at]
    if (node && node.order < order) return node
  }
  return undefined
}
