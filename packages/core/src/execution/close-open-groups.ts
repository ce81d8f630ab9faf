// A group that fails closes over what still runs in it.
import type { View } from './context.ts'
import type { Effect, Event } from './event.ts'
import { getRun } from './look-up.ts'
import { stateOf } from './outcome.ts'
import { getTask } from './plan.ts'
import { descendantsOf, endWaiting, stopRuns } from './stop.ts'
import { wakeExecution } from './wake-execution.ts'
import { ROOT, isFinal, type FinalState, type Group, type TaskRun } from './state.ts'

/** What a failure does to what still runs in the group. */
export function closeOpenRuns(
  view: View,
  ordinal: number,
  group: Group,
): { readonly events: readonly Event[]; readonly effects: readonly Effect[] } {
  const to = stoppedState(view, ordinal)
  if (to === undefined) return { events: group.live > 0 ? closeOpenGroups(view, ordinal, group) : [], effects: [] }
  // Also what runs on in a group below that has ended.
  const runs = descendantsOf(view.state, group.children)
  const { events, effects } = stopRuns(view, runs, to)
  return { events: wakeExecution(view, events), effects }
}

/** 2.0 stops what runs beside a failed child, unless the group says otherwise; the tasks of a Dag go on (recorded). */
function stoppedState({ state, plan }: View, ordinal: number): 'FAILED' | 'CANCELLED' | undefined {
  if (ordinal === ROOT || plan.flow.dialect === 1) return undefined
  const { kind, properties } = getTask(plan, getRun(state, ordinal).task)
  const byDefault = kind.type === 'control' ? kind.control.onChildFailure : undefined
  if (byDefault === undefined) return undefined
  const policy = properties.get('onChildFailure')?.raw ?? byDefault
  return policy === 'FAIL' ? 'FAILED' : policy === 'CANCEL' ? 'CANCELLED' : undefined
}

/**
 * Of a group that fails while siblings run, the groups among them take its state, and so does what stands in these and has not begun or waits to
 * be tried again; leaves that run end by themselves.
 */
function closeOpenGroups(view: View, ordinal: number, group: Group): Event[] {
  const { state } = view
  const events = group.children.flatMap((child): Event[] => {
    const run = getRun(state, child)
    return isFinal(run.state) || !run.group || isWaiting(view, run)
      ? []
      : closeGroup(view, run, run.group, closedState(view, ordinal))
  })
  return wakeExecution(view, events)
}

function closeGroup(view: View, run: TaskRun, group: Group, to: FinalState): Event[] {
  const inside = group.children.flatMap((child): Event[] => {
    const inner = getRun(view.state, child)
    if (isFinal(inner.state) || isWaiting(view, inner)) return []
    const state = closedState(view, run.ordinal)
    if (inner.group) return closeGroup(view, inner, inner.group, state)
    if (inner.state === 'SUBMITTED' || inner.state === 'RUNNING') return []
    return [...endWaiting(view.state, inner), { type: 'run-moved', run: child, to: state }]
  })
  return [...inside, ...endWaiting(view.state, run), { type: 'run-moved', run: run.ordinal, to }]
}

/** A run that waits for a person is left to that person, whatever becomes of its group. */
function isWaiting({ plan }: View, { state, task }: TaskRun): boolean {
  const { kind } = getTask(plan, task)
  return state === 'PAUSED' && kind.type === 'control' && kind.control.waiting !== undefined
}

function closedState({ state, plan }: View, ordinal: number): FinalState {
  return ordinal === ROOT ? 'FAILED' : stateOf(getTask(plan, getRun(state, ordinal).task), 'FAILED')
}
