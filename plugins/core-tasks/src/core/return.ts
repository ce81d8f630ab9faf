import { performance } from 'node:perf_hooks'
import { defineTask, p } from '@batuta/plugin-sdk'

export const returnTask = defineTask({
  type: 'io.kestra.plugin.core.debug.Return',
  aliases: ['io.kestra.core.tasks.debugs.Return'],
  title: 'Render a template and give it back as an output.',
  properties: { format: p.string().dynamic().group('main').title('The template.') },
  outputs: [{ name: 'value', type: 'string', description: 'The rendered text.' }],
  metrics: [
    { name: 'length', type: 'counter', description: 'Characters of the text.' },
    { name: 'duration', type: 'timer', description: 'Time to render it.' },
  ],
  examples: [{ title: 'Compute a value.', code: 'format: "{{ inputs.a ~ inputs.b }}"' }],
  async run(ctx, props) {
    const startedMs = performance.now()
    const value = await props.format.render()
    if (value === undefined) return {}
    ctx.metrics.counter('length', value.length)
    ctx.metrics.timer('duration', performance.now() - startedMs)
    return { value }
  },
})
