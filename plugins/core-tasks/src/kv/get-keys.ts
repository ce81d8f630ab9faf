import { defineTask, isList, p, printValue } from '@batuta/plugin-sdk'

export const getKeys = defineTask({
  type: 'io.kestra.plugin.core.kv.GetKeys',
  title: 'List the keys of a namespace.',
  properties: {
    prefix: p.string().dynamic().group('main').title('How their names begin.'),
    namespace: p.string().dynamic().default('{{ flow.namespace }}').title('The namespace of the keys.'),
  },
  outputs: [{ name: 'keys', type: 'string[]', description: 'The names, sorted; none that have expired.' }],
  examples: [{ title: 'All that begin alike.', code: 'prefix: customer-' }],
  async run(ctx, props) {
    const prefix = await props.prefix.render()
    const namespace = await props.namespace.render()
    const found = await ctx.ports.ask('kv.keys', { prefix: prefix ?? null, namespace })
    return { keys: isList(found) ? found.map(printValue) : [] }
  },
})
