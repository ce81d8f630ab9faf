import { ordinalOf, type ExecutionState, type TaskRun } from '@batuta/core'
import { notFound } from '../request-error.ts'

export function getRunOf(state: ExecutionState, runId: string): TaskRun {
  const ordinal = ordinalOf(state.id, runId)
  const run = ordinal === undefined ? undefined : state.runs.at(ordinal)
  if (!run || run.isRemoved) throw notFound(`The task run "${runId}" of the execution "${state.id}"`)
  return run
}
