import { defineTask, p } from '@batuta/plugin-sdk'
import { connectionProperties, poolProperties, renderTarget } from '../connection/connection-properties.ts'
import { withSession } from '../connection/with-session.ts'
import { runOneStatement } from './one-statement.ts'
import {
  fetchMetric,
  fetchOutputs,
  fetchProperties,
  renderFetching,
  sqlProperties,
  warnOfOutputFiles,
} from './fetch-properties.ts'

export const query = defineTask({
  type: 'io.kestra.plugin.jdbc.postgresql.Query',
  title: 'Run one SQL statement on PostgreSQL.',
  description:
    'With `afterSQL` both statements are one transaction. For several statements there is `Queries`, for rows of a file `Batch`.',
  properties: {
    ...connectionProperties,
    ...poolProperties,
    sql: p.string().dynamic().required().language('sql').group('processing').title('The statement.'),
    ...fetchProperties,
    ...sqlProperties,
  },
  outputs: fetchOutputs,
  metrics: [fetchMetric],
  examples: [
    {
      title: 'Read orders of a day and save them as a CSV file.',
      full: true,
      code: `id: daily_orders
namespace: company.team
inputs:
  - id: day
    type: DATE
tasks:
  - id: extract
    type: io.kestra.plugin.jdbc.postgresql.Query
    url: jdbc:postgresql://localhost:5432/shop
    username: reader
    password: "{{ secret('POSTGRES_PASSWORD') }}"
    sql: select * from orders where ordered_on = :day
    parameters:
      day: "{{ inputs.day }}"
    fetchType: STORE
  - id: csv
    type: io.kestra.plugin.serdes.csv.IonToCsv
    from: "{{ outputs.extract.uri }}"
`,
    },
    {
      title: 'Take rows and mark them as taken, or neither.',
      code: `url: jdbc:postgresql://localhost:5432/shop
sql: select * from jobs where taken is null for update
afterSQL: update jobs set taken = now() where taken is null
fetchType: FETCH`,
    },
  ],
  async run(ctx, props) {
    const target = await renderTarget(ctx, props)
    const sql = await props.sql.render()
    const afterSql = await props.afterSQL.render()
    const fetching = await renderFetching(props)
    await warnOfOutputFiles(ctx, props)
    const pool = (await props.connectionPooling.render()) ? { poolSize: await props.connectionPoolSize.render() } : {}
    const outputs = await withSession(ctx, { target, ...pool }, session =>
      runOneStatement(ctx, session, { sql, afterSql, fetching }),
    )
    if (fetching.fetchType === 'NONE') return {}
    ctx.metrics.counter('fetch.size', outputs.size)
    return { ...outputs }
  },
})
