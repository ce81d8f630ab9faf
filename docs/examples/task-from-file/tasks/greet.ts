import { TaskError, defineTaskFile, p } from '@batuta/plugin-sdk'
import { WORDS } from './words.ts'

export default defineTaskFile({
  title: 'Greets everybody of a list.',
  properties: {
    names: p.list(p.string()).dynamic().required().title('Who is greeted.'),
    language: p.enum('en', 'fr').default('en').title('In which language.'),
  },
  outputs: [
    { name: 'uri', type: 'uri', description: 'The greetings, one a line.' },
    { name: 'count', type: 'int' },
  ],
  async run(ctx, props) {
    const names = await props.names.render()
    if (names.includes('')) throw new TaskError('"names" holds an empty name: say who is greeted')
    const word = WORDS[await props.language.render()]
    const lines = names.map(name => `${word}, ${name}!`)
    for (const line of lines) ctx.logger.info(line)
    ctx.metrics.counter('greetings', lines.length)
    return { uri: await ctx.files.put(lines.join('\n'), { name: 'greetings.txt' }), count: lines.length }
  },
})
