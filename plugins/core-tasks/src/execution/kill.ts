import { defineTask, p } from '@batuta/plugin-sdk'

export const kill = defineTask({
  type: 'io.kestra.plugin.core.execution.Kill',
  title: 'Kill an execution.',
  properties: {
    executionId: p.string().dynamic().group('main').title('The execution; the own one without it.'),
    propagateKill: p.boolean().dynamic().default(true).title('Also those that it has started.'),
  },
  examples: [{ title: 'Stop it.', code: 'executionId: "{{ inputs.execution }}"' }],
  async run(ctx, props) {
    await ctx.ports.ask('executions.kill', {
      executionId: (await props.executionId.render()) ?? null,
      cascade: await props.propagateKill.render(),
    })
  },
})
