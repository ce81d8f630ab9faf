// The passes of a loop: when one is over, what comes next is asked of the control; until then the run is PAUSED, and so is the execution.
import { ExpressionError } from '../std/errors.ts'
import type { View } from './context.ts'
import type { Decision, Event } from './event.ts'
import { getRun } from './look-up.ts'
import { getTask } from './plan.ts'
import { NeedsEvaluation, RunError, rendererOf } from './renderer.ts'
import { logOf } from './settle.ts'
import { descendantsOf, stopRuns } from './stop.ts'
import { ROOT, type Group, type TaskRun } from './state.ts'
import { countEndedWaits } from './wake-execution.ts'

/** Undefined where there is nothing to repeat: the group then ends as its children say. */
export function endPass(view: View, ordinal: number, group: Group): Decision | undefined {
  if (ordinal === ROOT || group.verdict !== undefined) return undefined
  const run = getRun(view.state, ordinal)
  const task = getTask(view.plan, run.task)
  const afterPass = task.kind.type === 'control' ? task.kind.control.afterPass : undefined
  if (!afterPass || !isComplete(view, group)) return undefined
  const isFailed = group.failed > 0
  const { dialect } = view.plan.flow
  try {
    const end = afterPass(task, rendererOf(view, run, task), { run, dialect, isFailed })
    const outputs = { iterationCount: end.iterationCount }
    if (end.type === 'again') return waitForPass(view, run, { outputs, intervalMs: end.intervalMs })
    return {
      events: [{ type: 'pass-ended', run: ordinal, outputs, verdict: end.verdict }],
      effects: end.problem === undefined ? [] : [logOf(view, run, end.problem)],
    }
  } catch (error) {
    return askPass(run, error) ?? failPass(view, run, error)
  }
}

/** Runs of `errors` count as well (recorded): one of them for one failed task completes the pass. */
function isComplete({ state }: View, { children, branch, failed }: Group): boolean {
  if (failed === 0) return true
  const good = children.filter(child => {
    const { state: name } = getRun(state, child)
    return name === 'SUCCESS' || name === 'WARNING' || name === 'SKIPPED'
  })
  return good.length === branch.length
}

function waitForPass(
  { state, env }: View,
  { ordinal }: TaskRun,
  { outputs, intervalMs }: { readonly outputs: { readonly iterationCount: number }; readonly intervalMs: number },
): Decision {
  const events: Event[] = [
    { type: 'pass-ended', run: ordinal, outputs },
    { type: 'run-moved', run: ordinal, to: 'PAUSED' },
    { type: 'timer-set', name: `pass:${ordinal}`, atMs: Math.ceil(env.nowMs + intervalMs) },
  ]
  if (state.state === 'RUNNING' || state.state === 'RETRYING') events.push({ type: 'moved', to: 'PAUSED' })
  return { events, effects: [] }
}

function askPass(run: TaskRun, error: unknown): Decision | undefined {
  if (!(error instanceof NeedsEvaluation)) return undefined
  if (run.evaluated?.get(error.slot) === 'asked') return { events: [], effects: [] }
  const asked = { run: run.ordinal, slot: error.slot }
  return { events: [{ type: 'evaluate-asked', ...asked }], effects: [{ type: 'evaluate', ...asked }] }
}

function failPass(view: View, run: TaskRun, error: unknown): Decision {
  if (!(error instanceof ExpressionError) && !(error instanceof RunError)) throw error
  const event: Event = { type: 'pass-ended', run: run.ordinal, verdict: 'FAILED' }
  return { events: [event], effects: [logOf(view, run, error.message)] }
}

/** The interval is over, or somebody would not wait for it. */
export function beginPass(view: View, ordinal: number): Decision {
  const { state } = view
  const run = state.runs.at(ordinal)
  if (!run || run.state !== 'PAUSED') return { events: [], effects: [] }
  // The tasks of a hook may outlive the run that waited.
  const left = stopRuns(view, descendantsOf(state, run.group?.children ?? []), 'KILLED')
  const begun: Event[] = [...left.events, { type: 'pass-begun', run: ordinal }]
  const isLast = state.paused === 1 + countEndedWaits(state, left.events) && state.state === 'PAUSED'
  return { events: isLast ? [...begun, { type: 'moved', to: 'RUNNING' }] : begun, effects: left.effects }
}

/** A run that waits for its next pass. */
export function findPausedLoop({ state }: View): TaskRun | undefined {
  for (const run of state.runs.open())
    if (!run.isRemoved && run.state === 'PAUSED' && state.timers.has(`pass:${run.ordinal}`)) return run
  return undefined
}
