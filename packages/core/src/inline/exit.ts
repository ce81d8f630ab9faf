import { RunError } from '../execution/renderer.ts'
import type { FinalState } from '../execution/state.ts'
import type { InlineTask } from './inline-task.ts'

const STATES: readonly FinalState[] = ['SUCCESS', 'WARNING', 'KILLED', 'FAILED', 'CANCELLED']

/** Ends the execution in the state that it says. */
export const exit: InlineTask = {
  type: 'io.kestra.plugin.core.execution.Exit',
  aliases: [],
  isUpdating: true,
  run: (task, render) => {
    const text = (render.text('state') ?? 'SUCCESS').trim()
    const state = STATES.find(known => known === (text === 'CANCELED' ? 'CANCELLED' : text))
    if (state) return { state, isExit: true }
    throw new RunError(`The state of the Exit "${task.id}" must be one of ${STATES.join(', ')}, but is "${text}".`)
  },
}
