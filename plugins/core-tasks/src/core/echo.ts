import { defineTask, p } from '@batuta/plugin-sdk'

export const echo = defineTask({
  type: 'io.kestra.plugin.core.debug.Echo',
  aliases: ['io.kestra.core.tasks.debugs.Echo'],
  title: 'Write a line to the log.',
  deprecated: 'Use `io.kestra.plugin.core.log.Log` instead.',
  properties: {
    format: p.string().dynamic().required().group('main'),
    level: p.enum('TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR').dynamic().default('INFO'),
  },
  async run(ctx, props) {
    ctx.logger.log(await props.level.render(), await props.format.render())
  },
})
