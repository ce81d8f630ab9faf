import { defineTask, encodeValue, p } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { encodeText } from '../charset.ts'
import { fileOutputs, fromProperty, recordsMetric } from '../conversion.ts'
import { readJson } from './read-json.ts'

export const jsonToJsonl = defineTask({
  type: 'io.kestra.plugin.serdes.json.JsonToJsonl',
  title: 'Convert a JSON file into JSON Lines.',
  description: 'The items of an array, or the values of a file that has several, are written one per line.',
  properties: {
    from: fromProperty('JSON'),
    charset: p.string().dynamic().default('UTF-8').group('processing').title('Character set of both files.'),
  },
  outputs: fileOutputs('The file of JSON Lines.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'One line per item of an array.',
      full: true,
      code: `id: json_to_jsonl
namespace: company.team
tasks:
  - id: download
    type: io.kestra.plugin.core.http.Download
    uri: https://example.com/products.json
  - id: lines
    type: io.kestra.plugin.serdes.json.JsonToJsonl
    from: "{{ outputs.download.uri }}"
`,
    },
  ],
  async run(ctx, props) {
    const uri = await props.from.render()
    const charset = await props.charset.render()
    let size = 0
    const lines = async function* (): AsyncGenerator<string> {
      for await (const values of readJson(ctx, { uri, charset, explodes: true })) {
        size += values.length
        if (values.length > 0) yield values.map(lineOf).join('')
      }
    }
    const stored = await ctx.files.put(encodeText(lines(), charset), { extension: '.jsonl' })
    ctx.metrics.counter('records', size)
    return { uri: stored, size }
  },
})

function lineOf(value: Value): string {
  return `${encodeValue(value)}\n`
}
