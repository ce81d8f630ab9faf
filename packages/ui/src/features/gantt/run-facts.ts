import { endMsOf } from './gantt-bars.ts'
import { isGroup, isLoop, isSubflow, startMsOf, type GanttRun } from './gantt-run.ts'
import { isOpenRow, orderOf } from './gantt-tree.ts'
import type { RunFacts } from './run-edges.ts'

/** What the lines need to know of a task run. */
export function factsOf(run: GanttRun, toggled: ReadonlySet<string>): RunFacts {
  return {
    order: orderOf(run),
    startMs: startMsOf(run),
    endMs: endMsOf(run, Infinity),
    isBranch: isGroup(run) || isSubflow(run),
    isLoop: isLoop(run),
    isOpen: isOpenRow(run, toggled),
  }
}
