import { assert } from '../std/assert.ts'
import { ROOT, type ExecutionState, type Group, type TaskRun } from './state.ts'

export function getRun(state: ExecutionState, ordinal: number): TaskRun {
  const run = state.runs.at(ordinal)
  assert(run !== undefined, `execution "${state.id}" has no task run ${ordinal}`)
  return run
}

export function groupOf(state: ExecutionState, ordinal: number): Group {
  if (ordinal === ROOT) return state.root
  const group = getRun(state, ordinal).group
  assert(group !== undefined, `task run ${ordinal} of execution "${state.id}" is no open group`)
  return group
}
