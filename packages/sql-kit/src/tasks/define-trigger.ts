import { definePollingTrigger, p, TaskError } from '@batuta/plugin-sdk'
import type { LazyProperties, PollingTriggerDefinition, Shape } from '@batuta/plugin-sdk'
import type { Database } from '../connection/connection.ts'
import { assume } from '../std/assume.ts'
import {
  afterSqlProperty,
  fetchMetric,
  fetchOutputs,
  fetchProperties,
  outputFilesProperty,
  renderFetching,
} from './fetch-properties.ts'
import { lookForRows } from './look-for-rows.ts'
import { aliasesOf, exampleConnection } from './type-text.ts'

const properties = {
  interval: p.duration().default('PT1M').title('Time between two questions.'),
  sql: p.string().dynamic().required().language('sql').group('processing').title('The query.'),
  ...fetchProperties,
  fetchType: fetchProperties.fetchType.default('FETCH'),
  afterSQL: afterSqlProperty,
}

/** The trigger that starts an execution when a query gives rows. */
export function defineTrigger<S extends Shape>(database: Database<S>): PollingTriggerDefinition {
  const { title, prefix, syntax, hasTaskFiles } = database
  const files = { outputFiles: outputFilesProperty.title('Files that the database writes for the query.') }
  return definePollingTrigger<Shape>({
    type: `${prefix}.Trigger`,
    ...aliasesOf(database, 'Trigger'),
    title: `Start the flow when a query on ${title} gives rows.`,
    description:
      'The query is asked in every interval, and starts one execution with all its rows. With `afterSQL` the rows can be marked, in the ' +
      'same transaction, so that the next time they are not found again. It is committed when the execution is there; rows that were given and ' +
      'not marked, because a server died in between, are told by their content: let the query select a key.',
    properties: {
      ...database.properties,
      ...database.ownProperties?.Trigger,
      ...properties,
      ...(hasTaskFiles === true ? files : {}),
    },
    outputs: [...fetchOutputs, ...(database.moreOutputs ?? [])],
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
    type: ${prefix}.Trigger
    interval: PT5M
${exampleConnection(database, 4)}
    sql: select * from orders where seen = 0
    afterSQL: update orders set seen = 1 where seen = 0
    fetchType: FETCH
`,
      },
    ],
    async evaluate(ctx, all, mark, emit) {
      const props = assume<LazyProperties<typeof properties>>(all)
      const door = await database.open(ctx, assume<LazyProperties<S>>(all), { kind: 'Trigger', own: all })
      const sql = await props.sql.render(door.scope)
      const afterSql = await props.afterSQL.render(door.scope)
      const fetching = await renderFetching(props)
      if (fetching.fetchType === 'NONE') {
        throw new TaskError('property "fetchType" must be STORE, FETCH or FETCH_ONE: NONE leaves nothing to start with')
      }
      const one = { sql, afterSql, takesSeveral: door.takesSeveral === true, queries: `${prefix}.Queries` }
      const search = { mark, emit, after: async () => (await door.after?.()) ?? {} }
      return await door.use(connection => lookForRows(ctx, one, { run: { connection, syntax, fetching }, search }))
    },
  })
}
