// The rows of the chart: task runs as a tree, in the order of their start, with what is folded left out. Small loops show their iterations; of large
// ones a histogram, the failed and the slowest stand for all.
import { isGroup, isLoop, isSubflow, startMsOf, type GanttRun } from './gantt-run.ts'

/** Of a group so many rows are read. */
const MEANT_MAX = 500
/** Above so many iterations a loop is a histogram. */
export const LANES_MAX = 50
/** Below so many it is open from the beginning. */
const LANES_OPEN = 5

export interface RunRow {
  readonly type: 'run'
  readonly key: string
  readonly run: GanttRun
  readonly depth: number
  readonly isBranch: boolean
  readonly isOpen: boolean
}

export interface IterationRow {
  readonly type: 'iteration'
  readonly key: string
  readonly loop: GanttRun
  readonly name: string
  readonly runs: readonly GanttRun[]
  readonly depth: number
  readonly isOpen: boolean
}

/** Of a large loop: its histogram, or how many iterations are not shown. */
export interface LoopRow {
  readonly type: 'histogram' | 'iterations'
  readonly key: string
  readonly run: GanttRun
  readonly depth: number
}

/** In the place of what is in a group until that is read. */
export interface WaitingRow {
  readonly type: 'loading'
  readonly key: string
  readonly run: GanttRun
  readonly depth: number
}

export type GanttRow = RunRow | IterationRow | LoopRow | WaitingRow

export interface TreeSource {
  /** Of the execution itself, in any order. */
  readonly roots: readonly GanttRun[]
  /** Of a group or a subflow; undefined: they are not there yet. */
  childrenOf(run: GanttRun): readonly GanttRun[] | undefined
  /** Of a large loop: those that deserve a look. */
  notableOf(run: GanttRun): readonly GanttRun[] | undefined
  /** Rows that were folded or unfolded by hand. */
  readonly toggled: ReadonlySet<string>
}

export function isLargeLoop(run: GanttRun): boolean {
  return isLoop(run) && (run.children?.lanes ?? 0) > LANES_MAX
}

export function isOpenRow(run: GanttRun, toggled: ReadonlySet<string>): boolean {
  const usually = isSubflow(run) || isLargeLoop(run) ? false : !isLoop(run) || (run.children?.lanes ?? 0) <= LANES_OPEN
  return toggled.has(run.id) ? !usually : usually
}

/** As many rows as it will most likely be: what is below stays where it is when they come. */
export function rowsMeant(row: GanttRow | undefined): number {
  return row?.type === 'loading' ? Math.max(1, Math.min(MEANT_MAX, row.run.children?.total ?? 1)) : 1
}

/** Groups between these rows that are not read yet. */
export function unreadIn(rows: readonly GanttRow[], from: number, to: number): readonly string[] {
  return rows.slice(from, to + 1).flatMap(row => (row.type === 'loading' ? [row.run.id] : []))
}

export function treeRows(source: TreeSource): readonly GanttRow[] {
  const rows: GanttRow[] = []
  addRuns(rows, source.roots, { source, depth: 0 })
  return rows
}

interface Place {
  readonly source: TreeSource
  readonly depth: number
}

function addRuns(rows: GanttRow[], runs: readonly GanttRun[], place: Place): void {
  for (const run of [...runs].sort((a, b) => startMsOf(a) - startMsOf(b) || orderOf(a) - orderOf(b)))
    addRun(rows, run, place)
}

function addRun(rows: GanttRow[], run: GanttRun, { source, depth }: Place): void {
  const isBranch = isGroup(run) || isSubflow(run)
  const isOpen = isBranch && isOpenRow(run, source.toggled)
  rows.push({ type: 'run', key: run.id, run, depth, isBranch, isOpen })
  if (!isOpen) return
  const inner = { source, depth: depth + 1 }
  if (isLargeLoop(run)) return addLargeLoop(rows, run, inner)
  const children = source.childrenOf(run)
  if (!children) rows.push({ type: 'loading', key: `${run.id}/loading`, run, depth: depth + 1 })
  else if (isLoop(run)) addIterations(rows, { loop: run, children }, inner)
  else addRuns(rows, children, inner)
}

function addLargeLoop(rows: GanttRow[], run: GanttRun, place: Place): void {
  const { depth } = place
  rows.push({ type: 'histogram', key: `${run.id}/histogram`, run, depth })
  for (const notable of place.source.notableOf(run) ?? []) addRun(rows, notable, place)
  rows.push({ type: 'iterations', key: `${run.id}/iterations`, run, depth })
}

function addIterations(
  rows: GanttRow[],
  { loop, children }: { readonly loop: GanttRun; readonly children: readonly GanttRun[] },
  { source, depth }: Place,
): void {
  const lanes = new Map<string, GanttRun[]>()
  for (const run of children) {
    const name = String(run.iteration ?? run.value ?? '')
    lanes.set(name, [...(lanes.get(name) ?? []), run])
  }
  for (const [name, runs] of lanes) {
    const [only] = runs
    if (only && runs.length === 1) {
      addRun(rows, only, { source, depth })
      continue
    }
    const key = `${loop.id}/${name}`
    const isOpen = source.toggled.has(key)
    rows.push({ type: 'iteration', key, loop, name: runs[0]?.value ?? name, runs, depth, isOpen })
    if (isOpen) addRuns(rows, runs, { source, depth: depth + 1 })
  }
}

/** The number at the end of its id is the order in which it was made. */
export function orderOf({ id }: GanttRun): number {
  return Number(id.slice(id.lastIndexOf('-') + 1))
}

export interface RowFilter {
  readonly text: string
  readonly states: readonly string[]
  readonly isByDuration: boolean
}

/** Flat, without the tree: the runs that a filter keeps. */
export function filterRows(
  runs: readonly GanttRun[],
  { text, states, isByDuration }: RowFilter,
  tookMs: (run: GanttRun) => number,
): readonly RunRow[] {
  const wanted = text.trim().toLowerCase()
  return runs
    .filter(
      ({ taskId, value = '', type = '', state }) =>
        (states.length === 0 || states.includes(state.current)) &&
        (wanted === '' || [taskId, value, type].some(part => part.toLowerCase().includes(wanted))),
    )
    .sort((a, b) => (isByDuration ? tookMs(b) - tookMs(a) : startMsOf(a) - startMsOf(b)) || orderOf(a) - orderOf(b))
    .map(run => ({ type: 'run', key: run.id, run, depth: 0, isBranch: false, isOpen: false }))
}
