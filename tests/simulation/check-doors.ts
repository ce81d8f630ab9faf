// What was called from outside, and what came of it.
import { isFinal, mapGet } from '@batuta/core'
import type { Shadow } from './audit.ts'
import type { Call, Ledger } from './ledger.ts'
import { CALLED } from './special-flows.ts'

/** No call without an execution that was told so, none with more than it was made, and none of what the flow does not take. */
export function checkDoors(shadows: readonly Shadow[], { calls, findings }: Ledger): void {
  const born = shadows.filter(({ state }) => state.flowId === CALLED.flowId && state.originalId === state.id)
  for (const call of calls) {
    const own = born.filter(({ state }) => mapGet(state.inputs, 'number') === call.number)
    const wrong = (what: string): void => void findings.push(`call ${call.number} ${what}`)
    if (!call.isValid && own.length > 0) wrong('was to be refused, and began an execution')
    if (own.length > call.tries) wrong(`was made ${call.tries} times, and began ${own.length} executions`)
    if (call.isRefused && own.length >= call.tries) wrong(`was refused, and began ${own.length} executions`)
    checkAnswers(call, own, wrong)
  }
  for (const { state } of born) {
    const number = mapGet(state.inputs, 'number')
    if (!calls.some(call => call.number === number)) findings.push(`${state.id}: nobody called for ${String(number)}`)
    if (mapGet(state.inputs, 'kind') !== 'plain') findings.push(`${state.id}: an input without value has no default`)
  }
}

function checkAnswers({ number, answers }: Call, own: readonly Shadow[], wrong: (what: string) => void): void {
  if (answers.length > own.length) wrong(`was answered ${answers.length} times, and began ${own.length} executions`)
  for (const { executionId, outputs, status } of answers) {
    if (outputs !== undefined) {
      if ((outputs as { readonly number?: unknown }).number !== number) wrong(`was told ${JSON.stringify(outputs)}`)
      if (!own.some(({ state }) => isFinal(state.state))) wrong('was told outputs, and nothing of it has ended')
    } else if (!own.some(({ state }) => state.id === executionId))
      wrong(`was told of ${executionId}, which is not its own`)
    if (status !== 200 && status !== 500) wrong(`was answered ${status}`)
  }
}
