// Stopping runs at once, whatever they do: what comes of them later is stale.
import type { View } from './context.ts'
import type { Effect, Event } from './event.ts'
import { getRun } from './look-up.ts'
import { isFinal, type ExecutionState, type TaskRun } from './state.ts'
import { waitTimers } from './wait-timers.ts'

interface Stopped {
  readonly events: readonly Event[]
  readonly effects: readonly Effect[]
}

/** Ends all runs but these as KILLED. */
export function stopAll(view: View, but: ReadonlySet<number>): Stopped {
  return stopRuns(
    view,
    [...view.state.runs.open()].filter(run => !but.has(run.ordinal)),
    'KILLED',
  )
}

/** Ends these runs, the last of them first. */
export function stopRuns(
  { state, env }: View,
  runs: readonly TaskRun[],
  to: 'KILLED' | 'FAILED' | 'CANCELLED',
): Stopped {
  const events: Event[] = []
  const effects: Effect[] = []
  for (const run of runs.toReversed()) {
    if (run.isRemoved || isFinal(run.state)) continue
    const childId = state.children.get(run.ordinal)
    if (childId !== undefined) {
      events.push({ type: 'child-ended', run: run.ordinal, childId })
      const command = { name: 'kill', isCascading: true } as const
      effects.push({ type: 'signal', signal: { type: 'command', executionId: childId, command } })
    }
    if (run.isAwaited) {
      const attempt = { state: to, startedMs: env.nowMs, endedMs: env.nowMs } as const
      effects.push({ type: 'kill-job', run: run.ordinal, epoch: run.epoch })
      events.push({ type: 'attempt-settled', run: run.ordinal, to, attempt })
    } else events.push(...endWaiting(state, run), { type: 'run-moved', run: run.ordinal, to })
  }
  return { events, effects }
}

/** The timers that a run has set are not waited for any more. */
export function endWaiting({ timers }: ExecutionState, { ordinal }: TaskRun): Event[] {
  return [...waitTimers(ordinal), `retry:${ordinal}`].flatMap(name =>
    timers.has(name) ? [{ type: 'timer-fired', name }] : [],
  )
}

/** These runs and all below them, parents first. */
export function descendantsOf(state: ExecutionState, children: readonly number[]): TaskRun[] {
  return children.flatMap(child => {
    const run = getRun(state, child)
    return run.group ? [run, ...descendantsOf(state, run.group.children)] : [run]
  })
}
