import type { Control } from './control.ts'

/** The rendered value is compared as text; it is rendered once. No match and no `defaults` is a failure. */
export const switchControl: Control = {
  type: 'io.kestra.plugin.core.flow.Switch',
  aliases: ['io.kestra.core.tasks.flows.Switch'],
  open: (task, render) => {
    const value = render.text('value') ?? ''
    const matched = task.lists.cases.get(value)
    const branch = matched ?? task.lists.defaults
    const outputs = { value, defaults: matched === undefined }
    if (branch) return { branch, outputs }
    const problem = `The Switch "${task.id}" has no case for the value "${value}" and no defaults: add one of the two.`
    return { branch: [], dead: { problem, outputs } }
  },
}
