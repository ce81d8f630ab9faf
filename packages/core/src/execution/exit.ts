// The execution ends before its tasks do: Exit, a Pause that cancels, a decision that ends it. The run and its ancestors take the state, handlers are
// not run, nothing more is begun. With KILLED whatever still runs is stopped; else it ends by itself and is waited for, unseen.
import { getRun } from './look-up.ts'
import type { View } from './context.ts'
import type { Decision, Event } from './event.ts'
import { endExecution } from './finish.ts'
import { endWaiting, stopAll } from './stop.ts'
import { ROOT, isFinal, type FinalState, type TaskRun } from './state.ts'

/** `own` ends the run itself. */
export function exitExecution(
  view: View,
  run: TaskRun,
  { own, to }: { own: readonly Event[]; to: FinalState },
): Decision {
  const { state, plan } = view
  // What comes after the execution cannot end it again.
  if (isFinal(state.state)) return { events: own, effects: [] }
  const events: Event[] = [...own]
  const but = new Set([run.ordinal])
  for (let at = run.parent; at !== ROOT; at = getRun(state, at).parent) {
    but.add(at)
    const group = getRun(state, at)
    // A loop may wait for its next pass while something that an earlier failure left runs on in it.
    if (!isFinal(group.state)) events.push(...endWaiting(state, group), { type: 'run-moved', run: at, to })
  }
  const rest = to === 'KILLED' ? stopAll(view, but) : { events: leaveAll(view, but), effects: [] }
  events.push(...rest.events, { type: 'moved', to })
  const hasAfter = plan.root.after.length > 0
  events.push({ type: 'phase-entered', run: ROOT, phase: hasAfter ? 'after' : 'leaving' })
  return { events, effects: rest.effects }
}

/** What runs goes on to its end, what has not begun does not begin, unless it may. */
export function leaveAll(
  { state }: View,
  but: ReadonlySet<number>,
  mayBegin: (run: TaskRun) => boolean = () => false,
): readonly Event[] {
  const events: Event[] = []
  for (const run of [...state.runs.open()].reverse()) {
    if (run.isRemoved || isFinal(run.state) || but.has(run.ordinal)) continue
    if (run.isAwaited || state.children.has(run.ordinal) || mayBegin(run)) continue
    if (run.group && run.state === 'RUNNING') events.push({ type: 'phase-entered', run: run.ordinal, phase: 'leaving' })
    else events.push(...endWaiting(state, run), { type: 'run-moved', run: run.ordinal, to: 'CANCELLED' })
  }
  return events
}

/** Nothing of the execution is out any more. */
export function leaveExecution({ state }: View): Decision {
  if (state.live > 0 || !isFinal(state.state)) return { events: [], effects: [] }
  return endExecution(state, state.state)
}
