// What the end of a run counts as.
import type { PlanTask } from './plan.ts'
import type { FinalState, Group } from './state.ts'

/** The state of a group as its children of `tasks` make it, those of iterations that are over as well: of these nothing else is left after a restart. */
export function finalStateOf({ verdict, killed, failed, warned, iterations }: Group): FinalState {
  if (verdict !== undefined) return verdict
  const ended = (state: FinalState): number => iterations?.ended.get(state) ?? 0
  if (killed + ended('KILLED') > 0) return 'KILLED'
  if (failed + ended('FAILED') > 0) return 'FAILED'
  if (warned + ended('WARNING') > 0) return 'WARNING'
  return 'SUCCESS'
}

/** What a failure or warning of a task counts as, by its flags. */
export function tolerate(
  state: FinalState,
  { allowFailure, allowWarning }: { readonly allowFailure: boolean; readonly allowWarning: boolean },
): FinalState {
  const tolerated = state === 'FAILED' && allowFailure ? 'WARNING' : state
  return tolerated === 'WARNING' && allowWarning ? 'SUCCESS' : tolerated
}

/** The warning that an AllowFailure makes of a failure stays one, whatever its allowWarning says (recorded). */
export function stateOf(task: PlanTask, state: FinalState): FinalState {
  const toleratesFailure = task.kind.type === 'control' && task.kind.control.toleratesFailure === true
  return state === 'FAILED' && toleratesFailure ? 'WARNING' : tolerate(state, task.task)
}
