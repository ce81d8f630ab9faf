// What tasks do to triggers.
import { BatutaError, isTruthyText, mapGet, printValue } from '@batuta/core'
import type { Answers } from './asker.ts'

export const TRIGGER_ANSWERS: Answers = {
  'trigger.toggle': async ({ triggers }, args, { tenant }) => {
    const text = (name: string): string => printValue(mapGet(args, name) ?? null)
    if (!triggers) throw new BatutaError('question-unknown', 'Nothing here switches triggers.')
    const key = { tenant, namespace: text('namespace'), flowId: text('flowId'), triggerId: text('trigger') }
    await triggers.setDisabled(key, !isTruthyText(text('enabled')))
    return null
  },
}
