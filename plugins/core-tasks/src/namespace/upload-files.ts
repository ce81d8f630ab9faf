import { defineTask, isStorageUri, p, parseStorageUri, storeOutputFiles } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'
import { fileMapOf, pathUnder } from './file-lists.ts'

export const uploadFiles = defineTask({
  type: 'io.kestra.plugin.core.namespace.UploadFiles',
  title: 'Keep files as files of a namespace.',
  properties: {
    namespace: p.string().dynamic().required().group('main').title('The namespace.'),
    files: p
      .list(p.string())
      .dynamic()
      .group('main')
      .title('Patterns of files in the working directory, or URIs of stored files.'),
    filesMap: p.any().dynamic().group('main').title('A map from path to content or URI.'),
    destination: p.string().dynamic().default('/').title('The folder they go to.'),
    conflict: p
      .enum('OVERWRITE', 'ERROR', 'SKIP')
      .dynamic()
      .default('OVERWRITE')
      .title('What happens where there is such a file; one that is overwritten stays as a revision.'),
  },
  metrics: [{ name: 'uploaded', type: 'counter', description: 'Files that were written.' }],
  examples: [
    {
      title: 'Keep a result.',
      code: 'namespace: company.team\nfilesMap:\n  reports/today.csv: "{{ outputs.report.uri }}"',
    },
  ],
  async run(ctx, props) {
    const namespace = await props.namespace.render()
    const destination = await props.destination.render()
    const conflict = await props.conflict.render()
    const named = await props.filesMap.render()
    const sources = [
      ...(await sourcesOf(ctx, (await props.files.render()) ?? [])),
      ...(named === undefined ? [] : fileMapOf(named)),
    ]
    let uploaded = 0
    for (const [path, source] of sources) {
      const uri = isStorageUri(source.trim()) ? source.trim() : await ctx.files.put(source)
      const target = { namespace, path: pathUnder(destination, path), uri, conflict }
      if ((await ctx.ports.ask('namespaceFiles.put', target)) !== null) uploaded++
    }
    ctx.metrics.counter('uploaded', uploaded)
  },
})

/** By the path that each shall have below the destination. */
async function sourcesOf(ctx: RunContext, files: readonly string[]): Promise<readonly (readonly [string, string])[]> {
  const stored = files.filter(file => isStorageUri(file.trim()))
  const patterns = files.filter(file => !isStorageUri(file.trim()))
  const local = patterns.length === 0 ? {} : await storeOutputFiles(ctx, patterns)
  return [
    ...stored.map((uri): readonly [string, string] => [parseStorageUri(uri.trim()).at(-1) ?? '', uri.trim()]),
    ...Object.entries(local),
  ]
}
