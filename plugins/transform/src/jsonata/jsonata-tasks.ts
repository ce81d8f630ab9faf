import { TaskError, decodeValue, defineTask, fromPlain, isList, p, toPlain } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { readIonBatches } from '@batuta/ion'
import { ionLines } from '../rows-from.ts'

const expression = p.string().dynamic().required().group('main').language('jsonata').title('The expression in JSONata.')
const maxDepth = p.integer().dynamic().default(1000).group('advanced').title('How deep the expression may call itself.')

type Transform = (value: Value) => Promise<Value>

async function compile(source: string, depthMax: number): Promise<Transform> {
  const { default: jsonata } = await import('jsonata')
  const compiled = orRefuse(() => jsonata(source), `the JSONata expression cannot be read`)
  let depth = 0
  // The library's own doors for watching an evaluation.
  const watch: Record<symbol, unknown> = {
    [Symbol.for('jsonata.__evaluate_entry')]: () => {
      if (++depth > depthMax)
        throw new TaskError(`the expression calls itself more than ${depthMax} deep (\`maxDepth\`)`)
    },
    [Symbol.for('jsonata.__evaluate_exit')]: () => void depth--,
  }
  for (const name of Object.getOwnPropertySymbols(watch)) Reflect.apply(compiled.assign, compiled, [name, watch[name]])
  return async value => {
    depth = 0
    try {
      const result: unknown = await compiled.evaluate(toPlain(value))
      return result === undefined || typeof result === 'function' ? null : fromPlain(result)
    } catch (cause) {
      if (cause instanceof TaskError) throw cause
      throw new TaskError(`the JSONata expression fails: ${messageOf(cause)}`)
    }
  }
}

function orRefuse<T>(compute: () => T, message: string): T {
  try {
    return compute()
  } catch (cause) {
    throw new TaskError(`${message}: ${messageOf(cause)}`)
  }
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error)
}

export const jsonataItems = defineTask({
  type: 'io.kestra.plugin.transform.jsonata.TransformItems',
  title: 'Transform each row with JSONata.',
  properties: {
    from: p.string().dynamic().required().storageUri().group('main').title('URI of the row file.'),
    expression,
    maxDepth,
    explodeArray: p
      .boolean()
      .dynamic()
      .default(true)
      .group('processing')
      .title('Whether each item of a list that the expression gives is a row of its own.'),
  },
  outputs: [
    { name: 'uri', type: 'uri', description: 'The file of new rows.' },
    { name: 'processedItemsTotal', type: 'long', description: 'Number of rows read.' },
  ],
  examples: [
    {
      title: 'Reshape the rows of an API.',
      full: true,
      code: `id: jsonata_items
namespace: company.team
tasks:
  - id: download
    type: io.kestra.plugin.core.http.Download
    uri: https://example.com/products.json
  - id: rows
    type: io.kestra.plugin.serdes.json.JsonToIon
    from: "{{ outputs.download.uri }}"
    newLine: false
  - id: names
    type: io.kestra.plugin.transform.jsonata.TransformItems
    from: "{{ outputs.rows.uri }}"
    expression: |
      {"id": id, "name": $uppercase(title), "tags": $join(tags, ", ")}
`,
    },
  ],
  async run(ctx, props) {
    const transform = await compile(await props.expression.render(), await props.maxDepth.render())
    const explodes = await props.explodeArray.render()
    const stream = await ctx.files.open(await props.from.render())
    let processedItemsTotal = 0
    const rows = async function* (): AsyncGenerator<Value> {
      for await (const batch of readIonBatches(stream)) {
        for (const row of batch) {
          ctx.signal.throwIfAborted()
          processedItemsTotal++
          const made = await transform(row)
          if (explodes && isList(made)) yield* made
          else yield made
        }
      }
    }
    return { uri: await ctx.files.put(ionLines(rows()), { extension: '.ion' }), processedItemsTotal }
  },
})

export const jsonataValue = defineTask({
  type: 'io.kestra.plugin.transform.jsonata.TransformValue',
  title: 'Transform a value with JSONata.',
  properties: {
    from: p.string().dynamic().required().group('main').title('The value, as JSON.'),
    expression,
    maxDepth,
  },
  outputs: [{ name: 'value', type: 'any', description: 'The new value.' }],
  examples: [
    {
      title: 'The sum of an answer.',
      full: true,
      code: `id: jsonata_value
namespace: company.team
tasks:
  - id: request
    type: io.kestra.plugin.core.http.Request
    uri: https://example.com/order.json
  - id: total
    type: io.kestra.plugin.transform.jsonata.TransformValue
    from: "{{ outputs.request.body }}"
    expression: $sum(items.(price * quantity))
`,
    },
  ],
  async run(ctx, props) {
    const transform = await compile(await props.expression.render(), await props.maxDepth.render())
    const text = await props.from.render()
    let value: Value
    try {
      value = decodeValue(text)
    } catch (cause) {
      throw new TaskError('`from` is no JSON', { cause })
    }
    ctx.signal.throwIfAborted()
    return { value: await transform(value) }
  },
})
