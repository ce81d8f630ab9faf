import { defineTask, p } from '@batuta/plugin-sdk'
import { momentOf } from '../execution/moments.ts'

export const purgeLogs = defineTask({
  type: 'io.kestra.plugin.core.log.PurgeLogs',
  title: 'Delete lines of logs.',
  properties: {
    namespace: p.string().dynamic().group('main').title('Of this namespace and, without a flow, those below it.'),
    flowId: p.string().dynamic().group('main').title('Of this flow.'),
    executionId: p.string().dynamic().title('Of this execution only.'),
    logLevels: p.list(p.string()).dynamic().title('Of these levels; of all without it.'),
    startDate: p.string().dynamic().title('Written from this moment on.'),
    endDate: p.string().dynamic().required().group('main').title('Written up to this moment.'),
  },
  outputs: [{ name: 'count', type: 'int', description: 'How many lines went.' }],
  examples: [
    {
      title: 'What is for debugging only.',
      code: 'logLevels: [TRACE, DEBUG]\nendDate: "{{ now() | dateAdd(-7, \'DAYS\') }}"',
    },
  ],
  async run(ctx, props) {
    const levels = await props.logLevels.render()
    const count = await ctx.ports.ask('logs.purge', {
      namespace: (await props.namespace.render()) ?? null,
      flowId: (await props.flowId.render()) ?? null,
      executionId: (await props.executionId.render()) ?? null,
      levels: levels?.map(level => level.toUpperCase()) ?? null,
      fromMs: momentOf(await props.startDate.render(), 'startDate'),
      toMs: momentOf(await props.endDate.render(), 'endDate'),
    })
    return { count }
  },
})
