import { defineTask, p, TaskError } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'
import { connectionProperties, poolProperties, renderTarget } from '../connection/connection-properties.ts'
import type { Session } from '../connection/open-session.ts'
import { inTransaction, withSession } from '../connection/with-session.ts'
import { runStatement } from '../run-statement.ts'
import type { FetchedOutputs, Fetching } from '../run-statement.ts'
import { splitStatements } from '../sql/split-statements.ts'
import { fetchMetric, fetchProperties, renderFetching, sqlProperties, warnOfOutputFiles } from './fetch-properties.ts'

export const queries = defineTask({
  type: 'io.kestra.plugin.jdbc.postgresql.Queries',
  title: 'Run several SQL statements on PostgreSQL.',
  description:
    'The statements are parted by semicolons and run one after the other. By default they are one transaction: all of them or none.',
  properties: {
    ...connectionProperties,
    ...poolProperties,
    sql: p.string().dynamic().required().language('sql').group('processing').title('The statements.'),
    transaction: p
      .boolean()
      .dynamic()
      .default(true)
      .group('advanced')
      .title('Whether the statements are one transaction; if false, each is one of its own.'),
    ...fetchProperties,
    ...sqlProperties,
  },
  outputs: [
    {
      name: 'outputs',
      type: 'Output[]',
      description: 'For each statement that gives rows, in order: `row`, `rows` or `uri`, and `size`.',
    },
  ],
  metrics: [fetchMetric],
  examples: [
    {
      title: 'Fill a table and read it.',
      full: true,
      code: `id: postgres_queries
namespace: company.team
tasks:
  - id: products
    type: io.kestra.plugin.jdbc.postgresql.Queries
    url: jdbc:postgresql://localhost:5432/shop
    username: writer
    password: "{{ secret('POSTGRES_PASSWORD') }}"
    sql: |
      create table if not exists products (id int primary key, name text);
      insert into products values (1, 'chair') on conflict do nothing;
      select * from products;
    fetchType: FETCH
  - id: log
    type: io.kestra.plugin.core.log.Log
    message: "{{ outputs.products.outputs[0].rows }}"
`,
    },
  ],
  async run(ctx, props) {
    const target = await renderTarget(ctx, props)
    const sql = await props.sql.render()
    const afterSql = (await props.afterSQL.render()) ?? ''
    const fetching = await renderFetching(props)
    const isOneTransaction = await props.transaction.render()
    await warnOfOutputFiles(ctx, props)
    const texts = [...splitStatements(sql), ...splitStatements(afterSql)].map(statement => statement.text)
    if (texts.length === 0) throw new TaskError('property "sql" holds no statement after its templates are rendered')
    const pool = (await props.connectionPooling.render()) ? { poolSize: await props.connectionPoolSize.render() } : {}
    const outputs = await withSession(ctx, { target, ...pool }, session => {
      const work = (): Promise<FetchedOutputs[]> => runAll(ctx, session, { texts, fetching })
      return isOneTransaction ? inTransaction(session, work) : work()
    })
    ctx.metrics.counter(
      'fetch.size',
      outputs.reduce((sum, output) => sum + output.size, 0),
    )
    return { outputs }
  },
})

interface Statements {
  readonly texts: readonly string[]
  readonly fetching: Fetching
}

async function runAll(ctx: RunContext, session: Session, { texts, fetching }: Statements): Promise<FetchedOutputs[]> {
  const all: FetchedOutputs[] = []
  for (const [index, text] of texts.entries()) {
    ctx.signal.throwIfAborted()
    const { hasResult, outputs } = await atStatement(index, texts.length, runStatement(ctx, session, text, fetching))
    if (hasResult && fetching.fetchType !== 'NONE') all.push(outputs)
  }
  return all
}

async function atStatement<T>(index: number, count: number, run: Promise<T>): Promise<T> {
  try {
    return await run
  } catch (cause) {
    if (!(cause instanceof TaskError)) throw cause
    throw new TaskError(`statement ${index + 1} of ${count}: ${cause.message}`)
  }
}
