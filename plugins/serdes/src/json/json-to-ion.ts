import { defineTask, p } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { fileOutputs, fromProperty, recordsMetric } from '../conversion.ts'
import { encodeIon } from '../ion.ts'
import { readJson } from './read-json.ts'

export const jsonToIon = defineTask({
  type: 'io.kestra.plugin.serdes.json.JsonToIon',
  aliases: ['io.kestra.plugin.serdes.json.JsonReader'],
  title: 'Convert a JSON file into rows.',
  description: 'Files of any size are read piece by piece, also those that are one large array.',
  properties: {
    from: fromProperty('JSON'),
    charset: p.string().dynamic().default('UTF-8').group('processing').title('Character set of the file.'),
    newLine: p
      .boolean()
      .dynamic()
      .default(true)
      .group('advanced')
      .title('Whether the file has one value per line (JSON Lines); if false, the items of its array become the rows.'),
  },
  outputs: fileOutputs('The file of rows.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'Read an array that an API returned.',
      full: true,
      code: `id: json_to_ion
namespace: company.team
tasks:
  - id: download
    type: io.kestra.plugin.core.http.Download
    uri: https://example.com/products.json
  - id: rows
    type: io.kestra.plugin.serdes.json.JsonToIon
    from: "{{ outputs.download.uri }}"
    newLine: false
`,
    },
  ],
  async run(ctx, props) {
    const uri = await props.from.render()
    const charset = await props.charset.render()
    const explodes = !(await props.newLine.render())
    let size = 0
    const lines = async function* (): AsyncGenerator<string> {
      for await (const values of readJson(ctx, { uri, charset, explodes })) {
        size += values.length
        if (values.length > 0) yield values.map(lineOf).join('')
      }
    }
    const stored = await ctx.files.put(lines(), { extension: '.ion' })
    ctx.metrics.counter('records', size)
    return { uri: stored, size }
  },
})

function lineOf(value: Value): string {
  return `${encodeIon(value)}\n`
}
