// A suite of tests made of an execution that the server has, as `batuta test record` makes it.
import {
  ROOT,
  getTask,
  recordTest,
  taskRunId,
  type RecordedExecution,
  type RecordedRun,
  type ValueMap,
} from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'
import { getExecution, type ReadExecution } from '../executions/read-execution.ts'

const NOTHING: ValueMap = {}

export async function recordExecution(executionId: string, dependencies: HttpDependencies): Promise<string> {
  const found = await getExecution(executionId, dependencies)
  return recordTest(recordedOf(found), found.plan.flow, dependencies.saveWorld.catalogue)
}

function recordedOf({ state, plan }: ReadExecution): RecordedExecution {
  const { id, inputs, outputs, trigger } = state
  const runs = state.runs.flatMap((run): readonly RecordedRun[] => {
    const { id: taskId, isHidden } = getTask(plan, run.task)
    if (run.isRemoved || run.isInner || isHidden) return []
    return [
      {
        id: taskRunId(id, run.ordinal),
        taskId,
        state: run.state,
        attempts: run.attempts.map(attempt => attempt.state),
        outputs: run.outputs ?? NOTHING,
        ...(run.parent === ROOT ? {} : { parentId: taskRunId(id, run.parent) }),
        ...(run.value === undefined ? {} : { value: run.value }),
      },
    ]
  })
  return {
    id,
    state: state.state,
    inputs,
    outputs: outputs ?? NOTHING,
    ...(trigger && { trigger: { id: trigger.id, type: trigger.type, variables: trigger.variables } }),
    runs,
  }
}
