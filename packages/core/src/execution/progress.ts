// How a group goes on: lanes of `tasks`, then on failure `errors`, then `finally`, then it closes with a state that follows from the runs of
// `tasks` alone. The root of the execution is a group, too; it closes only when nothing that it started is still out.
import { getRun, groupOf } from './look-up.ts'
import type { View } from './context.ts'
import type { Decision, Effect, Event } from './event.ts'
import { exitExecution, leaveExecution } from './exit.ts'
import { endExecution, finishExecution } from './finish.ts'
import { progressKill } from './kill.ts'
import { getTask, type PlanTask } from './plan.ts'
import { rendererOf } from './renderer.ts'
import {
  HANDLER,
  ROOT,
  isBeingKilled,
  isFinal,
  isHeldBack,
  type FinalState,
  type Group,
  type TaskRun,
} from './state.ts'

/** How many runs one decision begins; the group comes on the agenda again for the rest. */
const BEGIN_MAX = 64

export function progress(view: View, ordinal: number): Decision {
  const { state } = view
  const group = groupOf(state, ordinal)
  if (group.phase === 'ended' || (state.isHeld && !state.isKillRequested)) return NOTHING
  if (group.phase === 'leaving') return leave(view, ordinal, group)
  if (isFinal(state.state) && state.root.phase !== 'after') return NOTHING
  if (isBeingKilled(state)) return progressKill(view)
  if (isHeldBack(state)) return NOTHING
  if (ordinal === ROOT && !isUnderWay(view)) return beginExecution(view)
  if (ordinal !== ROOT && getRun(state, ordinal).state === 'PAUSED') return progressWait(view, ordinal, group)
  switch (group.phase) {
    case 'tasks':
      return progressTasks(view, ordinal, group)
    case 'errors':
    case 'finally':
    case 'after':
      return progressHandlers(view, ordinal, group)
  }
}

/** While a run waits, the tasks of its hook run one after the other. */
function progressWait(view: View, ordinal: number, group: Group): Decision {
  const { kind, lists } = getTask(view.plan, getRun(view.state, ordinal).task)
  const hook = kind.type === 'control' ? kind.control.waiting?.hook : undefined
  const task = hook === undefined ? undefined : lists.hooks.get(hook)?.[group.handlerAt]
  if (task === undefined || group.handlerRun !== undefined) return NOTHING
  const event: Event = { type: 'run-created', run: view.state.runs.length, task, parent: ordinal, lane: HANDLER }
  return { events: [event], effects: [] }
}

/** The execution was exited: its groups close when nothing in them runs any more, and at last it is over. */
function leave(view: View, ordinal: number, group: Group): Decision {
  if (ordinal === ROOT) return leaveExecution(view)
  if (group.live > 0 || isFinal(getRun(view.state, ordinal).state)) return NOTHING
  return { events: [{ type: 'run-moved', run: ordinal, to: finalStateOf(group) }], effects: [] }
}

const NOTHING: Decision = { events: [], effects: [] }

/** The state of a group as its children of `tasks` make it. */
export function finalStateOf(group: Group): FinalState {
  if (group.killed > 0) return 'KILLED'
  if (group.failed > 0) return 'FAILED'
  if (group.warned > 0) return 'WARNING'
  return 'SUCCESS'
}

/** What a failure or warning of a task counts as, by its flags. */
export function tolerate(
  state: FinalState,
  { allowFailure, allowWarning }: { readonly allowFailure: boolean; readonly allowWarning: boolean },
): FinalState {
  const tolerated = state === 'FAILED' && allowFailure ? 'WARNING' : state
  return tolerated === 'WARNING' && allowWarning ? 'SUCCESS' : tolerated
}

function isUnderWay({ state }: View): boolean {
  return state.state !== 'CREATED' && state.state !== 'RESTARTED'
}

function beginExecution(view: View): Decision {
  const { state, plan, env } = view
  if (state.problem !== undefined) return failBirth(view, state.problem)
  if (state.scheduledMs !== undefined && state.scheduledMs > env.nowMs && state.state === 'CREATED') {
    if (state.timers.has('schedule')) return NOTHING
    return { events: [{ type: 'timer-set', name: 'schedule', atMs: state.scheduledMs }], effects: [] }
  }
  if (plan.root.tasks.length === 0 && state.state === 'CREATED') return finishExecution(view, 'SUCCESS')
  return { events: [{ type: 'moved', to: 'RUNNING' }], effects: [] }
}

function failBirth({ state, env }: View, problem: string): Decision {
  const end = endExecution(state, 'FAILED')
  const log: Effect = {
    type: 'log',
    entry: { run: ROOT, level: 'ERROR', message: problem, atMs: env.nowMs, attempt: 0 },
  }
  return { events: [{ type: 'moved', to: 'FAILED' }, ...end.events], effects: [log, ...end.effects] }
}

function progressTasks(view: View, ordinal: number, group: Group): Decision {
  if (group.failed > 0) return group.retrying + group.beginning > 0 ? NOTHING : leaveTasks(view, ordinal, group)
  const events = beginChildren(view, ordinal, group)
  if (events.length >= BEGIN_MAX) return { events, effects: [], again: ordinal }
  if (events.length > 0) return { events, effects: [] }
  const isDone =
    group.live === 0 && group.lanes.size === 0 && (group.branch.length === 0 || group.nextLane >= group.laneCount)
  return isDone ? leaveTasks(view, ordinal, group) : NOTHING
}

/** First the next task of lanes that are ready for one, then new lanes while the limit allows. */
function beginChildren({ state }: View, ordinal: number, group: Group): Event[] {
  const events: Event[] = []
  if (group.branch.length === 0) return events
  let run = state.runs.length
  for (const lane of group.ready) {
    if (events.length >= BEGIN_MAX) return events
    events.push(childCreated(group, { run: run++, parent: ordinal, lane, at: group.lanes.get(lane) ?? 0 }))
  }
  let open = group.lanes.size
  for (
    let lane = group.nextLane;
    lane < group.laneCount && open < group.laneLimit && events.length < BEGIN_MAX;
    lane++
  ) {
    events.push(childCreated(group, { run: run++, parent: ordinal, lane, at: 0 }))
    open += 1
  }
  return events
}

function childCreated(
  group: Group,
  { run, parent, lane, at }: { run: number; parent: number; lane: number; at: number },
): Event {
  const task = group.isFanned ? group.branch[lane] : group.branch[at]
  const value = group.values?.[lane]
  return {
    type: 'run-created',
    run,
    task: task ?? -1,
    parent,
    lane,
    ...(value === undefined ? {} : { value, iteration: lane }),
  }
}

/** Handlers run one after the other, and a failed one does not stop the next. */
function progressHandlers(view: View, ordinal: number, group: Group): Decision {
  if (group.handlerRun !== undefined) return NOTHING
  const task = handlersOf(view, ordinal, group)[group.handlerAt]
  if (task === undefined) return group.phase === 'errors' ? enterFinally(view, ordinal) : close(view, ordinal)
  const event: Event = { type: 'run-created', run: view.state.runs.length, task, parent: ordinal, lane: HANDLER }
  return { events: [event], effects: [] }
}

function handlersOf({ plan, state }: View, ordinal: number, group: Group): readonly number[] {
  const lists = ordinal === ROOT ? plan.root : { ...getTask(plan, getRun(state, ordinal).task).lists, after: [] }
  if (group.phase === 'errors') return lists.errors
  return group.phase === 'finally' ? lists.finally : lists.after
}

function leaveTasks(view: View, ordinal: number, group: Group): Decision {
  const hasErrors = handlersOf(view, ordinal, { ...group, phase: 'errors' }).length > 0
  const forced = group.failed > 0 && group.live > 0 ? closeOpenGroups(view, ordinal, group) : []
  if (group.failed === 0 || !hasErrors) {
    const next = enterFinally(view, ordinal)
    return { events: [...forced, ...next.events], effects: next.effects }
  }
  return { events: [...forced, { type: 'phase-entered', run: ordinal, phase: 'errors' }], effects: [] }
}

function enterFinally(view: View, ordinal: number): Decision {
  const group = groupOf(view.state, ordinal)
  const hasFinally = handlersOf(view, ordinal, { ...group, phase: 'finally' }).length > 0
  if (!hasFinally) return close(view, ordinal)
  return { events: [{ type: 'phase-entered', run: ordinal, phase: 'finally' }], effects: [] }
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
  const given = events.filter(event => event.type === 'timer-fired').length
  if (given > 0 && given === countRetries(view) && state.state === 'RETRYING')
    events.push({ type: 'moved', to: 'RUNNING' })
  return events
}

function closeGroup(view: View, { ordinal }: TaskRun, group: Group, to: FinalState): Event[] {
  const inside = group.children.flatMap((child): Event[] => {
    const run = getRun(view.state, child)
    if (isFinal(run.state) || isWaiting(view, run)) return []
    const state = closedState(view, ordinal)
    if (run.group) return closeGroup(view, run, run.group, state)
    if (run.state === 'SUBMITTED' || run.state === 'RUNNING') return []
    const moved: Event = { type: 'run-moved', run: child, to: state }
    return run.state === 'RETRYING' ? [{ type: 'timer-fired', name: `retry:${child}` }, moved] : [moved]
  })
  return [...inside, { type: 'run-moved', run: ordinal, to }]
}

/** A run that waits for a person is left to that person, whatever becomes of its group. */
function isWaiting({ plan }: View, { state, task }: TaskRun): boolean {
  const { kind } = getTask(plan, task)
  return state === 'PAUSED' && kind.type === 'control' && kind.control.waiting !== undefined
}

function closedState({ state, plan }: View, ordinal: number): FinalState {
  return ordinal === ROOT ? 'FAILED' : stateOf(getTask(plan, getRun(state, ordinal).task), 'FAILED')
}

function close(view: View, ordinal: number): Decision {
  const { state } = view
  const group = groupOf(state, ordinal)
  if (ordinal !== ROOT) return closeRun(view, ordinal, group)
  if (state.live > 0) return NOTHING
  if (group.phase === 'after') return finishExecution(view, undefined)
  return finishExecution(view, finalStateOf(group))
}

function closeRun(view: View, ordinal: number, group: Group): Decision {
  const run = getRun(view.state, ordinal)
  const task = getTask(view.plan, run.task)
  const end = task.kind.type === 'control' ? task.kind.control.end : undefined
  const ending = end?.(task, rendererOf(view, run, task), { state: finalStateOf(group), run }) ?? {
    to: finalStateOf(group),
  }
  const moved: Event = { type: 'run-moved', run: ordinal, to: stateOf(task, ending.to) }
  return ending.exit === undefined
    ? { events: [moved], effects: [] }
    : exitExecution(view, run, { own: [moved], to: ending.exit })
}

function countRetries({ state }: View): number {
  return [...state.timers.keys()].filter(name => name.startsWith('retry:')).length
}

/** The warning that an AllowFailure makes of a failure stays one, whatever its allowWarning says (recorded). */
function stateOf(task: PlanTask, state: FinalState): FinalState {
  const toleratesFailure = task.kind.type === 'control' && task.kind.control.toleratesFailure === true
  return state === 'FAILED' && toleratesFailure ? 'WARNING' : tolerate(state, task.task)
}
