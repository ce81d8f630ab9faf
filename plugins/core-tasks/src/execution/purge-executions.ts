import { defineTask, isMap, mapEntries, p } from '@batuta/plugin-sdk'
import { momentOf } from './moments.ts'

export const purgeExecutions = defineTask({
  type: 'io.kestra.plugin.core.execution.PurgeExecutions',
  aliases: ['io.kestra.core.tasks.storages.Purge', 'io.kestra.plugin.core.storage.Purge'],
  title: 'Delete executions that have ended, with what belongs to them.',
  properties: {
    namespace: p.string().dynamic().group('main').title('Of this namespace and, without a flow, those below it.'),
    flowId: p.string().dynamic().group('main').title('Of this flow.'),
    executionId: p.string().dynamic().title('This one alone, if the rest fits it.'),
    startDate: p.string().dynamic().title('Begun from this moment on.'),
    endDate: p.string().dynamic().required().group('main').title('Begun up to this moment.'),
    states: p.list(p.string()).dynamic().title('In these states; in any final one without it.'),
    purgeExecution: p.boolean().dynamic().default(true),
    purgeLog: p.boolean().dynamic().default(true),
    purgeMetric: p.boolean().dynamic().default(true),
    purgeStorage: p.boolean().dynamic().default(true),
    batchSize: p.integer().dynamic().title('Taken and not needed: they are deleted a few at a time.'),
  },
  outputs: [
    { name: 'executionsCount', type: 'int' },
    { name: 'logsCount', type: 'int' },
    { name: 'storagesCount', type: 'int' },
    { name: 'metricsCount', type: 'int' },
  ],
  examples: [{ title: 'All that is older than a month.', code: 'endDate: "{{ now() | dateAdd(-1, \'MONTHS\') }}"' }],
  async run(ctx, props) {
    const purged = await ctx.ports.ask('executions.purge', {
      namespace: (await props.namespace.render()) ?? null,
      flowId: (await props.flowId.render()) ?? null,
      executionId: (await props.executionId.render()) ?? null,
      fromMs: momentOf(await props.startDate.render(), 'startDate'),
      toMs: momentOf(await props.endDate.render(), 'endDate'),
      states: (await props.states.render()) ?? null,
      execution: await props.purgeExecution.render(),
      log: await props.purgeLog.render(),
      metric: await props.purgeMetric.render(),
      storage: await props.purgeStorage.render(),
    })
    return purged !== null && typeof purged === 'object' && isMap(purged) ? Object.fromEntries(mapEntries(purged)) : {}
  },
})
