import { defineTask, p } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'

export const mergeOutputs = defineTask({
  type: 'io.kestra.plugin.core.flow.ForEachItem$ForEachItemMergeOutputs',
  title: 'The last of the three tasks that a ForEachItem stands for: joins what its subflows gave into one file.',
  properties: {
    subflowOutputs: p.string().dynamic().title('The folder of the outputs; nothing where there are none.'),
    numberOfBatches: p.integer().dynamic().title('How many folders there may be in it.'),
  },
  outputs: [{ name: 'subflowOutputs', type: 'uri', description: 'A file with the outputs of a subflow on each line.' }],
  examples: [
    {
      title: 'Of three subflows.',
      code: 'subflowOutputs: "{{ outputs.each_items.subflowOutputsBaseUri }}"\nnumberOfBatches: 3',
    },
  ],
  async run(ctx, props) {
    const folder = (await props.subflowOutputs.render()) ?? ''
    if (folder === '') return {}
    const count = (await props.numberOfBatches.render()) ?? 0
    return { subflowOutputs: await ctx.files.put(join(ctx, folder, count), { extension: '.ion' }) }
  },
})

/** In the order of the batches. */
async function* join(ctx: RunContext, folder: string, count: number): AsyncGenerator<Uint8Array> {
  for (let lane = 0; lane < count; lane++) {
    const uri = `${folder}/${lane}/outputs.ion`
    if (await ctx.files.exists(uri)) yield* await ctx.files.open(uri)
  }
}
