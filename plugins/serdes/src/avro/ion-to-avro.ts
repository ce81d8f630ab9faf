import { defineTask, renderAll } from '@batuta/plugin-sdk'
import { fileOutputs, fromProperty, recordsMetric } from '../conversion.ts'
import { AvroFileWriter } from './avro-file.ts'
import { parseAvroSchema } from './avro-schema.ts'
import { badLines, conformProperties } from './conform-properties.ts'
import { Conformer } from './conform.ts'
import { openTypedRows } from './typed-rows.ts'

export const ionToAvro = defineTask({
  type: 'io.kestra.plugin.serdes.avro.IonToAvro',
  aliases: ['io.kestra.plugin.serdes.avro.AvroWriter'],
  title: 'Write rows as an Avro file.',
  description: 'Numbers and moments are never rounded: what does not fit the schema makes the row a bad one.',
  properties: { from: fromProperty('row'), ...conformProperties },
  outputs: fileOutputs('The Avro file.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'Turn a CSV file into Avro.',
      full: true,
      code: `id: csv_to_avro
namespace: company.team
tasks:
  - id: download
    type: io.kestra.plugin.core.http.Download
    uri: https://example.com/orders.csv
  - id: rows
    type: io.kestra.plugin.serdes.csv.CsvToIon
    from: "{{ outputs.download.uri }}"
  - id: avro
    type: io.kestra.plugin.serdes.avro.IonToAvro
    from: "{{ outputs.rows.uri }}"
    schema: |
      {
        "type": "record",
        "name": "Order",
        "fields": [
          {"name": "order_id", "type": "long"},
          {"name": "total", "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}},
          {"name": "note", "type": ["null", "string"]}
        ]
      }
`,
    },
  ],
  async run(ctx, props) {
    const options = await renderAll(props)
    const { schema, batches } = await openTypedRows(ctx, options)
    const type = parseAvroSchema(schema)
    const conformer = new Conformer(options)
    const bad = badLines(options.onBadLines, ctx.logger)
    const writer = new AvroFileWriter(type)
    let size = 0
    let row = 0
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      yield writer.header(schema)
      for await (const batch of batches) {
        ctx.signal.throwIfAborted()
        for (const value of batch) {
          row++
          try {
            writer.add(conformer.conform(type, value))
            size++
          } catch (error) {
            bad.refuse(row, error)
          }
          const block = writer.takeBlock()
          if (block !== undefined) yield block
        }
      }
      const last = writer.takeBlock(true)
      if (last !== undefined) yield last
    }
    const uri = await ctx.files.put(bytes(), { extension: '.avro' })
    bad.end()
    ctx.metrics.counter('records', size)
    return { uri, size }
  },
})
