import { BombGuard, defineTask } from '@batuta/plugin-sdk'
import { decompress } from '../codec/codecs.ts'
import { compression, fromFile } from './compression-property.ts'

export const fileDecompress = defineTask({
  type: 'io.kestra.plugin.compress.FileDecompress',
  title: 'Decompress a file.',
  description: 'A file that grows to more than 64 GB, or beyond 256 MB to more than 2,000 times its size, is refused.',
  properties: {
    from: fromFile,
    compression: compression.required().group('main').title('How the file is compressed.'),
  },
  outputs: [{ name: 'uri', type: 'uri', description: 'The file.' }],
  examples: [
    {
      title: 'Read a compressed CSV file.',
      full: true,
      code: `id: decompress_file
namespace: company.team
tasks:
  - id: download
    type: io.kestra.plugin.core.http.Download
    uri: https://example.com/orders.csv.gz
  - id: csv
    type: io.kestra.plugin.compress.FileDecompress
    from: "{{ outputs.download.uri }}"
    compression: GZIP
  - id: rows
    type: io.kestra.plugin.serdes.csv.CsvToIon
    from: "{{ outputs.csv.uri }}"
`,
    },
  ],
  async run(ctx, props) {
    const from = await props.from.render()
    const guard = new BombGuard(await ctx.files.size(from))
    const bytes = decompress(await props.compression.render(), await ctx.files.open(from))
    return { uri: await ctx.files.put(guard.watch(bytes), { extension: '.tmp' }) }
  },
})
