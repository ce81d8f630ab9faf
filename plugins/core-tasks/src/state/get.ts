import { defineTask, mapSize, p, TaskError } from '@batuta/plugin-sdk'
import { findState, STATE_ADVICE, stateKeyOf, stateProperties } from './state-key.ts'

export const getState = defineTask({
  type: 'io.kestra.plugin.core.state.Get',
  aliases: ['io.kestra.core.tasks.states.Get'],
  title: 'Read a state.',
  deprecated: STATE_ADVICE,
  properties: {
    ...stateProperties,
    errorOnMissing: p.boolean().dynamic().default(false).title('Fail when there is no such state.'),
  },
  outputs: [
    { name: 'count', type: 'int', description: 'How many entries it has.' },
    { name: 'data', type: 'map<any>', description: 'The entries.' },
  ],
  examples: [{ title: 'What was kept last time.', code: 'name: cursor' }],
  async run(ctx, props) {
    const data = await findState(ctx, await stateKeyOf(ctx, props))
    if (data === undefined && (await props.errorOnMissing.render()))
      throw new TaskError(`there is no state "${await props.name.render()}", and errorOnMissing is true`)
    return { count: data === undefined ? 0 : mapSize(data), data: data ?? {} }
  },
})
