import { TaskError, defineTask, isList, mapEntries, mapFrom, p, renderAll } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { expectMap, giveRows, openRows, outputProperties, rowOutputs } from '../rows-from.ts'
import { evaluate, isTrue } from './evaluate-expression.ts'
import { fieldsOf, makeRow } from './field-definitions.ts'
import { parseExpression } from './parse-expression.ts'
import { Tally, tallyMetrics } from './tally.ts'

const from = p.any().dynamic().required().group('main').title('The rows: the URI of a file, a list, or one map.')

export const mapRows = defineTask({
  type: 'io.kestra.plugin.transform.Map',
  title: 'Compute the fields of new rows from those of each row.',
  description:
    'An expression has paths (`customer.name`, `items[].price`), arithmetic, comparisons, `&&`, `||`, `??`, `? :` and functions such as `sum`, `concat`, `upper`, `round`, `firstNotNull` and `toInt`.',
  properties: {
    from,
    fields: p
      .map()
      .dynamic()
      .required()
      .group('main')
      .title('The fields by name: an expression, or `expr` with `type` and `optional`.'),
    keepOriginalFields: p
      .boolean()
      .dynamic()
      .default(false)
      .group('processing')
      .title('Whether the fields of the row are kept.'),
    dropNulls: p
      .boolean()
      .dynamic()
      .default(true)
      .group('processing')
      .title('Whether fields without a value are left out.'),
    onError: p
      .enum('FAIL', 'SKIP', 'NULL')
      .dynamic()
      .default('FAIL')
      .group('reliability')
      .title(
        'What happens when a field cannot be computed: the task fails, the row is left out, or the field is null.',
      ),
    ...outputProperties,
  },
  outputs: rowOutputs,
  metrics: tallyMetrics('processed', 'failed', 'dropped'),
  examples: [
    {
      title: 'Typed rows from an API.',
      full: true,
      code: `id: map_rows
namespace: company.team
tasks:
  - id: download
    type: io.kestra.plugin.core.http.Request
    uri: https://example.com/orders.json
  - id: rows
    type: io.kestra.plugin.transform.Map
    from: "{{ outputs.download.body }}"
    fields:
      id:
        expr: id
        type: INT
      customer: upper(customer.name)
      total:
        expr: sum(items[].price)
        type: DECIMAL
`,
    },
  ],
  async run(ctx, props) {
    const options = await renderAll(props)
    const { isFile, rows } = await openRows(ctx, options.from)
    const { dropNulls, onError } = options
    const maker = { fields: fieldsOf(options.fields), dropNulls, isForgiving: onError === 'NULL' }
    const tally = new Tally()
    const made = async function* (): AsyncGenerator<Value> {
      for await (const row of rows) {
        tally.add('processed')
        const result = orFailure(() => makeRow(row, options.keepOriginalFields ? expectMap(row) : {}, maker))
        if ('value' in result) yield result.value
        else {
          tally.fail(result.error, onError)
          tally.add('dropped')
        }
      }
    }
    const given = await giveRows(ctx, made(), { outputType: options.outputType, isFile })
    tally.tell(ctx, 'processed', 'failed', 'dropped')
    return given
  },
})

export function orFailure<T>(compute: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: compute() }
  } catch (error) {
    return { error }
  }
}

export const filterRows = defineTask({
  type: 'io.kestra.plugin.transform.Filter',
  title: 'Keep the rows that meet a condition.',
  properties: {
    from,
    where: p
      .string()
      .dynamic()
      .required()
      .group('main')
      .title('The condition, e.g. `total > 100 && customer.country == "DE"`.'),
    onError: p
      .enum('FAIL', 'SKIP', 'KEEP')
      .dynamic()
      .default('FAIL')
      .group('reliability')
      .title('What happens when the condition cannot be computed: the task fails, the row is left out, or kept.'),
    ...outputProperties,
  },
  outputs: rowOutputs,
  metrics: tallyMetrics('processed', 'passed', 'dropped', 'failed'),
  examples: [
    {
      title: 'Large orders only.',
      full: true,
      code: `id: filter_rows
namespace: company.team
tasks:
  - id: query
    type: io.kestra.plugin.jdbc.postgresql.Query
    url: jdbc:postgresql://localhost:5432/shop
    sql: select * from orders
    fetchType: STORE
  - id: large
    type: io.kestra.plugin.transform.Filter
    from: "{{ outputs.query.uri }}"
    where: total >= 1000 && status != "cancelled"
`,
    },
  ],
  async run(ctx, props) {
    const options = await renderAll(props)
    const { isFile, rows } = await openRows(ctx, options.from)
    const where = parseExpression(options.where)
    const tally = new Tally()
    const kept = async function* (): AsyncGenerator<Value> {
      for await (const row of rows) {
        tally.add('processed')
        const result = orFailure(() => isTrue(evaluate(where, row)))
        if ('error' in result) tally.fail(result.error, options.onError)
        const passes = 'value' in result ? result.value : options.onError === 'KEEP'
        tally.add(passes ? 'passed' : 'dropped')
        if (passes) yield row
      }
    }
    const given = await giveRows(ctx, kept(), { outputType: options.outputType, isFile })
    tally.tell(ctx, 'processed', 'passed', 'dropped', 'failed')
    return given
  },
})

export const unnestRows = defineTask({
  type: 'io.kestra.plugin.transform.Unnest',
  title: 'Make a row of each item of a list inside of a row.',
  properties: {
    from,
    path: p.string().dynamic().required().group('main').title('Where the list is, e.g. `items[]`.'),
    as: p.string().dynamic().required().group('main').title('The field that gets the item.'),
    keepOriginalFields: p
      .boolean()
      .dynamic()
      .default(true)
      .group('processing')
      .title('Whether the other fields of the row are kept; the list itself is not.'),
    onError: p
      .enum('FAIL', 'SKIP', 'NULL')
      .dynamic()
      .default('FAIL')
      .group('reliability')
      .title(
        'What happens when there is no list: the task fails, the row is left out, or stays with null for the item.',
      ),
    ...outputProperties,
  },
  outputs: rowOutputs,
  metrics: tallyMetrics('processed', 'failed', 'dropped'),
  examples: [
    {
      title: 'A row for each line of an order.',
      full: true,
      code: `id: unnest_rows
namespace: company.team
tasks:
  - id: lines
    type: io.kestra.plugin.transform.Unnest
    from:
      - id: 1
        items:
          - sku: A
          - sku: B
    path: items[]
    as: item
`,
    },
  ],
  async run(ctx, props) {
    const options = await renderAll(props)
    const { isFile, rows } = await openRows(ctx, options.from)
    const path = options.path.replace(/\[\]$/, '')
    const list = parseExpression(path)
    const tally = new Tally()
    const made = async function* (): AsyncGenerator<Value> {
      for await (const row of rows) {
        tally.add('processed')
        const kept = options.keepOriginalFields
          ? Array.from(mapEntries(expectMap(row))).filter(([name]) => name !== path)
          : []
        const found = orFailure(() => listOf(evaluate(list, row), path))
        if ('value' in found) for (const item of found.value) yield mapFrom([...kept, [options.as, item]])
        else {
          tally.fail(found.error, options.onError)
          if (options.onError === 'NULL') yield mapFrom([...kept, [options.as, null]])
          else tally.add('dropped')
        }
      }
    }
    const given = await giveRows(ctx, made(), { outputType: options.outputType, isFile })
    tally.tell(ctx, 'processed', 'failed', 'dropped')
    return given
  },
})

function listOf(value: Value, path: string): readonly Value[] {
  if (isList(value)) return value
  throw new TaskError(`there is no list at "${path}"`)
}
