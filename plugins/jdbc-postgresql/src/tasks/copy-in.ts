import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { defineTask, p } from '@batuta/plugin-sdk'
import { from as copyFrom } from 'pg-copy-streams'
import { connectionProperties } from '../connection/connection-properties.ts'
import { withSession } from '../connection/with-session.ts'
import { copiedTable, copyProperties, renderCopyOptions } from '../copy/copy-properties.ts'
import { renderCopyTarget } from '../copy/copy-target.ts'
import { describeError } from '../describe-error.ts'

export const copyIn = defineTask({
  type: 'io.kestra.plugin.jdbc.postgresql.CopyIn',
  title: 'Load a file into a table by COPY.',
  description:
    'The fastest way into PostgreSQL. The file must have a format of COPY: text, CSV or binary; for files of rows see `Batch`.',
  properties: {
    ...connectionProperties,
    from: p.string().dynamic().required().storageUri().group('main').title('URI of the file.'),
    ...copyProperties,
  },
  outputs: [{ name: 'rowCount', type: 'long', description: 'Number of rows loaded.' }],
  metrics: [{ name: 'rows', type: 'counter', unit: 'rows', description: 'Number of rows loaded.' }],
  examples: [
    {
      title: 'Load a CSV file.',
      full: true,
      code: `id: load_csv
namespace: company.team
tasks:
  - id: download
    type: io.kestra.plugin.core.http.Download
    uri: https://example.com/products.csv
  - id: load
    type: io.kestra.plugin.jdbc.postgresql.CopyIn
    url: jdbc:postgresql://localhost:5432/shop
    username: writer
    password: "{{ secret('POSTGRES_PASSWORD') }}"
    from: "{{ outputs.download.uri }}"
    table: products
    format: CSV
    header: true
    delimiter: ";"
`,
    },
  ],
  async run(ctx, props) {
    const target = await renderCopyTarget(ctx, props)
    const table = copiedTable({ table: await props.table.render(), columns: await props.columns.render() })
    const text = `copy ${table} from stdin ${await renderCopyOptions(props)}`
    const uri = await props.from.render()
    const rowCount = await withSession(ctx, { target }, async session => {
      const source = await ctx.files.open(uri)
      const sink = session.client.query(copyFrom(text))
      try {
        await pipeline(Readable.from(source, { objectMode: false }), sink, { signal: ctx.signal })
        return sink.rowCount
      } catch (error) {
        throw describeError(error, { session, text })
      }
    })
    ctx.metrics.counter('rows', rowCount)
    return { rowCount }
  },
})
