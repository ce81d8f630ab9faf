import { defineTask, isList, p, printValue } from '@batuta/plugin-sdk'

export const log = defineTask({
  type: 'io.kestra.plugin.core.log.Log',
  aliases: ['io.kestra.core.tasks.log.Log'],
  title: 'Write one or more lines to the log.',
  properties: {
    message: p.any().dynamic().required().group('main').title('A text, or a list of texts: one line each.'),
    level: p.enum('TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR').dynamic().default('INFO').title('The level of the lines.'),
  },
  examples: [{ title: 'Log a greeting.', code: 'message: "Hello {{ inputs.name }}"' }],
  async run(ctx, props) {
    const level = await props.level.render()
    const message = await props.message.render()
    for (const line of isList(message) ? message : [message]) ctx.logger.log(level, printValue(line))
  },
})
