import { defineTask, p } from '@batuta/plugin-sdk'

export const write = defineTask({
  type: 'io.kestra.plugin.core.storage.Write',
  title: 'Store a text as a file.',
  properties: {
    content: p.string().dynamic().required().group('main').title('The text.'),
    extension: p.string().dynamic().title('Extension of the file, with or without its dot.'),
  },
  outputs: [{ name: 'uri', type: 'uri', description: 'The stored file.' }],
  examples: [{ title: 'Store a line.', code: 'content: "Hello {{ inputs.name }}"\nextension: .txt' }],
  async run(ctx, props) {
    const extension = (await props.extension.render()) ?? ''
    return { uri: await ctx.files.put(await props.content.render(), { extension }) }
  },
})
