import { defineTask, p } from '@batuta/plugin-sdk'
import { keyProperties } from './key-properties.ts'

export const deleteKey = defineTask({
  type: 'io.kestra.plugin.core.kv.Delete',
  title: 'Delete a key.',
  properties: {
    ...keyProperties,
    errorOnMissing: p.boolean().dynamic().default(false).title('Fail when there is no such key.'),
  },
  outputs: [{ name: 'deleted', type: 'bool', description: 'Whether there was one.' }],
  examples: [{ title: 'Forget it.', code: 'key: last_run' }],
  async run(ctx, props) {
    const deleted = await ctx.ports.ask('kv.delete', {
      key: await props.key.render(),
      namespace: await props.namespace.render(),
      errorOnMissing: await props.errorOnMissing.render(),
    })
    return { deleted: deleted === true }
  },
})
