// A run that was created begins: its condition, then what kind of task it is. Everything that can go wrong here is the author's mistake and
// fails the run with a line in its log; our own mistakes pass through and hold the execution.
import { laneProblem } from '../control/parallel.ts'
import { OPEN_DIRECTORY } from '../control/working-directory.ts'
import { ExpressionError } from '../std/errors.ts'
import { isTruthyText, type ValueMap } from '../std/value.ts'
import type { View } from './context.ts'
import type { Decision, Effect, Event } from './event.ts'
import { exitExecution } from './exit.ts'
import { stopAtBreakpoint } from './halt.ts'
import { getRun } from './look-up.ts'
import { DEFAULT_QUEUE, pinnedQueue, queueOf } from './placement.ts'
import type { InlineOutcome } from '../inline/inline-task.ts'
import { getTask, type PlanTask, type TaskKind } from './plan.ts'
import { tolerate } from './outcome.ts'
import { NeedsEvaluation, RunError, readProperty, rendererOf, type Renderer } from './renderer.ts'
import { beginWait } from './resume.ts'
import { holdsSealed } from './sealed.ts'
import { disarm } from './turn-secrets.ts'
import { endedNow, logOf, settleAttempt, settleUnbegun } from './settle.ts'
import { startChild } from './start-child.ts'
import { ROOT, isBeingKilled, type FinalState, type TaskRun } from './state.ts'
import { variablesOf } from './variables.ts'

export function startRun(view: View, run: TaskRun): Decision {
  const task = getTask(view.plan, run.task)
  if (isBeingKilled(view.state)) return moved(run, 'KILLED')
  const stopped = view.state.breakpoints && stopAtBreakpoint(view, run, task)
  if (stopped) return stopped
  const render = rendererOf(view, run, task)
  try {
    if (!isWanted(run, task, render)) return skip(view, run)
  } catch (error) {
    return ask(run, error) ?? refuse(view, run, error)
  }
  const start = { task, kind: task.kind, render }
  try {
    return startTask(view, run, start)
  } catch (error) {
    return runSealed(view, run, start, error) ?? ask(run, error) ?? failedStart(view, run, task, error)
  }
}

/** The condition counts when a run begins for the first time, also when a restart begins one that never began. */
function isWanted(run: TaskRun, { runIf }: PlanTask, { scope }: Renderer): boolean {
  if (!runIf || run.attempts.length > 0 || run.state === 'SUBMITTED') return true
  const text = readProperty(runIf, { scope, how: 'text', evaluated: run.evaluated })
  return typeof text !== 'string' || isTruthyText(text)
}

interface Start {
  readonly task: PlanTask
  readonly kind: TaskKind
  readonly render: Renderer
}

function startTask(view: View, run: TaskRun, { task, kind, render }: Start): Decision {
  switch (kind.type) {
    case 'control': {
      const opening = kind.control.open(task, render)
      if ('nothing' in opening) return moved(run, 'SUCCESS', opening.nothing)
      const { wait, dead, ...opened } = opening
      if (dead) return failUnopened(view, run, { task, ...dead })
      const event: Event = { type: 'group-opened', run: run.ordinal, ...opened }
      const problem = view.plan.flow.dialect === 2 ? laneProblem(task.type, render.raw('concurrent')) : undefined
      if (problem !== undefined) return failOpened(view, run, { task, opened: event, problem })
      return { events: wait ? [event, ...beginWait(view, run, wait)] : [event], effects: [] }
    }
    case 'inline':
      return runInline(view, run, { task, kind, render })
    case 'subflow':
      return startChild(view, run, { task, render })
    case 'job':
      return sendJob(view, run, { task, render })
  }
}

function failOpened(
  view: View,
  run: TaskRun,
  { task, opened, problem }: { readonly task: PlanTask; readonly opened: Event; readonly problem: string },
): Decision {
  const failed: Event = { type: 'run-moved', run: run.ordinal, to: tolerate('FAILED', task.task) }
  return { events: [opened, failed], effects: [logOf(view, run, problem)] }
}

function sendJob(
  view: View,
  run: TaskRun,
  { task, render }: { readonly task: PlanTask; readonly render: Renderer },
): Decision {
  const epoch = run.epoch + 1
  const queue =
    queueOfFolder(view, run, task) ?? (task.placement ? queueOf(task.placement, run, render) : DEFAULT_QUEUE)
  return {
    events: [{ type: 'job-sent', run: run.ordinal, epoch }],
    effects: [{ type: 'job', run: run.ordinal, epoch, queue }],
  }
}

/** The tasks of a WorkingDirectory run where its folder is, which the job that made it has told. */
function queueOfFolder({ state, plan }: View, { parent }: TaskRun, { type }: PlanTask): string | undefined {
  if (parent === ROOT || type === OPEN_DIRECTORY) return undefined
  const { group } = getRun(state, parent)
  if (!group?.isDirectory) return undefined
  const opened = group.children.findLast(child => getTask(plan, getRun(state, child).task).type === OPEN_DIRECTORY)
  const node = opened === undefined ? undefined : getRun(state, opened).attempts.at(-1)?.node
  return node === undefined ? undefined : pinnedQueue(node)
}

/** A pure task that reads an encrypted or stored value is run by the host, so that it is nowhere else. */
function runSealed(view: View, run: TaskRun, { task, kind, render }: Start, error: unknown): Decision | undefined {
  if (!(error instanceof NeedsEvaluation) || !error.isSealed) return undefined
  return kind.type === 'inline' && kind.inline.isUpdating !== true ? sendJob(view, run, { task, render }) : undefined
}

const NO_LOGS: NonNullable<InlineOutcome['logs']> = []

function runInline(
  view: View,
  run: TaskRun,
  { task, kind, render }: Start & { readonly kind: Extract<TaskKind, { type: 'inline' }> },
): Decision {
  const { env, state } = view
  const outcome = kind.inline.run(task, render, {
    state,
    run,
    dialect: view.plan.flow.dialect,
    variables: variablesOf(state, view.plan),
  })
  if (outcome.isExit) return exitWith(view, run, outcome.state)
  const { nowMs: atMs } = env
  const { outputs, metrics, logs = NO_LOGS, events: own } = outcome
  const isOwnEnd = outcome.state === 'SUCCESS' || outcome.state === 'WARNING' || outcome.state === 'FAILED'
  const settled = settleAttempt(view, run, {
    run: run.ordinal,
    epoch: run.epoch,
    state: isOwnEnd ? outcome.state : 'KILLED',
    startedMs: atMs,
    endedMs: atMs,
    outputs: outputs && holdsSealed(outputs) ? disarm(outputs) : outputs,
    metrics,
  })
  const events = own ? own.concat(settled.events) : settled.events
  if (logs.length === 0) return { events, effects: settled.effects }
  const attempt = run.attempts.length
  const lines = logs.map(({ level, message }): Effect => ({
    type: 'log',
    entry: { run: run.ordinal, level, message, atMs, attempt },
  }))
  return { events, effects: settled.effects.length === 0 ? lines : lines.concat(settled.effects) }
}

function exitWith(view: View, run: TaskRun, state: FinalState): Decision {
  const { nowMs } = view.env
  const settled: Event = {
    type: 'attempt-settled',
    run: run.ordinal,
    to: state,
    attempt: { state, startedMs: nowMs, endedMs: nowMs },
  }
  return exitExecution(view, run, { own: [settled], to: state })
}

function skip(view: View, run: TaskRun): Decision {
  const atMs = view.env.nowMs
  const attempt = { state: 'SKIPPED', startedMs: atMs, endedMs: atMs } as const
  return { events: [{ type: 'attempt-settled', run: run.ordinal, to: 'SKIPPED', attempt }], effects: [] }
}

function moved(run: TaskRun, to: TaskRun['state'], outputs?: ValueMap): Decision {
  return { events: [{ type: 'run-moved', run: run.ordinal, to, ...(outputs ? { outputs } : {}) }], effects: [] }
}

/** A template that asks the world: the run waits for the answer. */
function ask(run: TaskRun, error: unknown): Decision | undefined {
  if (!(error instanceof NeedsEvaluation)) return undefined
  if (run.evaluated?.get(error.slot) === 'asked') return { events: [], effects: [] }
  const asked = { run: run.ordinal, slot: error.slot }
  return { events: [{ type: 'evaluate-asked', ...asked }], effects: [{ type: 'evaluate', ...asked }] }
}

/** What cannot be made of the run is a failed attempt of it; a run that reached a worker would have had one, too. */
function failedStart(view: View, run: TaskRun, task: PlanTask, error: unknown): Decision {
  if (!isOfTheAuthor(error)) throw error
  const { kind } = task
  if (kind.type === 'control') return failUnopened(view, run, { task, problem: error.message })
  if (kind.type === 'job') return refuse(view, run, error)
  const settlement = endedNow(view, run, 'FAILED')
  const isUnbegun = kind.type === 'subflow' || kind.inline.isUpdating === true
  const settled = isUnbegun
    ? settleUnbegun(view, run, { task, settlement, isTolerated: isTolerated(view, task) })
    : settleAttempt(view, run, settlement)
  return { events: settled.events, effects: [logOf(view, run, error.message), ...settled.effects] }
}

/** Kestra 1.x looks at allowFailure of groups only, 2.0 also at that of tasks that change the execution, neither at that of subflows (recorded). */
function isTolerated({ plan }: View, { kind }: PlanTask): boolean {
  return kind.type === 'inline' && plan.flow.dialect === 2
}

/** A group that has nothing to open is begun and fails at once. */
function failUnopened(
  view: View,
  run: TaskRun,
  { task, problem, outputs }: { readonly task: PlanTask; readonly problem: string; readonly outputs?: ValueMap },
): Decision {
  const { ordinal } = run
  const begun = moved(run, 'RUNNING', outputs)
  const failed: Event = { type: 'run-moved', run: ordinal, to: tolerate('FAILED', task.task) }
  return { events: [...begun.events, failed], effects: [logOf(view, run, problem)] }
}

/** A condition that cannot be rendered: the run fails before it has begun, whatever is allowed of it. There is no attempt, so nothing to try again. */
function refuse(view: View, run: TaskRun, error: unknown): Decision {
  if (!isOfTheAuthor(error)) throw error
  return { events: moved(run, 'FAILED').events, effects: [logOf(view, run, error.message)] }
}

function isOfTheAuthor(error: unknown): error is ExpressionError | RunError {
  return error instanceof ExpressionError || error instanceof RunError
}
