import { defineTask, isMap, isTruthyText, linesOf, messageOf, p, parseRow, TaskError } from '@batuta/plugin-sdk'
import type { LazyProperty, RunContext, Value, ValueMap } from '@batuta/plugin-sdk'

type Behavior = 'FAIL' | 'INCLUDE' | 'EXCLUDE'

export const filterItems = defineTask({
  type: 'io.kestra.plugin.core.storage.FilterItems',
  aliases: ['io.kestra.core.tasks.storages.FilterItems'],
  title: 'Keep or drop the rows of a file by a condition.',
  properties: {
    from: p.string().dynamic().required().storageUri().group('main'),
    filterCondition: p.string().required().group('main').title('Rendered for each row, whose fields are variables.'),
    filterType: p.enum('INCLUDE', 'EXCLUDE').dynamic().default('INCLUDE').title('What happens to rows that match.'),
    errorOrNullBehavior: p
      .enum('FAIL', 'INCLUDE', 'EXCLUDE')
      .dynamic()
      .default('FAIL')
      .title('What happens to rows for which the condition fails or renders to nothing.'),
  },
  outputs: [
    { name: 'uri', type: 'uri', description: 'The rows that were kept.' },
    { name: 'processedItemsTotal', type: 'long' },
    { name: 'droppedItemsTotal', type: 'long' },
  ],
  examples: [
    { title: 'Keep large orders.', code: 'from: "{{ outputs.extract.uri }}"\nfilterCondition: "{{ amount > 100 }}"' },
  ],
  async run(ctx, props) {
    const stream = await ctx.files.open(await props.from.render())
    const isIncluding = (await props.filterType.render()) === 'INCLUDE'
    const behavior = await props.errorOrNullBehavior.render()
    let processedItemsTotal = 0
    let droppedItemsTotal = 0
    const kept = async function* (): AsyncGenerator<string> {
      for await (const line of linesOf(stream)) {
        if (line.trim() === '') continue
        processedItemsTotal++
        const row = { number: processedItemsTotal, value: parseRow(line, processedItemsTotal) }
        const decision = await decide(ctx, props.filterCondition, row, behavior)
        // The answer to an error stands whatever matching rows are for.
        const isKept = typeof decision === 'boolean' ? decision === isIncluding : decision === 'INCLUDE'
        if (isKept) yield `${line}\n`
        else droppedItemsTotal++
      }
    }
    const uri = await ctx.files.put(kept(), { extension: '.ion' })
    return { uri, processedItemsTotal, droppedItemsTotal }
  },
})

interface Row {
  readonly number: number
  readonly value: Value
}

async function decide(
  ctx: RunContext,
  condition: LazyProperty<string>,
  row: Row,
  behavior: Behavior,
): Promise<boolean | 'INCLUDE' | 'EXCLUDE'> {
  try {
    const text = await ctx.renderText(await condition.render(), scopeOf(row.value))
    if (text.trim() !== '') return isTruthyText(text)
    if (behavior === 'FAIL') throw new TaskError('the condition renders to nothing')
  } catch (cause) {
    if (behavior === 'FAIL') throw new TaskError(`row ${row.number} cannot be filtered: ${messageOf(cause)}`)
  }
  return behavior === 'INCLUDE' ? 'INCLUDE' : 'EXCLUDE'
}

export function scopeOf(row: Value): ValueMap {
  return row !== null && typeof row === 'object' && isMap(row) ? row : { value: row }
}
