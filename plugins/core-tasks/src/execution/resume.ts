import { defineTask, p } from '@batuta/plugin-sdk'

export const resume = defineTask({
  type: 'io.kestra.plugin.core.execution.Resume',
  title: 'Resume an execution that is paused.',
  properties: {
    namespace: p.string().dynamic().title('The namespace that it must be of.'),
    flowId: p.string().dynamic().title('The flow that it must be of.'),
    executionId: p.string().dynamic().group('main').title('The execution; the own one without it.'),
    taskRunId: p.string().dynamic().title('The task run that waits; the first that does without it.'),
    inputs: p.map().dynamic().title('What is answered to what it asks.'),
  },
  examples: [{ title: 'Let it go on.', code: 'executionId: "{{ trigger.executionId }}"' }],
  async run(ctx, props) {
    await ctx.ports.ask('executions.resume', {
      namespace: (await props.namespace.render()) ?? null,
      flowId: (await props.flowId.render()) ?? null,
      executionId: (await props.executionId.render()) ?? null,
      taskRunId: (await props.taskRunId.render()) ?? null,
      inputs: (await props.inputs.render()) ?? {},
    })
  },
})
