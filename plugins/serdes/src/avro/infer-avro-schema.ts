import { defineTask, p } from '@batuta/plugin-sdk'
import { fromProperty } from '../conversion.ts'
import { openTypedRows } from './typed-rows.ts'

export const inferAvroSchemaFromIon = defineTask({
  type: 'io.kestra.plugin.serdes.avro.InferAvroSchemaFromIon',
  title: 'Say the Avro schema that rows agree on.',
  description: 'Every field may be null; numbers widen, and what has nothing in common is a text.',
  properties: {
    from: fromProperty('row'),
    numberOfRowsToScan: p.integer().dynamic().default(100).group('destination').title('How many rows are looked at.'),
  },
  outputs: [{ name: 'uri', type: 'uri', description: 'The schema, as JSON.' }],
  examples: [
    {
      title: 'The schema of what a query gave.',
      full: true,
      code: `id: infer_schema
namespace: company.team
tasks:
  - id: query
    type: io.kestra.plugin.jdbc.postgresql.Query
    url: jdbc:postgresql://localhost:5432/shop
    sql: select * from orders
    fetchType: STORE
  - id: schema
    type: io.kestra.plugin.serdes.avro.InferAvroSchemaFromIon
    from: "{{ outputs.query.uri }}"
    numberOfRowsToScan: 1000
`,
    },
  ],
  async run(ctx, props) {
    const from = await props.from.render()
    const numberOfRowsToScan = await props.numberOfRowsToScan.render()
    const { schema, batches } = await openTypedRows(ctx, { from, schema: undefined, numberOfRowsToScan })
    const iterator = batches[Symbol.asyncIterator]()
    await iterator.return?.()
    return { uri: await ctx.files.put(schema, { extension: '.avsc' }) }
  },
})
