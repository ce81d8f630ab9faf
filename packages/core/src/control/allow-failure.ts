import type { Control } from './control.ts'

/** A Sequential whose failure is a warning; its children stay FAILED. */
export const allowFailure: Control = {
  type: 'io.kestra.plugin.core.flow.AllowFailure',
  aliases: ['io.kestra.core.tasks.flows.AllowFailure'],
  toleratesFailure: true,
  open: task => ({ branch: task.lists.tasks }),
}
