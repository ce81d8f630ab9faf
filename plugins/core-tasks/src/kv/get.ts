import { defineTask, isMap, mapGet, p } from '@batuta/plugin-sdk'
import { keyProperties } from './key-properties.ts'

export const getKey = defineTask({
  type: 'io.kestra.plugin.core.kv.Get',
  title: 'Read the value of a key, in the namespace or in those above it.',
  properties: {
    ...keyProperties,
    errorOnMissing: p.boolean().dynamic().default(false).title('Fail when there is no such key.'),
  },
  outputs: [
    { name: 'value', type: 'any', description: 'The value; a duration in seconds. Absent when there is no such key.' },
  ],
  examples: [{ title: 'When did it run last?', code: 'key: last_run' }],
  async run(ctx, props) {
    const found = await ctx.ports.ask('kv.get', {
      key: await props.key.render(),
      namespace: await props.namespace.render(),
      errorOnMissing: await props.errorOnMissing.render(),
    })
    const value = found !== null && typeof found === 'object' && isMap(found) ? mapGet(found, 'value') : undefined
    return value === undefined ? {} : { value }
  },
})
