// Where the runs of a group stand: the cursors of its lanes and the counts of its children. Changed in place by `apply` and by nobody else.
import { dropEntry, dropMember, withEntry } from '../std/sparse.ts'
import { closeLane } from './apply-loop.ts'
import { HANDLER, type ExecutionState, type Group, type TaskRun } from './state.ts'

/** Moves the cursors of the group over the child that was just created. */
export function placeChild(group: Group, run: TaskRun): void {
  if (run.lane === HANDLER) {
    group.handlerAt += 1
    group.handlerRun = run.ordinal
    return
  }
  const begun = group.lanes.get(run.lane) ?? 0
  group.lanes.set(run.lane, begun + 1)
  if (begun === 0) group.nextLane = Math.max(group.nextLane, run.lane + 1)
  // A lane whose task is elsewhere in the revision of a copy is ready before it has begun.
  if (group.ready[0] === run.lane) group.ready.shift()
  else if (begun > 0 && group.ready.length > 0) group.ready = group.ready.filter(lane => lane !== run.lane)
}

/** A lane whose child failed stays where it is; one that has another task is ready for it; else it is closed. */
export function leaveChild(group: Group, run: TaskRun): void {
  if (run.lane === HANDLER) {
    delete group.handlerRun
    return
  }
  const begun = group.lanes.get(run.lane)
  if (begun === undefined || leaveCrowd(group, run.lane)) return
  const length = group.isFanned ? 1 : group.branch.length
  if (run.state !== 'FAILED' && begun < length) return void group.ready.push(run.lane)
  group.lanes.delete(run.lane)
  if (group.iterations) closeLane(group.iterations, run.lane)
}

/** A restart may begin several runs of one lane again: the next task of it waits for all of them. */
function leaveCrowd(group: Group, lane: number): boolean {
  if (group.crowded.size === 0) return false
  const others = (group.crowded.get(lane) ?? 1) - 1
  if (others > 0) group.crowded = withEntry(group.crowded, lane, others)
  else dropEntry(group.crowded, lane)
  return others > 0
}

/** Counts the run's state for its parent; handlers never count for the final state. */
export function count(group: Group, run: TaskRun, by: 1 | -1): void {
  if (run.state === 'RETRYING') group.retrying += by
  if (run.state === 'CREATED' || run.state === 'RESTARTED') group.beginning += by
  if (run.lane === HANDLER) return
  if (run.state === 'FAILED') group.failed += by
  if (run.state === 'KILLED') group.killed += by
  if (run.state === 'WARNING') group.warned += by
}

export function stopAwaiting(state: ExecutionState, run: TaskRun): void {
  run.isAwaited = false
  dropMember(state.awaited, run.ordinal)
}

/** Nobody waits for the answers that are still to come. */
export function stopAsking(
  state: ExecutionState,
  { ordinal, evaluated }: Pick<TaskRun, 'ordinal' | 'evaluated'>,
): void {
  if (!evaluated) return
  for (const [slot, answer] of evaluated) {
    if (answer !== 'asked') continue
    dropMember(state.asked, `${ordinal} ${slot}`)
    dropEntry(evaluated, slot)
  }
}
