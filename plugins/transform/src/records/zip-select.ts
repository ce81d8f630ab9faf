// Several inputs side by side: the first row of each, then the second …
import { TaskError, defineTask, isList, mapEntries, mapFrom, p, renderAll } from '@batuta/plugin-sdk'
import type { RunContext, Value, ValueMap } from '@batuta/plugin-sdk'
import { expectMap, giveRows, openRows, outputProperties, rowOutputs } from '../rows-from.ts'
import type { RowSource } from '../rows-from.ts'
import { evaluate, isTrue } from './evaluate-expression.ts'
import { fieldsOf, makeRow } from './field-definitions.ts'
import { orFailure } from './map-filter.ts'
import { parseExpression } from './parse-expression.ts'
import { Tally, tallyMetrics } from './tally.ts'

const INPUTS_MAX = 100

const inputs = p.list(p.any()).required().group('main').title('The inputs: URIs of files, lists, or maps.')

interface SideBySide {
  readonly isFile: boolean
  readonly rows: AsyncIterable<readonly (Value | undefined)[]>
}

/** Undefined stands for a row that an input does not have any more. */
async function openInputs(ctx: RunContext, written: Value): Promise<SideBySide> {
  const rendered = typeof written === 'string' ? await ctx.renderTyped(written) : written
  if (!isList(rendered) || rendered.length === 0) throw new TaskError('`inputs` must be a list of at least one input')
  if (rendered.length > INPUTS_MAX) throw new TaskError(`there may be ${INPUTS_MAX} inputs, not ${rendered.length}`)
  const sources: RowSource[] = []
  for (const input of rendered)
    sources.push(
      await openRows(ctx, typeof input === 'string' ? await ctx.renderTyped(input) : await ctx.renderDeep(input)),
    )
  const rows = async function* (): AsyncGenerator<readonly (Value | undefined)[]> {
    const iterators = sources.map(source => source.rows[Symbol.asyncIterator]())
    for (;;) {
      const results = await Promise.all(iterators.map(iterator => iterator.next()))
      if (results.every(({ done }) => done === true)) return
      yield results.map(({ done, value }) => (done === true ? undefined : value))
    }
  }
  return { isFile: sources.some(({ isFile }) => isFile), rows: rows() }
}

function expectAll(rows: readonly (Value | undefined)[]): readonly Value[] {
  return rows.map((row, at) => {
    if (row === undefined) throw new TaskError(`input ${at + 1} has fewer rows than the others`)
    return row
  })
}

export const zipRows = defineTask({
  type: 'io.kestra.plugin.transform.Zip',
  title: 'Join rows of several inputs by their position.',
  properties: {
    inputs,
    onError: p
      .enum('FAIL', 'SKIP')
      .dynamic()
      .default('FAIL')
      .group('reliability')
      .title('What happens when rows cannot be joined: the task fails, or they are left out.'),
    onConflict: p
      .enum('FAIL', 'LEFT', 'RIGHT')
      .dynamic()
      .default('FAIL')
      .group('reliability')
      .title('Whose field counts when two rows have it.'),
    ...outputProperties,
  },
  outputs: rowOutputs,
  metrics: tallyMetrics('processed', 'failed', 'dropped'),
  examples: [
    {
      title: 'Two lists that belong together.',
      full: true,
      code: `id: zip_rows
namespace: company.team
tasks:
  - id: joined
    type: io.kestra.plugin.transform.Zip
    inputs:
      - - name: Ada
        - name: Bob
      - - score: 1
        - score: 2
    onConflict: RIGHT
`,
    },
  ],
  async run(ctx, props) {
    const options = { onError: await props.onError.render(), onConflict: await props.onConflict.render() }
    const { isFile, rows } = await openInputs(ctx, props.inputs.raw ?? null)
    const tally = new Tally()
    const joined = async function* (): AsyncGenerator<Value> {
      for await (const each of rows) {
        tally.add('processed')
        const result = orFailure(() => join(expectAll(each).map(expectMap), options.onConflict))
        if ('value' in result) yield result.value
        else {
          tally.fail(result.error, options.onError)
          tally.add('dropped')
        }
      }
    }
    const given = await giveRows(ctx, joined(), { outputType: await props.outputType.render(), isFile })
    tally.tell(ctx, 'processed', 'failed', 'dropped')
    return given
  },
})

function join(rows: readonly ValueMap[], onConflict: 'FAIL' | 'LEFT' | 'RIGHT'): ValueMap {
  const entries = new Map<string, Value>()
  for (const row of rows) {
    for (const [name, value] of mapEntries(row)) {
      if (entries.has(name) && onConflict === 'FAIL')
        throw new TaskError(`two inputs have the field "${name}"; \`onConflict\` says whose counts`)
      if (!entries.has(name) || onConflict === 'RIGHT') entries.set(name, value)
    }
  }
  return mapFrom(entries)
}

export const selectRows = defineTask({
  type: 'io.kestra.plugin.transform.Select',
  title: 'Join rows of several inputs by their position, keep some, and compute fields of them.',
  description:
    'In expressions `$1` is the row of the first input, `$2` that of the second; a name alone is a field of any of them, the last first.',
  properties: {
    inputs,
    where: p.string().dynamic().group('processing').title('The condition that rows must meet.'),
    fields: p
      .map()
      .dynamic()
      .group('processing')
      .title(
        'The fields by name: an expression, or `expr` with `type` and `optional`; without them all fields are kept.',
      ),
    keepInputFields: p
      .list(p.integer())
      .dynamic()
      .default([])
      .group('processing')
      .title('Of which inputs the fields are kept, counted from 1.'),
    dropNulls: p
      .boolean()
      .dynamic()
      .default(true)
      .group('processing')
      .title('Whether fields without a value are left out.'),
    onLengthMismatch: p
      .enum('FAIL', 'SKIP')
      .dynamic()
      .default('FAIL')
      .group('reliability')
      .title('What happens when an input has fewer rows: the task fails, or rows without a partner are left out.'),
    onError: p
      .enum('FAIL', 'SKIP', 'KEEP')
      .dynamic()
      .default('FAIL')
      .group('reliability')
      .title(
        'What happens to rows that cannot be computed: the task fails, they are left out, or kept without these fields.',
      ),
    ...outputProperties,
  },
  outputs: rowOutputs,
  metrics: tallyMetrics('processed', 'passed', 'dropped', 'failed'),
  examples: [
    {
      title: 'Customers and what they owe.',
      full: true,
      code: `id: select_rows
namespace: company.team
tasks:
  - id: owing
    type: io.kestra.plugin.transform.Select
    inputs:
      - - name: Ada
        - name: Bob
      - - owes: 10
        - owes: 0
    where: $2.owes > 0
    fields:
      customer: $1.name
      owes:
        expr: $2.owes
        type: INT
`,
    },
  ],
  async run(ctx, props) {
    const options = await renderAll(props)
    const { isFile, rows } = await openInputs(ctx, props.inputs.raw ?? null)
    const where = options.where === undefined ? undefined : parseExpression(options.where)
    const fields = options.fields === undefined ? undefined : fieldsOf(options.fields)
    const kept = new Set(options.keepInputFields)
    const tally = new Tally()
    const make = (each: readonly Value[]): Value | undefined => {
      const maps = each.map(expectMap)
      const names = new Map<string, Value>(maps.map((row, at) => [`$${at + 1}`, row] as const))
      const all = join(maps, 'RIGHT')
      if (where !== undefined && !isTrue(evaluate(where, all, { names }))) return undefined
      const keptMaps = maps.filter((_row, at) => kept.has(at + 1) || (fields === undefined && kept.size === 0))
      const maker = { fields: fields ?? [], dropNulls: options.dropNulls, isForgiving: options.onError === 'KEEP' }
      return makeRow(all, join(keptMaps, 'RIGHT'), maker, { names })
    }
    const made = async function* (): AsyncGenerator<Value> {
      for await (const each of rows) {
        tally.add('processed')
        const partners = orFailure(() => expectAll(each))
        if ('error' in partners) {
          if (options.onLengthMismatch === 'FAIL') tally.fail(partners.error, 'FAIL')
          tally.add('dropped')
          continue
        }
        const result = orFailure(() => make(partners.value))
        if ('error' in result) tally.fail(result.error, options.onError)
        const row =
          'value' in result
            ? result.value
            : options.onError === 'KEEP'
              ? join(partners.value.map(expectMap), 'RIGHT')
              : undefined
        tally.add(row === undefined ? 'dropped' : 'passed')
        if (row !== undefined) yield row
      }
    }
    const given = await giveRows(ctx, made(), { outputType: options.outputType, isFile })
    tally.tell(ctx, 'processed', 'passed', 'dropped', 'failed')
    return given
  },
})
