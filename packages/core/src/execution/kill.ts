// Kill means kill: once it is journaled no attempt starts any more. Runs that wait end at once; attempts that are out are told to stop and the
// execution is KILLED when the last of them settled, or when the grace is over.
import type { Command, Decision, Effect, Event, Refusal } from './event.ts'
import type { View } from './context.ts'
import { finishExecution } from './finish.ts'
import { ROOT, isFinal } from './state.ts'

/** How long attempts may take to die before the execution goes on without them. */
export const KILL_GRACE_MS = 30_000

export function decideKill(view: View, command: Extract<Command, { name: 'kill' }>): Decision {
  const { state, env } = view
  const children: Effect[] = command.isCascading
    ? [...state.children.values()].map(id => ({
        type: 'signal',
        signal: { type: 'command', executionId: id, command },
      }))
    : []
  if (isFinal(state.state)) {
    if (command.isCascading) return { events: [], effects: children }
    return refuse({
      code: 'wrong-state',
      message: `The execution "${state.id}" has already ended as ${state.state}: there is nothing to kill.`,
    })
  }
  if (state.isKillRequested) return { events: [], effects: children }
  const events: Event[] = [{ type: 'kill-requested' }, { type: 'moved', to: 'KILLING' }]
  for (const run of state.runs.open()) {
    if (run.isRemoved || isFinal(run.state) || run.group || run.isAwaited || state.children.has(run.ordinal)) continue
    events.push({ type: 'run-moved', run: run.ordinal, to: 'KILLED' })
  }
  const jobs: Effect[] = [...state.awaited].map(run => ({
    type: 'kill-job',
    run,
    epoch: state.runs.at(run)?.epoch ?? 0,
  }))
  if (jobs.length > 0 || state.children.size > 0)
    events.push({ type: 'timer-set', name: 'kill', atMs: env.nowMs + KILL_GRACE_MS })
  return { events, effects: [...jobs, ...children], again: ROOT }
}

/** Nothing is out any more: open groups end, innermost first, then the execution. */
export function progressKill(view: View): Decision {
  const { state } = view
  if (isFinal(state.state)) return { events: [], effects: [] }
  if (state.awaited.size > 0 || state.children.size > 0) return { events: [], effects: [] }
  const events: Event[] = []
  for (const run of [...state.runs.open()].reverse())
    if (!run.isRemoved && !isFinal(run.state)) events.push({ type: 'run-moved', run: run.ordinal, to: 'KILLED' })
  // The grace is not for what comes after the execution.
  if (state.timers.has('kill')) events.push({ type: 'timer-fired', name: 'kill' })
  const end = finishExecution(view, 'KILLED')
  return { events: [...events, ...end.events], effects: end.effects }
}

/** The grace is over: what is still out is counted as killed; a settlement that comes later is stale. */
export function forceKill(view: View): Decision {
  const { state, env } = view
  const events: Event[] = [...state.awaited].map(run => ({
    type: 'attempt-settled',
    run,
    to: 'KILLED',
    attempt: { state: 'KILLED', startedMs: env.nowMs, endedMs: env.nowMs },
  }))
  for (const [run, childId] of state.children) {
    events.push({ type: 'child-ended', run, childId }, { type: 'run-moved', run, to: 'KILLED' })
  }
  return { events, effects: [] }
}

function refuse(refusal: Refusal): Decision {
  return { events: [], effects: [], refusal }
}
