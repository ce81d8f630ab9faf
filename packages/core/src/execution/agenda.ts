import { ROOT, isFinal, type ExecutionState } from './state.ts'

/** The agenda after a fold: whatever could go on by itself. Looking at a run or group that has nothing to do yields nothing. */
export function rebuildAgenda(state: ExecutionState): void {
  state.agenda.length = 0
  for (const run of state.runs.open()) if (!run.isRemoved && !isFinal(run.state)) state.agenda.push(run.ordinal)
  state.agenda.reverse()
  if (!state.isEnded) state.agenda.push(ROOT)
}

/** The same within a turn, which looks first at what came first. */
export function lookAtAll(state: ExecutionState): void {
  if (!state.isEnded) state.agenda.push(ROOT)
  for (const run of state.runs) if (!run.isRemoved && !isFinal(run.state)) state.agenda.push(run.ordinal)
}
