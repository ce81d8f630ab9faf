import { defineTask, p, TaskError } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext, Shape, TaskDefinition } from '@batuta/plugin-sdk'
import { insertRows } from '../batch/insert-rows.ts'
import type { Inserted, Insertion } from '../batch/insert-rows.ts'
import { InputBroke, openInput } from '../batch/open-input.ts'
import { pause } from '../batch/pause.ts'
import type { Database, Door } from '../connection/connection.ts'
import { isTransient } from '../connection/describe-failure.ts'
import { assume } from '../std/assume.ts'
import type { SqlSyntax } from '../syntax/sql-syntax.ts'
import { getZone } from '../values/moments.ts'
import { timeZoneProperty } from './fetch-properties.ts'
import { aliasesOf, exampleConnection } from './type-text.ts'

const properties = {
  timeZoneId: timeZoneProperty,
  from: p.string().dynamic().required().storageUri().group('main').title('URI of the file of rows.'),
  sql: p
    .string()
    .dynamic()
    .language('sql')
    .group('processing')
    .title('The statement to run for each row, with `?` for each value.')
    .describe('For instance `insert into t (id, name) values (?, ?)`. A question mark of SQL itself is written `??`.'),
  table: p.string().dynamic().group('processing').title('The table to insert into, when there is no `sql`.'),
  columns: p
    .list(p.string())
    .dynamic()
    .group('processing')
    .title('Which values of a row are meant, in the order of the `?`, or which columns of the table are filled.')
    .describe('By default all of the row in its own order, or all columns of the table. What a row lacks is null.'),
  chunk: p.integer().dynamic().default(1000).group('main').title('Rows sent at a time.'),
  maxRetries: p.integer().dynamic().default(3).group('execution').title('How often to try again.'),
  retryBackoff: p.duration().dynamic().default('PT1S').group('advanced').title('How long to wait before each retry.'),
  retryScope: p
    .enum('NONE', 'INPUT', 'ALL')
    .dynamic()
    .default('INPUT')
    .group('advanced')
    .title('What is tried again: nothing, reading the file, or also what the database may do better next time.'),
  resumeOnRetry: p
    .boolean()
    .dynamic()
    .default(true)
    .group('advanced')
    .title('Whether a retry of reading goes on behind the rows that are inserted already; if false, all starts over.'),
  inputHandling: p
    .enum('AUTO', 'STREAM', 'LOCAL')
    .dynamic()
    .default('AUTO')
    .group('advanced')
    .title('Whether the file is copied to the worker before it is read.')
    .describe('AUTO copies files up to `localBufferMaxBytes`, LOCAL all of them.'),
  localBufferMaxBytes: p
    .integer()
    .dynamic()
    .default(100 * 1024 * 1024)
    .group('advanced')
    .title('Largest file that AUTO copies.'),
}

/** The task that runs a statement for each row of a file. `name` is Batch on most databases. */
export function defineBatch<S extends Shape>(database: Database<S>, name = 'Batch'): TaskDefinition {
  const { title, prefix, syntax } = database
  return defineTask<Shape>({
    type: `${prefix}.${name}`,
    ...aliasesOf(database, name),
    title: `Run a statement for each row of a file, or insert the rows into a table, on ${title}.`,
    description: 'All rows are one transaction, where the database has such: all of them or none.',
    properties: { ...database.properties, ...database.ownProperties?.Batch, ...properties },
    outputs: [
      { name: 'rowCount', type: 'long', description: 'Number of rows read.' },
      { name: 'updatedCount', type: 'int', description: 'Number of rows that the database changed.' },
    ],
    metrics: [
      { name: 'records', type: 'counter', unit: 'records', description: 'Number of rows read.' },
      { name: 'updated', type: 'counter', unit: 'records', description: 'Number of rows that the database changed.' },
      { name: 'query', type: 'counter', unit: 'queries', description: 'Number of chunks sent.' },
    ],
    examples: [
      {
        title: 'Load the rows of a CSV file into a table.',
        full: true,
        code: `id: load_rows
namespace: company.team
tasks:
  - id: download
    type: io.kestra.plugin.core.http.Download
    uri: https://example.com/products.csv
  - id: rows
    type: io.kestra.plugin.serdes.csv.CsvToIon
    from: "{{ outputs.download.uri }}"
  - id: insert
    type: ${prefix}.${name}
${exampleConnection(database, 4)}
    from: "{{ outputs.rows.uri }}"
    table: products
`,
      },
      {
        title: 'Say which values go where.',
        code: `${exampleConnection(database, 0)}
from: "{{ outputs.rows.uri }}"
sql: insert into products (id, name) values (?, ?)
columns: [id, name]`,
      },
    ],
    async run(ctx, all) {
      const door = await database.open(ctx, assume<LazyProperties<S>>(all), { kind: 'Batch', own: all })
      const inserted = await runWithRetries(ctx, assume<Properties>(all), { door, syntax })
      ctx.metrics.counter('records', inserted.rows)
      ctx.metrics.counter('updated', inserted.updated)
      ctx.metrics.counter('query', inserted.chunks)
      return { rowCount: inserted.rows, updatedCount: inserted.updated, ...(await door.after?.()) }
    },
  })
}

type Properties = LazyProperties<typeof properties>

async function renderInsertion(props: Properties): Promise<Omit<Insertion, 'rows'>> {
  const sql = await props.sql.render()
  const table = await props.table.render()
  const columns = await props.columns.render()
  if ((sql ?? '').trim() === '' && (table ?? '').trim() === '') {
    throw new TaskError('one of the properties "sql" and "table" is required')
  }
  return {
    ...(sql === undefined || sql.trim() === '' ? {} : { sql }),
    ...(table === undefined ? {} : { table }),
    ...(columns === undefined || columns.length === 0 ? {} : { columns }),
    chunk: Math.max(1, await props.chunk.render()),
    zone: getZone(await props.timeZoneId.render()),
  }
}

/** Each try is a transaction of its own; the reader of the input goes on by itself where it broke, as far as it may. */
async function runWithRetries(
  ctx: RunContext,
  props: Properties,
  { door, syntax }: { readonly door: Door; readonly syntax: SqlSyntax },
): Promise<Inserted> {
  const insertion = await renderInsertion(props)
  const scope = await props.retryScope.render()
  const retriesMax = scope === 'NONE' ? 0 : await props.maxRetries.render()
  const backoffMs = await props.retryBackoff.render()
  const resumes = await props.resumeOnRetry.render()
  const input = {
    uri: await props.from.render(),
    handling: await props.inputHandling.render(),
    bufferMaxBytes: await props.localBufferMaxBytes.render(),
    retriesMax: resumes ? retriesMax : 0,
    backoffMs,
  }
  for (let retry = 0; ; retry++) {
    try {
      return await door.use(connection =>
        insertRows(ctx, { connection, syntax }, { ...insertion, rows: openInput(ctx, input) }),
      )
    } catch (error) {
      const isInput = error instanceof InputBroke
      const isAgain = isInput ? !resumes : scope === 'ALL' && isTransient(error)
      if (!isAgain || retry >= retriesMax) throw error
      ctx.logger.warn(`${error instanceof Error ? error.message : String(error)}; retry ${retry + 1} of ${retriesMax}`)
      await pause(backoffMs, ctx.signal)
    }
  }
}
