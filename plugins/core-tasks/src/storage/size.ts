import { defineTask, p } from '@batuta/plugin-sdk'

export const size = defineTask({
  type: 'io.kestra.plugin.core.storage.Size',
  aliases: ['io.kestra.core.tasks.storages.Size'],
  title: 'Give the size of a file.',
  properties: { uri: p.string().dynamic().required().storageUri().group('main') },
  outputs: [{ name: 'size', type: 'long', description: 'Bytes.' }],
  examples: [{ title: 'Size of an output.', code: 'uri: "{{ outputs.extract.uri }}"' }],
  run: async (ctx, props) => ({ size: await ctx.files.size(await props.uri.render()) }),
})
