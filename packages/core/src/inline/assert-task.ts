import { isList, isTruthyText } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import { RunError } from '../execution/renderer.ts'
import { collectionOf } from './collection-of.ts'
import type { InlineTask } from './inline-task.ts'

/** Every condition must render to something truthy. */
export const assertTask: InlineTask = {
  type: 'io.kestra.plugin.core.execution.Assert',
  aliases: [],
  run: (task, render) => {
    const conditions = collectionOf(render.value('conditions'))
    if (conditions === undefined || !isList(conditions))
      throw new RunError(`The conditions of the task "${task.id}" are no list of expressions.`)
    const raw = render.raw('conditions')
    const failed = conditions.flatMap((condition, index) =>
      isTruthyText(printValue(condition)) ? [] : [sourceOf(raw, index)],
    )
    const metrics = [
      { name: 'failed', type: 'counter', value: failed.length },
      { name: 'success', type: 'counter', value: conditions.length - failed.length },
    ] as const
    if (failed.length === 0) return { state: 'SUCCESS', metrics }
    const message = render.text('errorMessage')
    return {
      state: 'FAILED',
      metrics,
      logs: [
        ...failed.map(source => ({ level: 'ERROR' as const, message: `Assertion \`${source}\` failed!` })),
        { level: 'ERROR', message: message ?? `${failed.length} assertion${failed.length > 1 ? 's' : ''} failed!` },
      ],
    }
  },
}

function sourceOf(raw: unknown, index: number): string {
  return Array.isArray(raw) ? String(raw[index]) : `number ${index + 1}`
}
