// How a group goes on: lanes of `tasks`, then on failure `errors`, then `finally`, then it closes with a state that follows from the runs of
// `tasks` alone. The root of the execution is a group, too; it closes only when nothing that it started is still out.
import { getRun, groupOf } from './look-up.ts'
import type { View } from './context.ts'
import type { Decision, Effect, Event } from './event.ts'
import { closeOpenRuns } from './close-open-groups.ts'
import { exitExecution, leaveExecution } from './exit.ts'
import { endExecution, finishExecution } from './finish.ts'
import { passGate } from './gate.ts'
import { tasksAfter } from './listeners.ts'
import { progressKill } from './kill.ts'
import { endIterations, endLoop } from './iterations.ts'
import { finalStateOf, stateOf } from './outcome.ts'
import { endPass } from './passes.ts'
import { getTask } from './plan.ts'
import { rendererOf } from './renderer.ts'
import { retryDirectory } from './settle.ts'
import { slaTimers } from './sla.ts'
import {
  HANDLER,
  ROOT,
  isBeingKilled,
  isFinal,
  isHeldBack,
  type ExecutionState,
  type Group,
  type Phase,
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
  if (ordinal === ROOT && group.phase === 'tasks' && isEmpty(view)) return finishExecution(view, 'SUCCESS')
  switch (group.phase) {
    case 'tasks':
      return progressTasks(view, ordinal, group)
    case 'closing':
    case 'errors':
    case 'finally':
    case 'after':
      return progressHandlers(view, ordinal, group)
  }
}

/** While a run waits, the tasks of its hook run one after the other. */
function progressWait(view: View, ordinal: number, group: Group): Decision {
  const task = hookOf(view, ordinal, group)
  if (task === undefined || group.handlerRun !== undefined) return NOTHING
  const event: Event = { type: 'run-created', run: view.state.runs.length, task, parent: ordinal, lane: HANDLER }
  return { events: [event], effects: [] }
}

/** The next task of its hook. */
function hookOf({ state, plan }: View, ordinal: number, { handlerAt }: Group): number | undefined {
  const { kind, lists } = getTask(plan, getRun(state, ordinal).task)
  const hook = kind.type === 'control' ? kind.control.waiting?.hook : undefined
  return hook === undefined ? undefined : lists.hooks.get(hook)?.[handlerAt]
}

/** The execution was exited: its groups close when nothing in them runs any more, and at last it is over. */
function leave(view: View, ordinal: number, group: Group): Decision {
  if (ordinal === ROOT) return leaveExecution(view)
  if (group.live > 0 || isFinal(getRun(view.state, ordinal).state)) return NOTHING
  return { events: [{ type: 'run-moved', run: ordinal, to: finalStateOf(group) }], effects: [] }
}

const NOTHING: Decision = { events: [], effects: [] }
const NO_TASKS: readonly number[] = []

function isUnderWay({ state }: View): boolean {
  return state.state !== 'CREATED' && state.state !== 'RESTARTED'
}

function beginExecution(view: View): Decision {
  const { state, plan, env } = view
  if (state.problem !== undefined) return failBirth(view, state.problem)
  if (plan.sla.length > 0 && state.generation === 1) {
    const timers = slaTimers(view)
    if (timers.length > 0) return { events: timers, effects: [], again: ROOT }
  }
  if (state.scheduledMs !== undefined && state.scheduledMs > env.nowMs && state.state === 'CREATED') {
    if (state.timers.has('schedule')) return NOTHING
    return { events: [{ type: 'timer-set', name: 'schedule', atMs: state.scheduledMs }], effects: [] }
  }
  return passGate(
    view,
    isEmpty(view) && state.state === 'CREATED'
      ? finishExecution(view, 'SUCCESS')
      : { events: [{ type: 'moved', to: 'RUNNING' }], effects: [] },
  )
}

/**
 * Where nothing is enabled nothing is begun: what comes finally does not come either, whether or not it had to wait for its turn. A copy may have runs
 * of a revision in which there was something.
 */
function isEmpty({ state, plan }: View): boolean {
  return plan.root.tasks.length === 0 && state.generation === 1 && state.runs.every(run => run.isRemoved)
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
  if (group.iterations && group.iterations.closing.length > 0) return endIterations(view, ordinal, group.iterations)
  if (group.failed > 0 && group.iterations?.isTolerant !== true)
    return isBeginning(view, group) ? NOTHING : leaveTasks(view, ordinal, group)
  if (group.laneCount > 1 && hasPendingChild(view.state, ordinal, group)) return { ...NOTHING, later: ordinal }
  const events = beginChildren(view, ordinal, group)
  if (events.length >= BEGIN_MAX) return { events, effects: [], again: ordinal }
  if (events.length > 0) return { events, effects: [] }
  const isDone = group.live === 0 && group.lanes.size === 0 && isAllBegun(group)
  return isDone ? leaveTasks(view, ordinal, group) : NOTHING
}

/** A child of another lane that is to be looked at still: it comes first, lest one lane runs to its end before the next one has begun. */
function hasPendingChild({ agenda, runs }: ExecutionState, ordinal: number, group: Group): boolean {
  if (group.beginning === 0) return false
  return (
    agenda.findLast(other => {
      const run = other === ROOT ? undefined : runs.openAt(other)
      return run?.parent === ordinal && (run.state === 'CREATED' || run.state === 'RESTARTED')
    }) !== undefined
  )
}

/**
 * All that was created begins, and groups in which nothing runs go on or end, before a failure closes what is around it: what a group closes over
 * does not depend on the order in which its children are looked at.
 */
function isBeginning(view: View, group: Group): boolean {
  return group.retrying + group.beginning > 0 || hasFreshGroup(view, group)
}

function hasFreshGroup(view: View, group: Group): boolean {
  if (group.live === 0) return false
  return group.children.some(child => {
    const run = getRun(view.state, child)
    const { group: inner } = run
    if (!inner || inner.phase === 'leaving' || inner.phase === 'ended') return false
    if (run.state === 'PAUSED') return inner.children.length === 0 && hookOf(view, child, inner) !== undefined
    if (run.state !== 'RUNNING') return false
    if (inner.live === 0) return !isWaitingForAnswers(view.state, run, inner)
    if (hasUnseen(view.state, inner) || hasFreshGroup(view, inner) || isToFail(view.state, run, inner)) return true
    return isToBegin(view, run, inner)
  })
}

/** Of failures within one another the inner one closes its group first, once all that is below has begun. */
function isToFail(state: ExecutionState, run: TaskRun, group: Group): boolean {
  const { phase, failed, retrying, beginning, iterations } = group
  if (phase !== 'tasks' || failed === 0 || iterations?.isTolerant === true) return false
  return retrying + beginning === 0 && !isWaitingForAnswers(state, run, group)
}

/** It has room for another task, and was put off until those beside it had begun. */
function isToBegin(view: View, run: TaskRun, group: Group): boolean {
  if (group.phase !== 'tasks' || group.failed > 0 || isWaitingForAnswers(view.state, run, group)) return false
  return beginChildren(view, run.ordinal, group).length > 0
}

/** What an iteration that is over leaves is asked in the name of its last task. */
function isWaitingForAnswers(state: ExecutionState, run: TaskRun, { iterations }: Group): boolean {
  if (isAsking(run)) return true
  if (!iterations || iterations.closing.length === 0) return false
  return iterations.closing.every(lane => {
    const last = iterations.runs.get(lane)?.at(-1)
    return last !== undefined && isAsking(getRun(state, last))
  })
}

/** What was created in it was not looked at yet; one that asks the world was. */
function hasUnseen(state: ExecutionState, group: Group): boolean {
  if (group.beginning === 0) return false
  return group.children.some(child => {
    const run = getRun(state, child)
    return (run.state === 'CREATED' || run.state === 'RESTARTED') && !isAsking(run)
  })
}

function isAsking({ evaluated }: TaskRun): boolean {
  return evaluated !== undefined && [...evaluated.values()].includes('asked')
}

/** The lanes of a Dag begin in any order: then the highest says nothing, but then none that could begin was left either. */
function isAllBegun({ branch, nextLane, laneCount }: Group): boolean {
  return branch.length === 0 || nextLane >= laneCount
}

/** First the next task of lanes that are ready for one, then new lanes while the limit allows. */
function beginChildren(view: View, ordinal: number, group: Group): Event[] {
  const { state } = view
  const events: Event[] = []
  if (group.branch.length === 0) return events
  const dependsOn = ordinal === ROOT ? undefined : getTask(view.plan, getRun(state, ordinal).task).lists.dependsOn
  if (dependsOn && dependsOn.length > 0) return beginDependents(view, ordinal, { group, dependsOn })
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

/** The lanes whose dependencies have all ended, in the order of declaration. */
function beginDependents(
  { state }: View,
  ordinal: number,
  { group, dependsOn }: { readonly group: Group; readonly dependsOn: readonly (readonly number[])[] },
): Event[] {
  const begun = new Map<number, boolean>()
  for (const child of group.children) {
    const { lane, state: childState } = getRun(state, child)
    if (lane !== HANDLER) begun.set(lane, isFinal(childState))
  }
  const events: Event[] = []
  let free = Math.min(group.laneLimit - group.lanes.size, BEGIN_MAX)
  dependsOn.forEach((lanes, lane) => {
    if (free <= 0 || begun.has(lane) || !lanes.every(other => begun.get(other) === true)) return
    events.push(childCreated(group, { run: state.runs.length + events.length, parent: ordinal, lane, at: 0 }))
    free -= 1
  })
  return events
}

function childCreated(
  group: Group,
  { run, parent, lane, at }: { run: number; parent: number; lane: number; at: number },
): Event {
  // Fanned over values, the lanes of one value lie side by side.
  const width = group.isFanned ? group.branch.length : 1
  const task = group.isFanned ? group.branch[lane % width] : group.branch[at]
  const iteration = Math.floor(lane / width)
  const value = group.iterations ? undefined : group.values?.at(iteration)
  const created = { type: 'run-created', run, task: task ?? -1, parent, lane } as const
  if (value !== undefined) return { ...created, value, iteration }
  return group.pass === undefined ? created : { ...created, iteration: group.pass }
}

/** Handlers run one after the other, and a failed one does not stop the next. */
function progressHandlers(view: View, ordinal: number, group: Group): Decision {
  if (group.handlerRun !== undefined) return NOTHING
  const { phase } = group
  if (phase === 'after' && group.handlers === undefined && view.plan.listeners.length > 0)
    return { events: [{ type: 'phase-entered', run: ordinal, phase, handlers: tasksAfter(view) }], effects: [] }
  const task = (group.handlers ?? handlersOf(view, ordinal, phase))[group.handlerAt]
  if (task === undefined && group.phase === 'closing') return endClosing(view, ordinal, group)
  if (task === undefined && group.phase === 'errors')
    return endPass(view, ordinal, group) ?? enterFinally(view, ordinal)
  if (task === undefined) return close(view, ordinal)
  const pass = group.pass === undefined ? {} : { iteration: group.pass }
  const created = { run: view.state.runs.length, task, parent: ordinal, lane: HANDLER, ...pass }
  return { events: [{ type: 'run-created', ...created }], effects: [] }
}

function handlersOf(view: View, ordinal: number, phase: Phase): readonly number[] {
  const { plan, state } = view
  const lists = ordinal === ROOT ? plan.root : getTask(plan, getRun(state, ordinal).task).lists
  if (phase === 'closing') return ordinal === ROOT ? NO_TASKS : closersOf(view, ordinal)
  if (phase === 'errors') return lists.errors
  if (phase === 'finally') return lists.finally
  return ordinal === ROOT ? plan.root.after : NO_TASKS
}

function closersOf({ plan, state }: View, ordinal: number): readonly number[] {
  return getTask(plan, getRun(state, ordinal).task).lists.hooks.get('close') ?? []
}

/** The folder is closed: what was kept of it are the outputs, and when it could not be kept the directory has failed. */
function endClosing(view: View, ordinal: number, group: Group): Decision {
  if (group.verdict !== undefined) return leaveTasks(view, ordinal, group)
  const closer = group.children.map(child => getRun(view.state, child)).findLast(run => run.lane === HANDLER)
  const verdict = closer?.state === 'FAILED' ? 'FAILED' : finalStateOf(group)
  const outputs = closer?.outputs ? { outputs: closer.outputs } : {}
  return { events: [{ type: 'pass-ended', run: ordinal, verdict, ...outputs }], effects: [] }
}

function leaveTasks(view: View, ordinal: number, group: Group): Decision {
  if (group.isDirectory && group.verdict === undefined)
    return { events: [{ type: 'phase-entered', run: ordinal, phase: 'closing' }], effects: [] }
  const again = group.isDirectory && group.verdict === 'FAILED' ? retryDirectory(view, ordinal) : undefined
  if (again) return again
  const end = group.iterations
    ? endLoop(view, ordinal, { group, iterations: group.iterations })
    : group.failed === 0
      ? endPass(view, ordinal, group)
      : undefined
  if (end) return end
  const hasErrors = handlersOf(view, ordinal, 'errors').length > 0
  const isFailed = group.isDirectory ? group.verdict === 'FAILED' : group.failed > 0 && group.verdict !== 'SUCCESS'
  const forced = isFailed ? closeOpenRuns(view, ordinal, group) : NOTHING
  const next: Decision =
    !isFailed || !hasErrors
      ? enterFinally(view, ordinal)
      : { events: [{ type: 'phase-entered', run: ordinal, phase: 'errors' }], effects: [] }
  if (forced === NOTHING) return next
  return { events: [...forced.events, ...next.events], effects: [...forced.effects, ...next.effects] }
}

function enterFinally(view: View, ordinal: number): Decision {
  const hasFinally = handlersOf(view, ordinal, 'finally').length > 0
  if (!hasFinally) return close(view, ordinal)
  return { events: [{ type: 'phase-entered', run: ordinal, phase: 'finally' }], effects: [] }
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
