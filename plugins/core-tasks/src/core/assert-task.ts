import { defineTask, isList, isTruthyText, messageOf, p, printValue, TaskError } from '@batuta/plugin-sdk'
import type { RunContext, Value } from '@batuta/plugin-sdk'

export const assertTask = defineTask({
  type: 'io.kestra.plugin.core.execution.Assert',
  title: 'Fail unless all conditions hold.',
  properties: {
    conditions: p
      .list(p.string())
      .dynamic()
      .required()
      .group('main')
      .title('Expressions that must not render to false, 0 or nothing.'),
    errorMessage: p.string().dynamic().title('What the log says when one does not hold.'),
  },
  metrics: [
    { name: 'failed', type: 'counter', description: 'Conditions that do not hold.' },
    { name: 'success', type: 'counter', description: 'Conditions that hold.' },
  ],
  examples: [{ title: 'Check an input.', code: 'conditions:\n  - "{{ inputs.count > 0 }}"' }],
  async run(ctx, props) {
    const conditions = conditionsOf(props.conditions.raw)
    const failed: string[] = []
    for (const condition of conditions) if (!(await holds(ctx, condition))) failed.push(condition)
    ctx.metrics.counter('failed', failed.length)
    ctx.metrics.counter('success', conditions.length - failed.length)
    if (failed.length === 0) return
    for (const condition of failed) ctx.logger.error(`Assertion \`${condition}\` failed!`)
    const message = await props.errorMessage.render()
    throw new TaskError(message ?? `${failed.length} assertion${failed.length > 1 ? 's' : ''} failed!`)
  },
})

/** Rendered one by one, so that one that fails does not hide the others. */
function conditionsOf(raw: Value | undefined): readonly string[] {
  if (raw === undefined || !isList(raw)) throw new TaskError('property "conditions" must be a list of expressions')
  return raw.map(printValue)
}

/** A condition that cannot be rendered does not hold. */
async function holds(ctx: RunContext, condition: string): Promise<boolean> {
  try {
    return isTruthyText(await ctx.renderText(condition))
  } catch (error) {
    ctx.logger.error(messageOf(error))
    return false
  }
}
