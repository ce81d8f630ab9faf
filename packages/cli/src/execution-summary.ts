// An execution in a few lines: how it ended, what it gave, where it failed.
import type { ExecutionDocument } from '@batuta/api'
import { elapsedOf } from './elapsed.ts'
import { markOf, paintState } from './execution-state.ts'

const OUTPUT_LENGTH_MAX = 2_000

export function summarize(execution: ExecutionDocument): readonly string[] {
  const { namespace, flowId, id, state, outputs = {}, taskRunList = [] } = execution
  const failed = taskRunList.filter(run => run.state.current === 'FAILED')
  const entries = Object.entries(outputs)
  return [
    `${markOf(state.current)} ${paintState(state.current)}  ${namespace}.${flowId}  ${id}  ${elapsedOf(state)}`,
    ...failed.map(run => `  failed: ${run.taskId}${run.value === undefined ? '' : `[${run.value}]`}`),
    ...(entries.length > 0 ? ['outputs:'] : []),
    ...entries.map(([name, value]) => `  ${name}: ${textOf(value)}`),
  ]
}

function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length <= OUTPUT_LENGTH_MAX ? text : `${text.slice(0, OUTPUT_LENGTH_MAX)} …`
}
