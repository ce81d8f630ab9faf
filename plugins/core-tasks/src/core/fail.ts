import { defineTask, isTruthyText, p, TaskError } from '@batuta/plugin-sdk'

export const fail = defineTask({
  type: 'io.kestra.plugin.core.execution.Fail',
  aliases: ['io.kestra.core.tasks.executions.Fail'],
  title: 'Fail, always or on a condition.',
  properties: {
    condition: p.string().dynamic().group('main').title('Fails when this renders to anything but false, 0 or nothing.'),
    errorMessage: p.string().dynamic().default('Task failure').title('What the log says.'),
  },
  examples: [{ title: 'Fail on an unknown value.', code: 'condition: "{{ inputs.kind == \'none\' }}"' }],
  async run(ctx, props) {
    const condition = await props.condition.render()
    if (condition === undefined || isTruthyText(condition)) throw new TaskError(await props.errorMessage.render())
    ctx.logger.info(`The condition rendered to "${condition}": the task does not fail.`)
  },
})
