import { RunError } from '../execution/renderer.ts'
import type { Control } from './control.ts'

/** The rendered value is compared as text; it is rendered once. No match and no `defaults` is a failure. */
export const switchControl: Control = {
  type: 'io.kestra.plugin.core.flow.Switch',
  aliases: ['io.kestra.core.tasks.flows.Switch'],
  open: (task, render) => {
    const value = render.text('value') ?? ''
    const matched = task.lists.cases.get(value)
    const branch = matched ?? task.lists.defaults
    if (!branch)
      throw new RunError(
        `The Switch "${task.id}" has no case for the value "${value}" and no defaults: add one of the two.`,
      )
    return { branch, outputs: { value, defaults: matched === undefined } }
  },
}
