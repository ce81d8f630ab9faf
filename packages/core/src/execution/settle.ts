// What the end of an attempt means: success, retry, failure, or a tolerated one. All attempts end here, whether they ran in the turn, in the
// host or as a child execution, so that retry, allowFailure and warningOnRetry are decided in one place.
import { ExpressionError } from '../std/errors.ts'
import { isTruthyText, mapFrom, type Value } from '../std/value.ts'
import { getRun } from './look-up.ts'
import type { View } from './context.ts'
import type { Decision, Effect, Event, Settlement } from './event.ts'
import { leaveAll } from './exit.ts'
import { endWaiting } from './stop.ts'
import { getTask, type PlanTask } from './plan.ts'
import { tolerate } from './outcome.ts'
import { NeedsEvaluation, RunError, rendererOf } from './renderer.ts'
import { retryAt } from './retry.ts'
import {
  HANDLER,
  RENEW_TIMER,
  ROOT,
  isBeingKilled,
  isFinal,
  type Attempt,
  type ExecutionState,
  type FinalState,
  type TaskRun,
} from './state.ts'
import type { SignalOf } from './turn-env.ts'

/** A worker may be lost this often before the run fails. */
export const LOST_MAX = 3

export function settleJob(view: View, signal: SignalOf<'settled'>): Decision {
  return settleAttempt(view, getRun(view.state, signal.run), signal)
}

export function settleLost(view: View, { run: ordinal, epoch }: SignalOf<'lost'>): Decision {
  const run = getRun(view.state, ordinal)
  if (isBeingKilled(view.state)) return settleAttempt(view, run, endedNow(view, run, 'KILLED'))
  if (run.lost + 1 < LOST_MAX) return { events: [{ type: 'job-lost', run: ordinal, epoch }], effects: [] }
  const failed = settleAttempt(view, run, endedNow(view, run, 'FAILED'))
  const message = `The worker of this task was lost ${LOST_MAX} times (WORKER_LOST): it is not started again.`
  return { events: failed.events, effects: [logOf(view, run, message), ...failed.effects] }
}

export function settleUnplaced(view: View, { run: ordinal, state, reason }: SignalOf<'unplaced'>): Decision {
  const run = getRun(view.state, ordinal)
  const ended = settleAttempt(view, run, endedNow(view, run, state))
  return { events: ended.events, effects: [logOf(view, run, reason), ...ended.effects] }
}

export function endedNow({ env }: View, run: TaskRun, state: Settlement['state']): Settlement {
  return { run: run.ordinal, epoch: run.epoch, state, startedMs: env.nowMs, endedMs: env.nowMs }
}

export function logOf({ env }: View, run: TaskRun, message: string): Effect {
  return {
    type: 'log',
    entry: { run: run.ordinal, level: 'ERROR', message, atMs: env.nowMs, attempt: run.attempts.length },
  }
}

export function settleAttempt(view: View, run: TaskRun, settlement: Settlement): Decision {
  const task = getTask(view.plan, run.task)
  const attempt = attemptOf(settlement)
  const { outputs } = settlement
  const settled = (to: TaskRun['state']): Event => {
    const { ordinal } = run
    if (outputs === undefined) return { type: 'attempt-settled', run: ordinal, to, attempt }
    return { type: 'attempt-settled', run: ordinal, to, attempt, outputs }
  }
  if (isBeingKilled(view.state)) {
    const to = settlement.state === 'SUCCESS' || settlement.state === 'WARNING' ? settlement.state : 'KILLED'
    return { events: [settled(to)], effects: [] }
  }
  if (settlement.state === 'FAILED') {
    const retry = planRetry(view, run, task, settlement)
    if (retry) return { events: [settled('RETRYING'), ...retry.events], effects: retry.effects }
  }
  return { events: [settled(outcomeOf(task, run, settlement.state))], effects: [] }
}

/** An attempt that failed before it began: a child that could not be made, a change that could not be told. Only a child is tried again. */
export function settleUnbegun(
  view: View,
  run: TaskRun,
  {
    task,
    settlement,
    isTolerated,
  }: { readonly task: PlanTask; readonly settlement: Settlement; readonly isTolerated: boolean },
): Decision {
  const settled = (to: TaskRun['state'], state: FinalState): Event => {
    const attempt: Attempt = { ...attemptOf(settlement), state, isUnbegun: true }
    return { type: 'attempt-settled', run: run.ordinal, to, attempt }
  }
  const retry = task.kind.type === 'subflow' ? planRetry(view, run, task, settlement) : undefined
  if (retry) return { events: [settled('RETRYING', 'FAILED'), ...retry.events], effects: retry.effects }
  const to = isTolerated ? tolerate('FAILED', task.task) : 'FAILED'
  return { events: [settled(to, to)], effects: [] }
}

function attemptOf({ state, startedMs, endedMs, metrics, logFile, isSpilled, isSealed, node }: Settlement): Attempt {
  const attempt = { state, startedMs, endedMs }
  const isPlain =
    metrics === undefined && logFile === undefined && isSpilled !== true && isSealed !== true && node === undefined
  if (isPlain) return attempt
  return {
    ...attempt,
    ...(metrics && metrics.length > 0 ? { metrics } : {}),
    ...(logFile === undefined ? {} : { logFile }),
    ...(isSpilled === true ? { isSpilled } : {}),
    ...(isSealed === true ? { isSealed } : {}),
    ...(node === undefined ? {} : { node }),
  }
}

function outcomeOf(task: PlanTask, run: TaskRun, state: Settlement['state']): FinalState {
  const isLateSuccess = state === 'SUCCESS' && run.attempts.length > 0 && task.task.retry?.warningOnRetry === true
  return tolerate(isLateSuccess ? 'WARNING' : state, task.task)
}

/** With a retry of a parent or of the flow, allowFailure maps the first failure already; only the task's own retry postpones it. */
function planRetry(view: View, run: TaskRun, task: PlanTask, { startedMs }: Settlement): Decision | undefined {
  const { state, env } = view
  const retry = task.retry
  if (!retry || (!retry.isOwn && (task.task.allowFailure || isOfDirectory(state, run)))) return undefined
  const isRenewing = retry.policy.behavior === 'CREATE_NEW_EXECUTION'
  // What comes after the execution never changes how it ended, and what an exit left running is not tried again.
  if (isFinal(state.state) && (isRenewing || !isAfter(view, run))) return undefined
  // By the engine's clock: that of the worker may be minutes off, and so would be the next attempt.
  const endedMs = env.nowMs
  const facts = isRenewing
    ? { attempts: state.attemptNumber, firstStartedMs: state.originalCreatedMs, endedMs }
    : { attempts: run.attempts.length + 1, firstStartedMs: run.attempts[0]?.startedMs ?? startedMs, endedMs }
  const atMs = retryAt(retry.policy, facts, () => env.random())
  if (atMs === undefined) return undefined
  return isRenewing ? renew(view, run, atMs) : tryAgain(state, run, atMs)
}

/** What a task of a WorkingDirectory inherits is for the directory as a whole: alone it would find the folder as the failure left it. */
function isOfDirectory(state: ExecutionState, { parent, lane }: TaskRun): boolean {
  if (parent === ROOT) return false
  const { group } = getRun(state, parent)
  return group?.isDirectory === true && (lane !== HANDLER || group.phase === 'closing')
}

/** A WorkingDirectory that failed is done again as a whole, with a folder of its own; undefined when it is not. */
export function retryDirectory(view: View, ordinal: number): Decision | undefined {
  const run = getRun(view.state, ordinal)
  const startedMs = run.history.findLast(moment => moment.state === 'RUNNING')?.atMs ?? view.env.nowMs
  const settlement = { ...endedNow(view, run, 'FAILED'), startedMs }
  const retry = planRetry(view, run, getTask(view.plan, run.task), settlement)
  if (!retry) return undefined
  const attempt = attemptOf(settlement)
  const event: Event = { type: 'attempt-settled', run: ordinal, to: 'RETRYING', attempt }
  return { events: [event, ...retry.events], effects: retry.effects }
}

function isAfter({ state, plan }: View, run: TaskRun): boolean {
  let top = run
  while (top.parent !== ROOT) top = getRun(state, top.parent)
  return plan.root.after.includes(top.task)
}

function tryAgain(state: ExecutionState, run: TaskRun, atMs: number): Decision {
  const events: Event[] = [{ type: 'timer-set', name: `retry:${run.ordinal}`, atMs }]
  // An iteration of a Loop is an execution of its own in 2.0: the one around it just runs.
  if (state.state === 'RUNNING' && run.isInner !== true) events.push({ type: 'moved', to: 'RETRYING' })
  return { events, effects: [] }
}

/**
 * CREATE_NEW_EXECUTION: the run, its ancestors and the execution are RETRIED; at the hour a new execution takes the place of this one. What was begun
 * beside the run goes on to its own end, and what was created together with it begins: nobody stops it in Kestra either.
 */
function renew(view: View, run: TaskRun, atMs: number): Decision {
  const { state } = view
  const events: Event[] = [{ type: 'run-moved', run: run.ordinal, to: 'RETRIED' }]
  const retried = new Set([run.ordinal])
  for (let at = run.parent; at !== ROOT; at = getRun(state, at).parent) {
    retried.add(at)
    const group = getRun(state, at)
    // A Pause whose task asks for it waits no more.
    if (!isFinal(group.state)) events.push(...endWaiting(state, group), { type: 'run-moved', run: at, to: 'RETRIED' })
  }
  events.push(
    ...leaveAll(view, retried, other => isFresh(view, other)),
    { type: 'timer-set', name: RENEW_TIMER, atMs },
    { type: 'moved', to: 'RETRIED' },
    { type: 'phase-entered', run: ROOT, phase: 'leaving' },
  )
  return { events, effects: [] }
}

/** A task that begins next, of itself. */
function isFresh({ state, plan }: View, { state: stands, task }: TaskRun): boolean {
  if (state.breakpoints && state.breakpoints.length > 0) return false
  return (stands === 'CREATED' || stands === 'RESTARTED') && getTask(plan, task).kind.type !== 'control'
}

export function settleChild(view: View, signal: SignalOf<'child-ended'>): Decision {
  const { state, env } = view
  const run = getRun(state, signal.run)
  const outputs: [string, Value][] = [
    ['executionId', signal.childId],
    ['state', signal.state],
    ['outputs', signal.outputs ?? {}],
  ]
  const seen = seenOf(view, run, signal)
  const settled = settleAttempt(view, run, {
    run: run.ordinal,
    epoch: run.epoch,
    state: seen.state,
    // Of a child whose outputs cannot be rendered 2.0 keeps nothing (recorded).
    ...(signal.error === 'outputs' && view.plan.flow.dialect === 2 ? {} : { outputs: mapFrom(outputs) }),
    startedMs: run.history[run.history.length - 1]?.atMs ?? env.nowMs,
    endedMs: env.nowMs,
  })
  return {
    events: [{ type: 'child-ended', run: run.ordinal, childId: signal.childId }, ...settled.events],
    effects: [...(seen.problem === undefined ? [] : [logOf(view, run, seen.problem)]), ...settled.effects],
  }
}

/** CANCELLED and RETRIED children count as success, as they do in Kestra. A `transmitFailed` that cannot be rendered is a failure itself. */
function seenOf(
  view: View,
  run: TaskRun,
  { childId, state }: SignalOf<'child-ended'>,
): { readonly state: Settlement['state']; readonly problem?: string } {
  try {
    const render = rendererOf(view, run, getTask(view.plan, run.task))
    const isTransmitting = isTruthyText(render.text('transmitFailed') ?? 'true')
    if (!isTransmitting || state === 'CANCELLED' || state === 'RETRIED' || state === 'SKIPPED')
      return { state: 'SUCCESS' }
    if (state !== 'FAILED' && state !== 'KILLED') return { state }
    return { state, problem: `The execution ${childId} that this task started ended ${state}: its own log tells why.` }
  } catch (error) {
    if (error instanceof ExpressionError || error instanceof RunError || error instanceof NeedsEvaluation)
      return { state: 'FAILED', problem: error.message }
    throw error
  }
}
