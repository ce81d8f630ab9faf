import { defineTask } from '@batuta/plugin-sdk'

export const purgeCurrentExecutionFiles = defineTask({
  type: 'io.kestra.plugin.core.storage.PurgeCurrentExecutionFiles',
  aliases: ['io.kestra.core.tasks.storages.PurgeExecution', 'io.kestra.plugin.core.storage.PurgeExecution'],
  title: 'Delete all files of this execution.',
  properties: {},
  outputs: [{ name: 'uris', type: 'uri[]', description: 'The deleted files.' }],
  examples: [{ title: 'Clean up at the end.', code: '' }],
  run: async ctx => ({ uris: await ctx.files.deleteOfExecution() }),
})
