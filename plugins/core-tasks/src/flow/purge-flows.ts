import { defineTask, p } from '@batuta/plugin-sdk'
import { versionBounds } from '../kv/purge-kv.ts'

export const purgeFlows = defineTask({
  type: 'io.kestra.plugin.core.flow.PurgeFlows',
  title: 'Delete old revisions of flows.',
  description:
    'The newest revision of a flow always stays. Executions that ran with a revision that was deleted stay readable, and those that run go on.',
  properties: {
    namespaces: p.list(p.string()).dynamic().title('Of these namespaces; of the own one without a pattern.'),
    namespacePattern: p.string().dynamic().title('Of namespaces whose name matches, `*` for any text.'),
    includeChildNamespaces: p.boolean().dynamic().default(true).title('Also of the namespaces below.'),
    flowPattern: p.string().dynamic().group('main').title('Only flows whose id matches, `*` for any text.'),
    behavior: p
      .map()
      .dynamic()
      .default({ type: 'version', keepAmount: 1 })
      .title('`type: version` with `before` and `keepAmount`.'),
  },
  outputs: [{ name: 'size', type: 'int', description: 'How many revisions went.' }],
  examples: [
    { title: 'All but the newest five.', code: 'behavior:\n  type: version\n  keepAmount: 5' },
    {
      title: 'Those that are older than a year, of all flows of the company.',
      code: 'namespaces:\n  - company\nbehavior:\n  type: version\n  before: "{{ now() | dateAdd(-1, \'YEARS\') }}"',
    },
  ],
  async run(ctx, props) {
    const size = await ctx.ports.ask('flows.purge', {
      namespaces: (await props.namespaces.render()) ?? null,
      namespacePattern: (await props.namespacePattern.render()) ?? null,
      includeChildNamespaces: await props.includeChildNamespaces.render(),
      flowPattern: (await props.flowPattern.render()) ?? null,
      ...versionBounds(await props.behavior.render()),
    })
    return { size }
  },
})
