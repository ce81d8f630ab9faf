// What let a task run begin, by where it stands: in a sequence the one before it, in a graph of tasks the one whose end came last, in a loop the one
// that left it a place; and for what stands first in a group whatever the group waited for.
import { endMsOf } from './gantt-bars.ts'
import { isLoop, startMsOf, type GanttRun } from './gantt-run.ts'
import { orderOf, type GanttRow } from './gantt-tree.ts'

/** Clocks of one server: a task begins no earlier than what it waited for ended, but for rounding. */
const SLACK_MS = 2
const DEPTH_MAX = 100

/** The one that ended last before this one could begin; none for what began with the execution. */
export function waitedFor(runs: readonly GanttRun[], id: string, nowMs: number): GanttRun | undefined {
  const byId = new Map(runs.map(run => [run.id, run]))
  let run = byId.get(id)
  for (let depth = 0; run && depth < DEPTH_MAX; depth++) {
    const parent: GanttRun | undefined = byId.get(run.parentTaskRunId ?? '')
    const found = lastEnded(runs, runsBefore(run, parent), { run, nowMs })
    if (found) return found
    run = parent
  }
  return undefined
}

/** Where a task run is shown: what is folded stands in its group. */
export function rowOfRun(rows: readonly GanttRow[], runs: readonly GanttRun[], id: string): number {
  let wanted: string | undefined = id
  for (let depth = 0; wanted !== undefined && depth < DEPTH_MAX; depth++) {
    const sought: string = wanted
    const at = rows.findIndex(
      row =>
        (row.type === 'run' && row.run.id === sought) ||
        (row.type === 'iteration' && !row.isOpen && row.runs.some(run => run.id === sought)),
    )
    if (at >= 0) return at
    wanted = runs.find(run => run.id === sought)?.parentTaskRunId
  }
  return -1
}

/** Which of its siblings it may have waited for. */
function runsBefore(run: GanttRun, parent: GanttRun | undefined): (other: GanttRun) => boolean {
  // These begin together, none because of another.
  if (parent?.type?.endsWith('.Parallel') === true) return () => false
  const isFirstPlace = parent === undefined || startMsOf(run) <= startMsOf(parent) + SLACK_MS
  const isAnyLane = parent !== undefined && isLoop(parent) && !isFirstPlace
  return other => isAnyLane || other.iteration === run.iteration
}

function lastEnded(
  runs: readonly GanttRun[],
  isMeant: (other: GanttRun) => boolean,
  { run, nowMs }: { readonly run: GanttRun; readonly nowMs: number },
): GanttRun | undefined {
  const latestMs = startMsOf(run) + SLACK_MS
  let last: GanttRun | undefined
  for (const other of runs) {
    const isBefore =
      other.parentTaskRunId === run.parentTaskRunId &&
      orderOf(other) < orderOf(run) &&
      endMsOf(other, nowMs) <= latestMs &&
      isMeant(other)
    if (isBefore && (!last || isLater(other, last, nowMs))) last = other
  }
  return last
}

function isLater(one: GanttRun, other: GanttRun, nowMs: number): boolean {
  return (endMsOf(one, nowMs) - endMsOf(other, nowMs) || orderOf(one) - orderOf(other)) > 0
}
