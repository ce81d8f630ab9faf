import { TaskError, defineTask, jsonText, mapFrom, p, renderAll } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { giveRows, openRows, outputProperties, rowOutputs } from '../rows-from.ts'
import { compare, evaluate } from './evaluate-expression.ts'
import { fieldsOf, valueOf } from './field-definitions.ts'
import type { Field } from './field-definitions.ts'
import { orFailure } from './map-filter.ts'
import { calculate } from './numbers.ts'
import { parseExpression } from './parse-expression.ts'
import type { Expression } from './parse-expression.ts'
import { Tally, tallyMetrics } from './tally.ts'

const GROUPS_MAX = 1_000_000

export const aggregateRows = defineTask({
  type: 'io.kestra.plugin.transform.Aggregate',
  title: 'Group rows and compute something of each group.',
  description:
    'Aggregates are `count()`, `sum(x)`, `avg(x)`, `min(x)`, `max(x)`, `first(x)`, `last(x)` and `countDistinct(x)`, and what can be computed of them. Sums of integers and decimals are exact. Groups are in memory, rows are not.',
  properties: {
    from: p.any().dynamic().required().group('main').title('The rows: the URI of a file, a list, or one map.'),
    groupBy: p
      .list(p.string())
      .dynamic()
      .required()
      .group('main')
      .title('The fields that rows of a group have in common.'),
    aggregates: p
      .map()
      .dynamic()
      .required()
      .group('main')
      .title('The new fields by name: an expression with aggregates, or `expr` with `type`.'),
    onError: p
      .enum('FAIL', 'SKIP', 'NULL')
      .dynamic()
      .default('FAIL')
      .group('reliability')
      .title('What happens to a row or field that cannot be computed: the task fails, it is left out, or is null.'),
    ...outputProperties,
  },
  outputs: rowOutputs,
  metrics: tallyMetrics('processed', 'groups', 'dropped', 'failed'),
  examples: [
    {
      title: 'Sales by country.',
      full: true,
      code: `id: aggregate_rows
namespace: company.team
tasks:
  - id: query
    type: io.kestra.plugin.jdbc.postgresql.Query
    url: jdbc:postgresql://localhost:5432/shop
    sql: select * from orders
    fetchType: STORE
  - id: sales
    type: io.kestra.plugin.transform.Aggregate
    from: "{{ outputs.query.uri }}"
    groupBy:
      - country
    aggregates:
      orders:
        expr: count()
        type: INT
      total:
        expr: sum(amount)
        type: DECIMAL
    outputType: RECORDS
`,
    },
  ],
  async run(ctx, props) {
    const options = await renderAll(props)
    const { isFile, rows } = await openRows(ctx, options.from)
    const groups = new Groups(options.groupBy, fieldsOf(options.aggregates))
    const tally = new Tally()
    for await (const row of rows) {
      tally.add('processed')
      const result = orFailure(() => groups.add(row))
      if ('value' in result) continue
      tally.fail(result.error, options.onError)
      tally.add('dropped')
    }
    const made = async function* (): AsyncGenerator<Value> {
      for (const row of groups.rows(error =>
        tally.fail(error, options.onError === 'SKIP' ? 'NULL' : options.onError),
      )) {
        tally.add('groups')
        yield row
      }
    }
    const given = await giveRows(ctx, made(), { outputType: options.outputType, isFile })
    tally.tell(ctx, 'processed', 'groups', 'dropped', 'failed')
    return given
  },
})

type Accumulate = (state: Value, value: Value) => Value

/** Of null nothing is taken; a count is of all rows when it has no argument. */
const ACCUMULATORS: Readonly<Record<string, { readonly start: Value; readonly add: Accumulate }>> = {
  count: { start: 0, add: state => calculate('+', state, 1) },
  sum: { start: 0, add: (state, value) => calculate('+', state, value) },
  min: { start: null, add: (state, value) => (state === null || compare(value, state) < 0 ? value : state) },
  max: { start: null, add: (state, value) => (state === null || compare(value, state) > 0 ? value : state) },
  first: { start: null, add: (state, value) => state ?? value },
  last: { start: null, add: (_, value) => value },
}

interface Aggregate {
  readonly call: Extract<Expression, { type: 'call' }>
  readonly of: Expression | undefined
}

interface Group {
  readonly keys: readonly Value[]
  /** By aggregate: what was gathered, how many values, and which ones where they are told apart. */
  readonly states: Value[]
  readonly counts: number[]
  readonly seen: (Set<string> | undefined)[]
}

class Groups {
  readonly #names: readonly string[]
  readonly #keys: readonly Expression[]
  readonly #fields: readonly Field[]
  readonly #aggregates: readonly Aggregate[]
  readonly #groups = new Map<string, Group>()

  constructor(names: readonly string[], fields: readonly Field[]) {
    this.#names = names
    this.#keys = names.map(parseExpression)
    this.#fields = fields
    this.#aggregates = fields.flatMap(({ expression }) => aggregatesOf(expression))
  }

  add(row: Value): void {
    const keys = this.#keys.map(key => evaluate(key, row))
    const values = this.#aggregates.map(({ of }) => (of === undefined ? true : evaluate(of, row)))
    const group = this.#groupOf(keys)
    for (const [at, value] of values.entries()) {
      const name = this.#aggregates[at]?.call.name ?? ''
      if (value === null) continue
      group.counts[at] = (group.counts[at] ?? 0) + 1
      group.seen[at]?.add(jsonText(value))
      const accumulator = ACCUMULATORS[name === 'avg' ? 'sum' : name]
      if (accumulator !== undefined) group.states[at] = accumulator.add(group.states[at] ?? null, value)
    }
  }

  #groupOf(keys: readonly Value[]): Group {
    const name = jsonText([...keys])
    const known = this.#groups.get(name)
    if (known !== undefined) return known
    if (this.#groups.size >= GROUPS_MAX) throw new TaskError(`there are more than ${GROUPS_MAX} groups; use a database`)
    const group: Group = {
      keys,
      states: this.#aggregates.map(({ call }) => ACCUMULATORS[call.name === 'avg' ? 'sum' : call.name]?.start ?? null),
      counts: this.#aggregates.map(() => 0),
      seen: this.#aggregates.map(({ call }) => (call.name === 'countDistinct' ? new Set<string>() : undefined)),
    }
    this.#groups.set(name, group)
    return group
  }

  *rows(onFailure: (error: unknown) => void): Generator<Value> {
    for (const group of this.#groups.values()) {
      const calls = new Map<Expression, Value>(
        this.#aggregates.map(({ call }, at) => [call, resultOf(call.name, group, at)] as const),
      )
      const entries = this.#names.map((name, at): readonly [string, Value] => [name, group.keys[at] ?? null])
      for (const field of this.#fields) {
        const result = orFailure(() => valueOf(field, {}, { calls }))
        if ('error' in result) onFailure(result.error)
        entries.push([field.name, 'value' in result ? result.value : null])
      }
      yield mapFrom(entries)
    }
  }
}

function resultOf(name: string, { states, counts, seen }: Group, at: number): Value {
  if (name === 'countDistinct') return seen[at]?.size ?? 0
  const state = states[at] ?? null
  if (name !== 'avg') return state
  return (counts[at] ?? 0) === 0 ? null : calculate('/', state, counts[at] ?? 1)
}

const NAMES: ReadonlySet<string> = new Set([...Object.keys(ACCUMULATORS), 'avg', 'countDistinct'])

/** The calls that gather over rows: the outermost of these names. */
function aggregatesOf(expression: Expression): readonly Aggregate[] {
  switch (expression.type) {
    case 'call':
      if (NAMES.has(expression.name)) return [{ call: expression, of: expression.args[0] }]
      return expression.args.flatMap(aggregatesOf)
    case 'field':
    case 'all':
    case 'not':
    case 'minus':
      return aggregatesOf(expression.of)
    case 'at':
      return [expression.of, expression.index].flatMap(aggregatesOf)
    case 'binary':
      return [expression.left, expression.right].flatMap(aggregatesOf)
    case 'choice':
      return [expression.test, expression.then, expression.otherwise].flatMap(aggregatesOf)
    case 'literal':
    case 'name':
      return []
  }
}
