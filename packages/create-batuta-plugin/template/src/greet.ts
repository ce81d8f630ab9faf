import { TaskError, defineTask, p } from '@batuta/plugin-sdk'

export const greet = defineTask({
  type: '__TYPE__.Greet',
  title: 'Greet somebody.',
  description: 'Change this into what your task does: properties are rendered when they are asked for.',
  properties: {
    name: p.string().dynamic().required().group('main').title('Who is greeted.'),
    greeting: p.string().dynamic().default('Hello').group('main').title('The word of greeting.'),
  },
  outputs: [{ name: 'text', type: 'string', description: 'The whole greeting.' }],
  metrics: [{ name: 'characters', type: 'counter', description: 'Length of the greeting.' }],
  examples: [
    {
      title: 'Greet who is named in the inputs.',
      full: true,
      code: `id: greet
namespace: company.team
inputs:
  - { id: name, type: STRING, defaults: Ada }
tasks:
  - id: greet
    type: __TYPE__.Greet
    name: "{{ inputs.name }}"
`,
    },
  ],
  async run(ctx, props) {
    const name = await props.name.render()
    // Say what is wrong, where, and the way out.
    if (name.trim() === '') throw new TaskError('"name" is empty: say who is greeted')
    const text = `${await props.greeting.render()}, ${name}!`
    ctx.logger.info(text)
    ctx.metrics.counter('characters', text.length)
    return { text }
  },
})
