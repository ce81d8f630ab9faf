// An execution that is ended from outside its tasks: whatever is under way is stopped at once, and what comes of it later is stale.
import type { View } from './context.ts'
import type { Decision, Event } from './event.ts'
import { endExecution } from './finish.ts'
import { ROOT, type FinalState } from './state.ts'
import { stopAll } from './stop.ts'

export const NOBODY: ReadonlySet<number> = new Set()

/** Into a final state from where it stands: neither errors nor finally run, and what comes after the execution does. */
export function endEarly(view: View, to: FinalState): Decision {
  const { state, plan } = view
  const stopped = stopAll(view, NOBODY)
  const events: Event[] = [...stopped.events, { type: 'moved', to }]
  if (plan.root.after.length > 0)
    return { events: [...events, { type: 'phase-entered', run: ROOT, phase: 'after' }], effects: stopped.effects }
  const end = endExecution(state, to)
  return { events: [...events, ...end.events], effects: [...stopped.effects, ...end.effects] }
}
