import { defineTask } from '@batuta/plugin-sdk'
import { compress, extensionOf } from '../codec/codecs.ts'
import { compression, fromFile } from './compression-property.ts'

export const fileCompress = defineTask({
  type: 'io.kestra.plugin.compress.FileCompress',
  title: 'Compress a file.',
  properties: {
    from: fromFile,
    compression: compression.required().group('main').title('How the file is compressed.'),
  },
  outputs: [{ name: 'uri', type: 'uri', description: 'The compressed file.' }],
  examples: [
    {
      title: 'Compress a report before it is kept.',
      full: true,
      code: `id: compress_file
namespace: company.team
inputs:
  - id: file
    type: FILE
tasks:
  - id: compress
    type: io.kestra.plugin.compress.FileCompress
    from: "{{ inputs.file }}"
    compression: ZSTD
`,
    },
  ],
  async run(ctx, props) {
    const kind = await props.compression.render()
    const bytes = compress(kind, await ctx.files.open(await props.from.render()))
    return { uri: await ctx.files.put(bytes, { extension: extensionOf(kind) }) }
  },
})
