import { isTruthyText } from '../std/value.ts'
import type { InlineTask } from './inline-task.ts'

/** Fails always, or when its condition renders to something truthy. */
export const fail: InlineTask = {
  type: 'io.kestra.plugin.core.execution.Fail',
  aliases: ['io.kestra.core.tasks.executions.Fail'],
  run: (_task, render) => {
    const condition = render.text('condition')
    if (condition !== undefined && !isTruthyText(condition)) {
      return {
        state: 'SUCCESS',
        logs: [{ level: 'INFO', message: `The condition rendered to "${condition}": the task does not fail.` }],
      }
    }
    return { state: 'FAILED', logs: [{ level: 'ERROR', message: render.text('errorMessage') ?? 'Task failure' }] }
  },
}
