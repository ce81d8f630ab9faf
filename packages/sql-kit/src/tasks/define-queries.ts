import { defineTask, p, TaskError } from '@batuta/plugin-sdk'
import type { LazyProperties, Shape, TaskDefinition } from '@batuta/plugin-sdk'
import type { Database } from '../connection/connection.ts'
import { assume } from '../std/assume.ts'
import { splitStatements } from '../syntax/split-statements.ts'
import {
  afterSqlProperty,
  autoCommitProperty,
  fetchMetric,
  fetchProperties,
  outputFilesProperty,
  renderFetching,
  warnOfOutputFiles,
} from './fetch-properties.ts'
import { runAll } from './run-statement.ts'
import type { FetchedOutputs } from './take-rows.ts'
import { aliasesOf, exampleConnection } from './type-text.ts'

const properties = {
  sql: p.string().dynamic().required().language('sql').group('processing').title('The statements.'),
  transaction: p
    .boolean()
    .dynamic()
    .default(true)
    .group('advanced')
    .title('Whether the statements are one transaction; if false, each is one of its own.'),
  ...fetchProperties,
  afterSQL: afterSqlProperty,
  outputFiles: outputFilesProperty.title('Files that the database writes for the task, where it does.'),
  autoCommit: autoCommitProperty,
}

/** The task that runs several statements. */
export function defineQueries<S extends Shape>(database: Database<S>): TaskDefinition {
  const { title, prefix, syntax } = database
  return defineTask<Shape>({
    type: `${prefix}.Queries`,
    ...aliasesOf(database, 'Queries'),
    title: `Run several SQL statements on ${title}.`,
    description:
      'The statements are parted by semicolons and run one after the other. By default they are one transaction: all of them or none.',
    properties: { ...database.properties, ...database.ownProperties?.Queries, ...properties },
    outputs: [
      {
        name: 'outputs',
        type: 'Output[]',
        description: 'For each statement that gives rows, in order: `row`, `rows` or `uri`, and `size`.',
      },
      ...(database.moreOutputs ?? []),
    ],
    metrics: [fetchMetric],
    examples: [
      {
        title: 'Fill a table and read it.',
        full: true,
        code: `id: fill_and_read
namespace: company.team
tasks:
  - id: products
    type: ${prefix}.Queries
${exampleConnection(database, 4)}
    sql: |
      create table products (id int, name varchar(20));
      insert into products values (1, 'chair');
      select * from products;
    fetchType: FETCH
  - id: log
    type: io.kestra.plugin.core.log.Log
    message: "{{ outputs.products.outputs[0].rows }}"
`,
      },
    ],
    async run(ctx, all) {
      const props = assume<LazyProperties<typeof properties>>(all)
      const door = await database.open(ctx, assume<LazyProperties<S>>(all), { kind: 'Queries', own: all })
      const sql = await props.sql.render(door.scope)
      const afterSql = (await props.afterSQL.render(door.scope)) ?? ''
      const fetching = await renderFetching(props)
      const isOneTransaction = await props.transaction.render()
      if (database.hasTaskFiles !== true) await warnOfOutputFiles(ctx, title, props)
      const texts = [...splitStatements(sql, syntax), ...splitStatements(afterSql, syntax)].map(({ text }) => text)
      if (texts.length === 0) throw new TaskError('property "sql" holds no statement after its templates are rendered')
      const outputs = await door.use(connection => {
        const work = (): Promise<FetchedOutputs[]> => runAll(ctx, texts, { connection, syntax, fetching })
        return isOneTransaction && connection.transaction !== undefined ? connection.transaction(work) : work()
      })
      ctx.metrics.counter(
        'fetch.size',
        outputs.reduce((sum, output) => sum + output.size, 0),
      )
      return { outputs, ...(await door.after?.()) }
    },
  })
}
