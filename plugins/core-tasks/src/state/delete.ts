import { defineTask, p, TaskError } from '@batuta/plugin-sdk'
import { STATE_ADVICE, stateKeyOf, stateProperties } from './state-key.ts'

export const deleteState = defineTask({
  type: 'io.kestra.plugin.core.state.Delete',
  aliases: ['io.kestra.core.tasks.states.Delete'],
  title: 'Delete a state.',
  deprecated: STATE_ADVICE,
  properties: {
    ...stateProperties,
    errorOnMissing: p.boolean().dynamic().default(false).title('Fail when there is no such state.'),
  },
  outputs: [{ name: 'deleted', type: 'bool', description: 'Whether there was one.' }],
  examples: [{ title: 'Begin anew.', code: 'name: cursor' }],
  async run(ctx, props) {
    const key = await stateKeyOf(ctx, props)
    const deleted = (await ctx.ports.ask('kv.delete', { key, namespace: ctx.flow.namespace })) === true
    if (!deleted && (await props.errorOnMissing.render()))
      throw new TaskError(`there is no state "${await props.name.render()}", and errorOnMissing is true`)
    return { deleted }
  },
})
