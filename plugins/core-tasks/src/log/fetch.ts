import { defineTask, isMap, mapEntries, p } from '@batuta/plugin-sdk'

export const fetchLogs = defineTask({
  type: 'io.kestra.plugin.core.log.Fetch',
  aliases: ['io.kestra.core.tasks.log.Fetch'],
  title: 'Write the log of an execution into a file.',
  properties: {
    namespace: p.string().dynamic().title('The namespace that the execution must be of.'),
    flowId: p.string().dynamic().title('The flow that it must be of.'),
    executionId: p.string().dynamic().group('main').title('The execution; the own one without it.'),
    tasksId: p.list(p.string()).dynamic().title('Of these tasks only.'),
    level: p.enum('TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR').dynamic().default('INFO').title('From this level on.'),
  },
  outputs: [
    { name: 'uri', type: 'uri', description: 'The entries, a row each.' },
    { name: 'size', type: 'long', description: 'How many there are.' },
  ],
  examples: [{ title: 'What went wrong.', code: 'executionId: "{{ trigger.executionId }}"\nlevel: WARN' }],
  async run(ctx, props) {
    // The server writes where this task's own files are.
    const marker = await ctx.files.put('', { name: 'logs' })
    await ctx.files.delete(marker)
    const fetched = await ctx.ports.ask('logs.fetch', {
      namespace: (await props.namespace.render()) ?? null,
      flowId: (await props.flowId.render()) ?? null,
      executionId: (await props.executionId.render()) ?? null,
      tasksId: (await props.tasksId.render()) ?? null,
      level: await props.level.render(),
      folder: marker.slice(0, marker.lastIndexOf('/') + 1),
    })
    return fetched !== null && typeof fetched === 'object' && isMap(fetched)
      ? Object.fromEntries(mapEntries(fetched))
      : {}
  },
})
