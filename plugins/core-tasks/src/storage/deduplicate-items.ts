// Of rows with the same key the last one stays, at its place. The file is read twice, so that only keys are held.
import { defineTask, linesOf, p, parseRow } from '@batuta/plugin-sdk'
import { scopeOf } from './filter-items.ts'

export const deduplicateItems = defineTask({
  type: 'io.kestra.plugin.core.storage.DeduplicateItems',
  aliases: ['io.kestra.core.tasks.storages.DeduplicateItems'],
  title: 'Keep the last row of each key.',
  properties: {
    from: p.string().dynamic().required().storageUri().group('main'),
    expr: p
      .string()
      .required()
      .group('main')
      .title('Rendered for each row, whose fields are variables; gives its key.'),
  },
  outputs: [
    { name: 'uri', type: 'uri', description: 'The rows that stay.' },
    { name: 'numKeys', type: 'long' },
    { name: 'processedItemsTotal', type: 'long' },
    { name: 'droppedItemsTotal', type: 'long' },
  ],
  examples: [{ title: 'One row per id.', code: 'from: "{{ outputs.extract.uri }}"\nexpr: "{{ id }}"' }],
  async run(ctx, props) {
    const from = await props.from.render()
    const expression = await props.expr.render()
    const lastRows = new Map<string, number>()
    let total = 0
    for await (const line of linesOf(await ctx.files.open(from))) {
      if (line.trim() === '') continue
      total++
      lastRows.set(await ctx.renderText(expression, scopeOf(parseRow(line, total))), total)
    }
    const staying = new Set(lastRows.values())
    const stream = await ctx.files.open(from)
    const kept = async function* (): AsyncGenerator<string> {
      let number = 0
      for await (const line of linesOf(stream)) {
        if (line.trim() !== '' && staying.has(++number)) yield `${line}\n`
      }
    }
    const uri = await ctx.files.put(kept(), { extension: '.ion' })
    return { uri, numKeys: staying.size, processedItemsTotal: total, droppedItemsTotal: total - staying.size }
  },
})
