import { ROOT, isFinal, type ExecutionState } from './state.ts'

/** The agenda after a fold: whatever could go on by itself. Looking at a run or group that has nothing to do yields nothing. */
export function rebuildAgenda(state: ExecutionState): void {
  state.agenda.length = 0
  for (const run of state.runs.open()) if (!run.isRemoved && !isFinal(run.state)) state.agenda.push(run.ordinal)
  state.agenda.reverse()
  if (!state.isEnded) state.agenda.push(ROOT)
}

/**
 * The same within a turn, which looks first at what came first. It takes the place of what was there: whoever was looked at twice would be put off
 * twice, and a state that was just folded has all of it on its agenda.
 */
export function lookAtAll(state: ExecutionState): void {
  state.agenda = []
  if (!state.isEnded) state.agenda.push(ROOT)
  for (const run of state.runs) if (!run.isRemoved && !isFinal(run.state)) state.agenda.push(run.ordinal)
}
