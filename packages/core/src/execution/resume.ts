// A run that waits for a person or an hour: it is PAUSED, and so is the execution until none waits any more. A resume goes to the first that
// waits, unless it names one; an execution that a command paused goes on as a whole.
import { resolveInputs, type ResolvedInputs } from '../flow/inputs.ts'
import { compileTemplate } from '../expression/template.ts'
import type { Scope } from '../expression/scope.ts'
import type { Control, Resumption, WaitUntil, Waiting } from '../control/control.ts'
import { ExpressionError } from '../std/errors.ts'
import { mapFrom, mapGet, type Value, type ValueMap } from '../std/value.ts'
import type { View } from './context.ts'
import type { Command, Decision, Event, Refusal } from './event.ts'
import { exitExecution } from './exit.ts'
import { getRun } from './look-up.ts'
import { beginPass, findPausedLoop } from './passes.ts'
import { getTask, type PlanTask } from './plan.ts'
import { tolerate } from './outcome.ts'
import { NeedsEvaluation, RunError, rendererOf } from './renderer.ts'
import { logOf } from './settle.ts'
import type { ExecutionState, TaskRun } from './state.ts'
import { waitTimers } from './wait-timers.ts'

type Resume = Extract<Command, { name: 'resume' }>

/** What follows the opening of a run that waits. */
export function beginWait({ state, env }: View, { ordinal }: TaskRun, { delayMs, timeoutMs }: WaitUntil): Event[] {
  const [delay, timeout] = waitTimers(ordinal)
  const events: Event[] = [{ type: 'run-moved', run: ordinal, to: 'PAUSED' }]
  if (delayMs !== undefined) events.push({ type: 'timer-set', name: delay, atMs: Math.ceil(env.nowMs + delayMs) })
  if (timeoutMs !== undefined) events.push({ type: 'timer-set', name: timeout, atMs: Math.ceil(env.nowMs + timeoutMs) })
  if (state.state === 'RUNNING' || state.state === 'RETRYING') events.push({ type: 'moved', to: 'PAUSED' })
  return events
}

export function decideResume(view: View, command: Resume): Decision {
  const { state } = view
  if (state.state !== 'PAUSED' && state.paused === 0)
    return refuse(`The execution "${state.id}" is ${state.state}, not PAUSED: there is nothing to resume.`)
  const run = findWaiting(view, command.run)
  if (!run) {
    if (command.run !== undefined)
      return refuse(`The task run ${command.run} of "${state.id}" does not wait to be resumed.`)
    const loop = findPausedLoop(view)
    if (loop) return beginPass(view, loop.ordinal)
    if (state.paused > 0)
      return refuse(`The execution "${state.id}" waits for the next pass of a loop: there is nothing to resume.`)
    return { events: [{ type: 'moved', to: 'RUNNING' }], effects: [] }
  }
  const task = getTask(view.plan, run.task)
  const render = rendererOf(view, run, task)
  try {
    const inputs = command.inputs ?? requireAnswers(task, resolveAnswers(view, task, render.scope))
    return resume(view, run, waitingOf(task).resumed(task, render, { ...command, inputs }))
  } catch (error) {
    const problem = problemOf(error)
    return { events: [], effects: [], refusal: { code: 'invalid-inputs', message: problem } }
  }
}

/** The run that a resume means: the one it names, or else the first that waits. */
export function findWaiting({ state, plan }: Pick<View, 'state' | 'plan'>, ordinal?: number): TaskRun | undefined {
  const isWaiting = (run: TaskRun): boolean => {
    const { kind } = getTask(plan, run.task)
    return !run.isRemoved && run.state === 'PAUSED' && kind.type === 'control' && kind.control.waiting !== undefined
  }
  if (ordinal === undefined) return state.paused === 0 ? undefined : [...state.runs.open()].find(isWaiting)
  const run = state.runs.at(ordinal)
  return run && isWaiting(run) ? run : undefined
}

/** The hour of a waiting run has come. */
export function expireWait(view: View, ordinal: number, cause: 'delay' | 'timeout'): Decision {
  const run = getRun(view.state, ordinal)
  const task = getTask(view.plan, run.task)
  const render = rendererOf(view, run, task)
  try {
    const inputs = defaultsOf(resolveAnswers(view, task, render.scope))
    return resume(view, run, waitingOf(task).expired(task, render, { cause, inputs }))
  } catch (error) {
    return resume(view, run, { to: 'FAILED', problem: problemOf(error) })
  }
}

function resume(view: View, run: TaskRun, resumption: Resumption): Decision {
  const { state, plan } = view
  const task = getTask(plan, run.task)
  const { to, outputs, branch, exit, problem } = resumption
  const resumed: Event = {
    type: 'run-resumed',
    run: run.ordinal,
    to: to === 'RUNNING' ? to : tolerate(to, task.task),
    ...(outputs === undefined ? {} : { outputs }),
    ...(branch === undefined ? {} : { branch }),
  }
  const effects = problem === undefined ? [] : [logOf(view, run, problem)]
  if (exit !== undefined) {
    const exited = exitExecution(view, run, { own: [resumed], to: exit })
    return { events: exited.events, effects: [...effects, ...exited.effects] }
  }
  return { events: [resumed, ...(state.paused === 1 && state.state === 'PAUSED' ? BACK : [])], effects }
}

const BACK: readonly Event[] = [
  { type: 'moved', to: 'RESTARTED' },
  { type: 'moved', to: 'RUNNING' },
]

/** What the person is asked, resolved with what the templates of the run see. */
function resolveAnswers({ plan }: View, { task }: PlanTask, scope: Scope): ResolvedInputs {
  const { dialect } = plan.flow
  const render = (template: string, variables: ValueMap): Value => {
    const inner: Scope = { ...scope, lookup: root => mapGet(variables, root) ?? scope.lookup(root) }
    return compileTemplate(template, { dialect }).renderTyped(inner)
  }
  return resolveInputs(task.asks ?? [], {}, { render, dialect })
}

function requireAnswers({ id }: PlanTask, { values, problems }: ResolvedInputs): ValueMap {
  if (values) return values
  throw new RunError(`"${id}" cannot be resumed without inputs: ${problems.map(({ message }) => message).join('; ')}`)
}

/** Without a person required inputs hold up nothing. */
function defaultsOf({ values, perInput }: ResolvedInputs): ValueMap {
  if (values) return values
  return mapFrom(
    perInput.flatMap(({ id, value, problems }): [string, Value][] =>
      problems.length === 0 && value !== undefined ? [[id, value]] : [],
    ),
  )
}

function waitingOf({ kind, id }: PlanTask): Waiting {
  const control: Control | undefined = kind.type === 'control' ? kind.control : undefined
  if (control?.waiting) return control.waiting
  throw new Error(`the task "${id}" does not wait`)
}

function problemOf(error: unknown): string {
  const isOurs = error instanceof ExpressionError || error instanceof RunError || error instanceof NeedsEvaluation
  if (!isOurs) throw error
  return error.message
}

function refuse(message: string): Decision {
  const refusal: Refusal = { code: 'wrong-state', message }
  return { events: [], effects: [], refusal }
}

export function isWaitTimer({ timers }: ExecutionState, name: string): boolean {
  return timers.has(name) && /^(delay|timeout):\d+$/.test(name)
}
