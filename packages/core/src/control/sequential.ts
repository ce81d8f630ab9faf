import type { Control } from './control.ts'

export const sequential: Control = {
  type: 'io.kestra.plugin.core.flow.Sequential',
  aliases: ['io.kestra.core.tasks.flows.Sequential'],
  open: task => ({ branch: task.lists.tasks }),
}
