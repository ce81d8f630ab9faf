import { defineTask, p } from '@batuta/plugin-sdk'
import type { LazyProperties, Shape, TaskDefinition } from '@batuta/plugin-sdk'
import type { Database } from '../connection/connection.ts'
import { assume } from '../std/assume.ts'
import {
  afterSqlProperty,
  autoCommitProperty,
  fetchMetric,
  fetchOutputs,
  fetchProperties,
  outputFilesProperty,
  renderFetching,
  warnOfOutputFiles,
} from './fetch-properties.ts'
import { runOneStatement } from './run-statement.ts'
import { aliasesOf, exampleConnection } from './type-text.ts'

const properties = {
  sql: p.string().dynamic().required().language('sql').group('processing').title('The statement.'),
  ...fetchProperties,
  afterSQL: afterSqlProperty,
  outputFiles: outputFilesProperty.title('Files that the database writes for the task, where it does.'),
  autoCommit: autoCommitProperty,
}

/** The task that runs one statement. */
export function defineQuery<S extends Shape>(database: Database<S>): TaskDefinition {
  const { title, prefix, syntax } = database
  return defineTask<Shape>({
    type: `${prefix}.Query`,
    ...aliasesOf(database, 'Query'),
    title: `Run one SQL statement on ${title}.`,
    description: 'With `afterSQL` both statements are one transaction. For several statements there is `Queries`.',
    properties: { ...database.properties, ...database.ownProperties?.Query, ...properties },
    outputs: [...fetchOutputs, ...(database.moreOutputs ?? [])],
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
    type: ${prefix}.Query
${exampleConnection(database, 4)}
    sql: select * from orders where ordered_on = :day
    parameters:
      day: "{{ inputs.day }}"
    fetchType: STORE
  - id: csv
    type: io.kestra.plugin.serdes.csv.IonToCsv
    from: "{{ outputs.extract.uri }}"
`,
      },
    ],
    async run(ctx, all) {
      const props = assume<LazyProperties<typeof properties>>(all)
      const door = await database.open(ctx, assume<LazyProperties<S>>(all), { kind: 'Query', own: all })
      const sql = await props.sql.render(door.scope)
      const afterSql = await props.afterSQL.render(door.scope)
      const fetching = await renderFetching(props)
      if (database.hasTaskFiles !== true) await warnOfOutputFiles(ctx, title, props)
      const one = { sql, afterSql, takesSeveral: door.takesSeveral === true, queries: `${prefix}.Queries` }
      const outputs = await door.use(connection => runOneStatement(ctx, one, { connection, syntax, fetching }))
      const more = await door.after?.()
      if (fetching.fetchType === 'NONE') return { ...more }
      ctx.metrics.counter('fetch.size', outputs.size)
      return { ...outputs, ...more }
    },
  })
}
