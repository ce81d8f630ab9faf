import type { InlineTask } from './inline-task.ts'

export const returnTask: InlineTask = {
  type: 'io.kestra.plugin.core.debug.Return',
  aliases: ['io.kestra.core.tasks.debugs.Return'],
  run: (_task, render) => {
    const value = render.text('format')
    if (value === undefined) return { state: 'SUCCESS', outputs: {} }
    return {
      state: 'SUCCESS',
      outputs: { value },
      metrics: [{ name: 'length', type: 'counter', value: value.length }],
    }
  },
}
