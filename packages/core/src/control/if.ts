import { isTruthyText } from '../std/value.ts'
import type { Control } from './control.ts'

/** The condition is evaluated once, when the run opens; the branch never changes afterwards. Blanks around its text do not count (recorded). */
export const ifControl: Control = {
  type: 'io.kestra.plugin.core.flow.If',
  aliases: ['io.kestra.core.tasks.flows.If'],
  open: (task, render) => {
    const evaluationResult = isTruthyText((render.text('condition') ?? '').trim())
    return { branch: evaluationResult ? task.lists.then : task.lists.else, outputs: { evaluationResult } }
  },
}
