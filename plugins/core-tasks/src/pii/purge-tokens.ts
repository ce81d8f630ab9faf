import { defineTask, p } from '@batuta/plugin-sdk'

export const purgeTokens = defineTask({
  type: 'io.batuta.plugin.core.pii.PurgeTokens',
  title: 'Forget what tokens of the namespace stand for.',
  description: 'What was masked with them stays masked for ever.',
  properties: {
    olderThan: p.duration().dynamic().default('P30D').group('main').title('Those that were made longer ago.'),
  },
  outputs: [{ name: 'count', type: 'integer', description: 'How many were forgotten.' }],
  examples: [{ title: 'Keep them for a week.', code: 'olderThan: P7D' }],
  async run(ctx, props) {
    const count = await ctx.ports.ask('personal.purge', { olderThanMs: await props.olderThan.render() })
    return { count }
  },
})
