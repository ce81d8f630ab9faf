import { definePollingTrigger, p, TaskError } from '@batuta/plugin-sdk'
import { connectionProperties, poolProperties, renderTarget } from '../connection/connection-properties.ts'
import { withSession } from '../connection/with-session.ts'
import { fetchMetric, fetchOutputs, fetchProperties, renderFetching, sqlProperties } from './fetch-properties.ts'
import { runOneStatement } from './one-statement.ts'

export const trigger = definePollingTrigger({
  type: 'io.kestra.plugin.jdbc.postgresql.Trigger',
  title: 'Start the flow when a query on PostgreSQL gives rows.',
  description:
    'The query is asked in every interval, and starts one execution with all its rows. With `afterSQL` the rows can be marked, in the ' +
    'same transaction, so that the next time they are not found again.',
  properties: {
    interval: p.duration().default('PT1M').title('Time between two questions.'),
    ...connectionProperties,
    ...poolProperties,
    sql: p.string().dynamic().required().language('sql').group('processing').title('The query.'),
    ...fetchProperties,
    fetchType: fetchProperties.fetchType.default('FETCH'),
    afterSQL: sqlProperties.afterSQL,
  },
  outputs: fetchOutputs,
  metrics: [fetchMetric],
  examples: [
    {
      title: 'Work on new orders, each once.',
      full: true,
      code: `id: new_orders
namespace: company.team
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ trigger.rows }}"
    tasks:
      - id: log
        type: io.kestra.plugin.core.log.Log
        message: "{{ taskrun.value }}"
triggers:
  - id: watch
    type: io.kestra.plugin.jdbc.postgresql.Trigger
    interval: PT5M
    url: jdbc:postgresql://localhost:5432/shop
    username: reader
    password: "{{ secret('POSTGRES_PASSWORD') }}"
    sql: select * from orders where not seen for update
    afterSQL: update orders set seen = true where not seen
    fetchType: FETCH
`,
    },
  ],
  async evaluate(ctx, props) {
    const target = await renderTarget(ctx, props)
    const sql = await props.sql.render()
    const afterSql = await props.afterSQL.render()
    const fetching = await renderFetching(props)
    if (fetching.fetchType === 'NONE') {
      throw new TaskError('property "fetchType" must be STORE, FETCH or FETCH_ONE: NONE leaves nothing to start with')
    }
    const pool = (await props.connectionPooling.render()) ? { poolSize: await props.connectionPoolSize.render() } : {}
    const outputs = await withSession(ctx, { target, ...pool }, session =>
      runOneStatement(ctx, session, { sql, afterSql, fetching }),
    )
    ctx.metrics.counter('fetch.size', outputs.size)
    return outputs.size === 0 ? undefined : { ...outputs }
  },
})
