import { defineTask, p } from '@batuta/plugin-sdk'
import { patternsOf } from './file-lists.ts'

export const deleteFiles = defineTask({
  type: 'io.kestra.plugin.core.namespace.DeleteFiles',
  title: 'Delete files of a namespace.',
  properties: {
    namespace: p.string().dynamic().required().group('main').title('The namespace.'),
    files: p.any().dynamic().required().group('main').title('A pattern or a list of patterns.'),
    deleteParentFolder: p.boolean().dynamic().title('A folder goes with its last file, whatever is said here.'),
  },
  metrics: [{ name: 'deleted', type: 'counter', description: 'Files that were there.' }],
  examples: [{ title: 'What is old.', code: 'namespace: company.team\nfiles: "/archive/**"' }],
  async run(ctx, props) {
    const namespace = await props.namespace.render()
    const patterns = patternsOf(await props.files.render())
    const deleted = await ctx.ports.ask('namespaceFiles.delete', { namespace, patterns })
    ctx.metrics.counter('deleted', Number(deleted))
  },
})
