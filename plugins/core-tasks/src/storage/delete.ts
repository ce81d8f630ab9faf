import { defineTask, p, TaskError } from '@batuta/plugin-sdk'

export const deleteTask = defineTask({
  type: 'io.kestra.plugin.core.storage.Delete',
  aliases: ['io.kestra.core.tasks.storages.Delete'],
  title: 'Delete a file.',
  properties: {
    uri: p.string().dynamic().required().storageUri().group('main'),
    errorOnMissing: p.boolean().dynamic().default(false).title('Fail when there is no such file.'),
  },
  outputs: [
    { name: 'uri', type: 'uri', description: 'The file.' },
    { name: 'deleted', type: 'bool', description: 'Whether there was one.' },
  ],
  examples: [{ title: 'Delete an output.', code: 'uri: "{{ outputs.extract.uri }}"' }],
  async run(ctx, props) {
    const uri = await props.uri.render()
    const deleted = await ctx.files.delete(uri)
    if (!deleted && (await props.errorOnMissing.render())) {
      throw new TaskError(`there is no file "${uri}" to delete, and errorOnMissing is true`)
    }
    return { uri, deleted }
  },
})
