import { defineTask, p, TaskError } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext } from '@batuta/plugin-sdk'
import { to as copyTo } from 'pg-copy-streams'
import { connectionProperties } from '../connection/connection-properties.ts'
import type { Session } from '../connection/open-session.ts'
import { withSession } from '../connection/with-session.ts'
import { copiedTable, copyProperties, renderCopyOptions } from '../copy/copy-properties.ts'
import { renderCopyTarget } from '../copy/copy-target.ts'
import { describeError } from '../describe-error.ts'
import { splitStatements } from '@batuta/sql-kit'

const properties = {
  ...connectionProperties,
  sql: p
    .string()
    .dynamic()
    .language('sql')
    .group('main')
    .title('The query whose rows are written, when there is no `table`.'),
  ...copyProperties,
}

const EXTENSIONS = { CSV: '.csv', TEXT: '.txt', BINARY: '.bin' } as const

export const copyOut = defineTask({
  type: 'io.kestra.plugin.jdbc.postgresql.CopyOut',
  title: 'Write a table or the result of a query to a file by COPY.',
  description: 'The fastest way out of PostgreSQL, into a file of text, CSV or binary; for files of rows see `Query`.',
  properties,
  outputs: [
    { name: 'uri', type: 'uri', description: 'The file.' },
    { name: 'rowCount', type: 'long', description: 'Number of rows written.' },
  ],
  metrics: [{ name: 'rows', type: 'counter', unit: 'rows', description: 'Number of rows written.' }],
  examples: [
    {
      title: 'Write the result of a query as CSV.',
      full: true,
      code: `id: export_csv
namespace: company.team
tasks:
  - id: export
    type: io.kestra.plugin.jdbc.postgresql.CopyOut
    url: jdbc:postgresql://localhost:5432/shop
    username: reader
    password: "{{ secret('POSTGRES_PASSWORD') }}"
    sql: select * from products where price > 10
    format: CSV
    header: true
`,
    },
  ],
  async run(ctx, props) {
    const target = await renderCopyTarget(ctx, props)
    const text = `copy ${await renderSource(props)} to stdout ${await renderCopyOptions(props)}`
    const extension = EXTENSIONS[await props.format.render()]
    const outputs = await withSession(ctx, { target }, session => writeFile(ctx, session, { text, extension }))
    ctx.metrics.counter('rows', outputs.rowCount)
    return { ...outputs }
  },
})

async function renderSource(props: LazyProperties<typeof properties>): Promise<string> {
  const sql = (await props.sql.render()) ?? ''
  const table = await props.table.render()
  if (sql.trim() === '') {
    if (table === undefined) throw new TaskError('one of the properties "sql" and "table" is required')
    return copiedTable({ table, columns: await props.columns.render() })
  }
  const [statement, ...more] = splitStatements(sql)
  if (statement === undefined || more.length > 0) {
    throw new TaskError(`property "sql" must be one statement, not ${statement === undefined ? 0 : more.length + 1}`)
  }
  // A comment at the end must not swallow the bracket.
  return `(${statement.text}\n)`
}

interface CopyFile {
  readonly text: string
  readonly extension: string
}

async function writeFile(
  ctx: RunContext,
  session: Session,
  { text, extension }: CopyFile,
): Promise<{ readonly uri: string; readonly rowCount: number }> {
  const source = session.client.query(copyTo(text))
  try {
    const uri = await ctx.files.put(source, { extension })
    return { uri, rowCount: source.rowCount }
  } catch (error) {
    throw describeError(error, { session, text })
  }
}
