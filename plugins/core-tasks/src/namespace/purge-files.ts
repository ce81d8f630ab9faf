import { defineTask, p } from '@batuta/plugin-sdk'
import { versionBounds } from '../kv/purge-kv.ts'

export const purgeFiles = defineTask({
  type: 'io.kestra.plugin.core.namespace.PurgeFiles',
  title: 'Delete old revisions of files of namespaces.',
  properties: {
    namespaces: p.list(p.string()).dynamic().title('Of these namespaces; of the own one without a pattern.'),
    namespacePattern: p.string().dynamic().title('Of namespaces whose name matches, `*` for any text.'),
    includeChildNamespaces: p.boolean().dynamic().default(true).title('Also of the namespaces below.'),
    filePattern: p.string().dynamic().group('main').title('Only files whose path matches.'),
    behavior: p
      .map()
      .dynamic()
      .default({ type: 'version', keepAmount: 1 })
      .title('`type: version` with `before` and `keepAmount`.'),
  },
  outputs: [{ name: 'size', type: 'long', description: 'How many revisions went.' }],
  examples: [{ title: 'All but the newest three.', code: 'behavior:\n  type: version\n  keepAmount: 3' }],
  async run(ctx, props) {
    const size = await ctx.ports.ask('namespaceFiles.purge', {
      namespaces: (await props.namespaces.render()) ?? null,
      namespacePattern: (await props.namespacePattern.render()) ?? null,
      includeChildNamespaces: await props.includeChildNamespaces.render(),
      filePattern: (await props.filePattern.render()) ?? null,
      ...versionBounds(await props.behavior.render()),
    })
    return { size }
  },
})
