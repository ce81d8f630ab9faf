// Stopping runs at once, whatever they do: what comes of them later is stale.
import type { View } from './context.ts'
import type { Effect, Event } from './event.ts'
import { isFinal, type ExecutionState, type TaskRun } from './state.ts'
import { waitTimers } from './wait-timers.ts'

/** Ends all runs but these as KILLED. */
export function stopAll(
  { state, env }: View,
  but: ReadonlySet<number>,
): { readonly events: readonly Event[]; readonly effects: readonly Effect[] } {
  const events: Event[] = []
  const effects: Effect[] = []
  for (const run of state.runs.toReversed()) {
    if (run.isRemoved || isFinal(run.state) || but.has(run.ordinal)) continue
    const childId = state.children.get(run.ordinal)
    if (childId !== undefined) {
      events.push({ type: 'child-ended', run: run.ordinal, childId })
      const command = { name: 'kill', isCascading: true } as const
      effects.push({ type: 'signal', signal: { type: 'command', executionId: childId, command } })
    }
    if (run.isAwaited) {
      const attempt = { state: 'KILLED', startedMs: env.nowMs, endedMs: env.nowMs } as const
      effects.push({ type: 'kill-job', run: run.ordinal, epoch: run.epoch })
      events.push({ type: 'attempt-settled', run: run.ordinal, to: 'KILLED', attempt })
    } else events.push(...endWaiting(state, run), { type: 'run-moved', run: run.ordinal, to: 'KILLED' })
  }
  return { events, effects }
}

/** The timers that a run has set are not waited for any more. */
export function endWaiting({ timers }: ExecutionState, { ordinal }: TaskRun): Event[] {
  return [...waitTimers(ordinal), `retry:${ordinal}`].flatMap(name =>
    timers.has(name) ? [{ type: 'timer-fired', name }] : [],
  )
}
