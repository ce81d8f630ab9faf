import { AssertionError } from '../std/assert.ts'
import { ROOT, type ExecutionState, type Group, type TaskRun } from './state.ts'

export function getRun(state: ExecutionState, ordinal: number): TaskRun {
  const run = state.runs.at(ordinal)
  if (run === undefined) throw new AssertionError(`execution "${state.id}" has no task run ${ordinal}`)
  return run
}

/** To be changed: what is packed would lose it. */
export function ownRun(state: ExecutionState, ordinal: number): TaskRun {
  return state.runs.reopen(ordinal)
}

export function ownGroup(state: ExecutionState, ordinal: number): Group {
  if (ordinal === ROOT) return state.root
  const { group } = state.runs.reopen(ordinal)
  if (group === undefined) throw new AssertionError(`task run ${ordinal} of execution "${state.id}" is no open group`)
  return group
}

export function groupOf(state: ExecutionState, ordinal: number): Group {
  if (ordinal === ROOT) return state.root
  const group = getRun(state, ordinal).group
  if (group === undefined) throw new AssertionError(`task run ${ordinal} of execution "${state.id}" is no open group`)
  return group
}
