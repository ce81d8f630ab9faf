import { defineTask } from '@batuta/plugin-sdk'
import { fileOutputs, fromProperty, recordsMetric } from '../conversion.ts'
import { encodeIon } from '../ion.ts'
import { readAvroFile } from './avro-file.ts'
import { badLines, onBadLines } from './conform-properties.ts'

export const avroToIon = defineTask({
  type: 'io.kestra.plugin.serdes.avro.AvroToIon',
  aliases: ['io.kestra.plugin.serdes.avro.AvroReader'],
  title: 'Convert an Avro file into rows.',
  description:
    'Files of any size are read block by block. Decimals stay exact, dates and moments become dates and moments.',
  properties: { from: fromProperty('Avro'), onBadLines },
  outputs: fileOutputs('The file of rows.'),
  metrics: [recordsMetric],
  examples: [
    {
      title: 'Read an Avro file.',
      full: true,
      code: `id: avro_to_ion
namespace: company.team
inputs:
  - id: file
    type: FILE
tasks:
  - id: rows
    type: io.kestra.plugin.serdes.avro.AvroToIon
    from: "{{ inputs.file }}"
`,
    },
  ],
  async run(ctx, props) {
    const bad = badLines(await props.onBadLines.render(), ctx.logger)
    const stream = await ctx.files.open(await props.from.render())
    let size = 0
    let row = 0
    const lines = async function* (): AsyncGenerator<string> {
      for await (const values of readAvroFile(stream)) {
        ctx.signal.throwIfAborted()
        let text = ''
        for (const value of values) {
          row++
          try {
            text += `${encodeIon(value)}\n`
            size++
          } catch (error) {
            bad.refuse(row, error)
          }
        }
        yield text
      }
    }
    const uri = await ctx.files.put(lines(), { extension: '.ion' })
    bad.end()
    ctx.metrics.counter('records', size)
    return { uri, size }
  },
})
