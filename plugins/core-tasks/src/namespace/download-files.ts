import { defineTask, isMap, mapEntries, p, printValue } from '@batuta/plugin-sdk'
import { pathUnder, patternsOf } from './file-lists.ts'

export const downloadFiles = defineTask({
  type: 'io.kestra.plugin.core.namespace.DownloadFiles',
  title: 'Copy files of a namespace to the execution.',
  properties: {
    namespace: p.string().dynamic().required().group('main').title('The namespace.'),
    files: p.any().dynamic().required().group('main').title('A pattern or a list of patterns.'),
    destination: p.string().dynamic().default('').title('A folder before their paths.'),
  },
  outputs: [{ name: 'files', type: 'map<uri>', description: 'The copies by path, which begins with a slash.' }],
  metrics: [{ name: 'downloaded', type: 'counter', description: 'Files that were copied.' }],
  examples: [{ title: 'All scripts.', code: 'namespace: company.team\nfiles:\n  - "**/*.py"' }],
  async run(ctx, props) {
    const namespace = await props.namespace.render()
    const include = patternsOf(await props.files.render())
    const destination = await props.destination.render()
    const found = await ctx.ports.ask('namespaceFiles', { namespace, include })
    const files: Record<string, string> = {}
    if (found !== null && typeof found === 'object' && isMap(found))
      for (const [path, uri] of mapEntries(found)) {
        const name = pathUnder(destination, path)
        files[`/${name}`] = await ctx.files.put(await ctx.files.open(printValue(uri)), { name })
      }
    ctx.metrics.counter('downloaded', Object.keys(files).length)
    return { files }
  },
})
