// TOON: JSON with fewer letters, as language models are given it.
import { TaskError, decodeValue, defineTask, fromPlain, p, toPlain, encodeValue } from '@batuta/plugin-sdk'
import { decodeText, encodeText } from '../charset.ts'
import { fileOutputs, fromProperty, recordsMetric } from '../conversion.ts'

const CHARS_MAX = 64 * 1024 * 1024

const charset = p.string().dynamic().default('UTF-8').group('processing').title('Character set of the files.')

async function textOf(stream: AsyncIterable<Uint8Array>, name: string): Promise<string> {
  let text = ''
  for await (const part of decodeText(stream, name)) {
    text += part
    if (text.length > CHARS_MAX)
      throw new TaskError(`the file is longer than ${CHARS_MAX} characters; such files are not for TOON`)
  }
  return text
}

async function* one(text: string): AsyncGenerator<string> {
  yield text
}

function sizeOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 1
}

export const jsonToToon = defineTask({
  type: 'io.kestra.plugin.serdes.json.JsonToToon',
  title: 'Convert a JSON file into TOON.',
  description: 'TOON says the same as JSON with about half of the tokens: lists of alike maps become tables.',
  properties: { from: fromProperty('JSON'), charset },
  outputs: fileOutputs('The TOON file.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'Make a file smaller before a model reads it.',
      full: true,
      code: `id: json_to_toon
namespace: company.team
tasks:
  - id: download
    type: io.kestra.plugin.core.http.Download
    uri: https://example.com/products.json
  - id: toon
    type: io.kestra.plugin.serdes.json.JsonToToon
    from: "{{ outputs.download.uri }}"
`,
    },
  ],
  async run(ctx, props) {
    const { encode } = await import('@toon-format/toon')
    const name = await props.charset.render()
    const text = await textOf(await ctx.files.open(await props.from.render()), name)
    let value: unknown
    try {
      value = toPlain(decodeValue(text))
    } catch (cause) {
      throw new TaskError('the file is no JSON', { cause })
    }
    const uri = await ctx.files.put(encodeText(one(encode(value)), name), { extension: '.toon' })
    const size = sizeOf(value)
    ctx.metrics.counter('records', size)
    return { uri, size }
  },
})

export const toonToJson = defineTask({
  type: 'io.kestra.plugin.serdes.json.ToonToJson',
  title: 'Convert a TOON file into JSON.',
  properties: { from: fromProperty('TOON'), charset },
  outputs: fileOutputs('The JSON file.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'Read what a model answered.',
      full: true,
      code: `id: toon_to_json
namespace: company.team
inputs:
  - id: file
    type: FILE
tasks:
  - id: json
    type: io.kestra.plugin.serdes.json.ToonToJson
    from: "{{ inputs.file }}"
`,
    },
  ],
  async run(ctx, props) {
    const { decode } = await import('@toon-format/toon')
    const name = await props.charset.render()
    const text = await textOf(await ctx.files.open(await props.from.render()), name)
    let value: unknown
    try {
      value = decode(text)
    } catch (cause) {
      throw new TaskError('the file is no TOON', { cause })
    }
    const uri = await ctx.files.put(encodeText(one(encodeValue(fromPlain(value))), name), { extension: '.json' })
    const size = sizeOf(value)
    ctx.metrics.counter('records', size)
    return { uri, size }
  },
})
