// YAML from and to rows and JSON.
import { defineTask, encodeValue, p } from '@batuta/plugin-sdk'
import type { Property, RunContext, TaskOutputs } from '@batuta/plugin-sdk'
import { encodeText } from '../charset.ts'
import { fileOutputs, fromProperty, recordsMetric } from '../conversion.ts'
import { encodeIon, readIonBatches } from '../ion.ts'
import { readJson } from '../json/read-json.ts'
import { readYaml } from './read-yaml.ts'
import { listItem, yamlText } from './yaml-text.ts'

const charsetOf = (what: string): Property<string, 'present'> =>
  p.string().dynamic().default('UTF-8').group('processing').title(`Character set of the ${what}.`)

interface Storing {
  readonly charset: string
  readonly extension: string
}

/** Stores texts as they come; `null` parts are no record. */
async function store(
  ctx: RunContext,
  { charset, extension }: Storing,
  texts: (count: () => void) => AsyncGenerator<string>,
): Promise<TaskOutputs> {
  let size = 0
  const uri = await ctx.files.put(
    encodeText(
      texts(() => size++),
      charset,
    ),
    { extension },
  )
  ctx.metrics.counter('records', size)
  return { uri, size }
}

export const yamlToIon = defineTask({
  type: 'io.kestra.plugin.serdes.yaml.YamlToIon',
  title: 'Convert a YAML file into rows.',
  description:
    'The items of a list are rows; any other document is one row. Files with several documents are read one after the other.',
  properties: { from: fromProperty('YAML'), charset: charsetOf('file') },
  outputs: fileOutputs('The file of rows.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'Read a list.',
      full: true,
      code: `id: yaml_to_ion
namespace: company.team
inputs:
  - id: file
    type: FILE
tasks:
  - id: rows
    type: io.kestra.plugin.serdes.yaml.YamlToIon
    from: "{{ inputs.file }}"
`,
    },
  ],
  async run(ctx, props) {
    const uri = await props.from.render()
    const charset = await props.charset.render()
    return await store(ctx, { charset: 'UTF-8', extension: '.ion' }, async function* (count) {
      for await (const value of readYaml(ctx, { uri, charset, explodes: true })) {
        count()
        yield `${encodeIon(value)}\n`
      }
    })
  },
})

export const ionToYaml = defineTask({
  type: 'io.kestra.plugin.serdes.yaml.IonToYaml',
  title: 'Write rows as a YAML file.',
  description: 'The file is one list, and each row an item of it.',
  properties: { from: fromProperty('row'), charset: charsetOf('new file') },
  outputs: fileOutputs('The YAML file.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'The result of a query as YAML.',
      full: true,
      code: `id: query_to_yaml
namespace: company.team
tasks:
  - id: query
    type: io.kestra.plugin.jdbc.postgresql.Query
    url: jdbc:postgresql://localhost:5432/shop
    sql: select * from orders
    fetchType: STORE
  - id: yaml
    type: io.kestra.plugin.serdes.yaml.IonToYaml
    from: "{{ outputs.query.uri }}"
`,
    },
  ],
  async run(ctx, props) {
    const stream = await ctx.files.open(await props.from.render())
    const charset = await props.charset.render()
    return await store(ctx, { charset, extension: '.yaml' }, async function* (count) {
      for await (const rows of readIonBatches(stream)) {
        ctx.signal.throwIfAborted()
        for (const _ of rows) count()
        yield rows.map(row => listItem(row, '')).join('')
      }
    })
  },
})

export const jsonToYaml = defineTask({
  type: 'io.kestra.plugin.serdes.yaml.JsonToYaml',
  title: 'Convert a JSON file into YAML.',
  properties: {
    from: fromProperty('JSON'),
    charset: charsetOf('file and of the new one'),
    jsonl: p
      .boolean()
      .dynamic()
      .default(false)
      .group('advanced')
      .title('Whether the file has one value per line (JSON Lines); each becomes a document.'),
  },
  outputs: fileOutputs('The YAML file.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'What an API returned, as YAML.',
      full: true,
      code: `id: json_to_yaml
namespace: company.team
tasks:
  - id: download
    type: io.kestra.plugin.core.http.Download
    uri: https://example.com/settings.json
  - id: yaml
    type: io.kestra.plugin.serdes.yaml.JsonToYaml
    from: "{{ outputs.download.uri }}"
`,
    },
  ],
  async run(ctx, props) {
    const uri = await props.from.render()
    const charset = await props.charset.render()
    const isLines = await props.jsonl.render()
    return await store(ctx, { charset, extension: '.yaml' }, async function* (count) {
      let isFirst = true
      for await (const values of readJson(ctx, { uri, charset, explodes: false })) {
        for (const value of values) {
          count()
          yield `${isLines || !isFirst ? '---\n' : ''}${yamlText(value)}`
          isFirst = false
        }
      }
    })
  },
})

export const yamlToJson = defineTask({
  type: 'io.kestra.plugin.serdes.yaml.YamlToJson',
  title: 'Convert a YAML file into JSON.',
  properties: {
    from: fromProperty('YAML'),
    charset: charsetOf('file and of the new one'),
    jsonl: p
      .boolean()
      .dynamic()
      .default(false)
      .group('advanced')
      .title('Whether to write one value per line (JSON Lines): the items of a list, or the documents.'),
  },
  outputs: fileOutputs('The JSON file.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'Settings as JSON.',
      full: true,
      code: `id: yaml_to_json
namespace: company.team
inputs:
  - id: file
    type: FILE
tasks:
  - id: json
    type: io.kestra.plugin.serdes.yaml.YamlToJson
    from: "{{ inputs.file }}"
`,
    },
  ],
  async run(ctx, props) {
    const uri = await props.from.render()
    const charset = await props.charset.render()
    const isLines = await props.jsonl.render()
    return await store(ctx, { charset, extension: isLines ? '.jsonl' : '.json' }, async function* (count) {
      if (isLines) {
        for await (const value of readYaml(ctx, { uri, charset, explodes: true })) {
          count()
          yield `${encodeValue(value)}\n`
        }
        return
      }
      // One document is its value, several are a list.
      let first: string | undefined
      let isSeveral = false
      for await (const value of readYaml(ctx, { uri, charset, explodes: false })) {
        count()
        const text = encodeValue(value)
        if (first === undefined) first = text
        else {
          yield isSeveral ? `,${text}` : `[${first},${text}`
          isSeveral = true
        }
      }
      yield isSeveral ? ']' : (first ?? 'null')
    })
  },
})
