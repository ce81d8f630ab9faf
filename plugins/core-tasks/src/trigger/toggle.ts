import { defineTask, p } from '@batuta/plugin-sdk'

export const toggle = defineTask({
  type: 'io.kestra.plugin.core.trigger.Toggle',
  aliases: ['io.kestra.core.tasks.trigger.Toggle'],
  title: 'Switch a trigger on or off.',
  properties: {
    namespace: p.string().dynamic().title('Of the flow; the own one unless said.'),
    flowId: p.string().dynamic().title('The flow that has the trigger; the own one unless said.'),
    trigger: p.string().dynamic().required().group('main').title('The id of the trigger.'),
    enabled: p.boolean().dynamic().default(false).title('Whether it is to be on.'),
  },
  examples: [{ title: 'Let the own schedule strike no more.', code: 'trigger: nightly\nenabled: false' }],
  async run(ctx, props) {
    await ctx.ports.ask('trigger.toggle', {
      namespace: (await props.namespace.render()) ?? ctx.flow.namespace,
      flowId: (await props.flowId.render()) ?? ctx.flow.id,
      trigger: await props.trigger.render(),
      enabled: await props.enabled.render(),
    })
  },
})
