import type { Control } from './control.ts'
import { laneLimitOf } from './parallel.ts'

/** One lane per task; each waits for the lanes of the tasks that it depends on. What is disabled is waited for by nobody. */
export const dag: Control = {
  type: 'io.kestra.plugin.core.flow.Dag',
  aliases: ['io.kestra.core.tasks.flows.Dag'],
  onChildFailure: 'CONTINUE',
  open: (task, render) => {
    const { tasks } = task.lists
    return {
      branch: tasks,
      isFanned: true,
      laneCount: tasks.length,
      laneLimit: laneLimitOf(render.raw('concurrent'), tasks.length),
    }
  },
}
