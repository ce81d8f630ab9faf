// The variables of an execution. They begin as those of its flow; once a task has set or unset one they are its own, the flow's included.
import { isEmptyMap, mapEntries, mapFrom, type ValueMap } from '../std/value.ts'
import type { Plan } from './plan.ts'
import type { ExecutionState } from './state.ts'

export function variablesOf({ variables, hasOwnVariables }: ExecutionState, { flow }: Plan): ValueMap {
  if (hasOwnVariables) return variables
  if (isEmptyMap(variables)) return flow.variables
  // Journals of before kept what was set apart from what the flow says.
  return mapFrom([...mapEntries(flow.variables), ...mapEntries(variables)])
}
