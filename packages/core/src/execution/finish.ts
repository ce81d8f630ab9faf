// The end of an execution: flow outputs, the final state, afterExecution, and only then is it ended: the parent is told, waiting clients
// get their answer. A final state with outputs that cannot be rendered becomes FAILED; the good outputs are lost with the bad.
import { Asked } from '../expression/asked.ts'
import { isEncrypted } from '../flow/input-value.ts'
import { resolveOutputs } from '../flow/outputs.ts'
import { ExpressionError } from '../std/errors.ts'
import { storedOf } from '../std/stored-mark.ts'
import { mapFrom, type Value } from '../std/value.ts'
import { scopeOf, type View } from './context.ts'
import type { Decision, Effect, Event } from './event.ts'
import type { Property } from './property.ts'
import { NeedsEvaluation, RunError, readProperty } from './renderer.ts'
import { ROOT, isFinal, type ExecutionState, type FinalState } from './state.ts'

export function finishExecution(view: View, to: FinalState | undefined): Decision {
  const { state, plan } = view
  if (to === undefined || isFinal(state.state))
    return endExecution(state, isFinal(state.state) ? state.state : 'FAILED')
  const events: Event[] = [{ type: 'moved', to }]
  const effects: Effect[] = []
  if (plan.outputs.size > 0 && to !== 'KILLED') {
    const result = renderOutputs(view)
    if ('slot' in result) return askOnce(state, result.slot)
    if ('outputs' in result) events.unshift({ type: 'outputs', outputs: result.outputs })
    else {
      if (to !== 'FAILED') events.push({ type: 'moved', to: 'FAILED' })
      effects.push({
        type: 'log',
        entry: { run: ROOT, level: 'ERROR', message: result.problem, atMs: view.env.nowMs, attempt: 0 },
      })
    }
  }
  if (plan.root.after.length > 0)
    return { events: [...events, { type: 'phase-entered', run: ROOT, phase: 'after' }], effects }
  const last = events.at(-1)
  const end = endExecution(state, last?.type === 'moved' && isFinal(last.to) ? last.to : to, events)
  return {
    events: events.concat(end.events),
    effects: effects.length === 0 ? end.effects : effects.concat(end.effects),
  }
}

/** A node that takes the execution over looks at it again while the answer is awaited. */
function askOnce({ evaluated }: ExecutionState, slot: string): Decision {
  if (evaluated.get(slot) === 'asked') return { events: [], effects: [] }
  const asked = { run: ROOT, slot }
  return { events: [{ type: 'evaluate-asked', ...asked }], effects: [{ type: 'evaluate', ...asked }] }
}

export function endExecution(state: ExecutionState, to: FinalState, pending: readonly Event[] = []): Decision {
  const ended: Effect = { type: 'ended', state: to }
  const events: Event[] = [{ type: 'phase-entered', run: ROOT, phase: 'ended' }]
  if (!state.parentLink) return { events, effects: [ended] }
  const outputs = pending.find(event => event.type === 'outputs')?.outputs ?? state.outputs
  return { events, effects: [ended, ...tellParent(state, to, outputs, pending)] }
}

/** It had ended well, and then its outputs could not be rendered. */
function areOutputsBroken({ history }: ExecutionState, pending: readonly Event[]): boolean {
  const moves = [
    ...history.map(({ state }) => state),
    ...pending.flatMap(event => (event.type === 'moved' ? [event.to] : [])),
  ]
  const [before, last] = moves.slice(-2)
  return before !== undefined && isFinal(before) && last === 'FAILED'
}

export function tellParent(
  state: ExecutionState,
  to: FinalState,
  outputs: ExecutionState['outputs'],
  pending?: readonly Event[],
): Effect[] {
  const link = state.parentLink
  if (!link?.isAwaited) return []
  const isBroken = pending !== undefined && areOutputsBroken(state, pending)
  return [
    {
      type: 'signal',
      signal: {
        type: 'child-ended',
        executionId: link.executionId,
        run: link.run,
        childId: state.id,
        state: to,
        ...(outputs === undefined ? {} : { outputs }),
        ...(isBroken ? { error: 'outputs' } : {}),
      },
    },
  ]
}

/** An output that is nothing but an encrypted or a stored value stays as it is. */
function passedOn(view: View, property: Property): Value | undefined {
  if (!view.state.isSealed && !view.state.hasStored) return undefined
  try {
    const value = property.typed(scopeOf(view))
    return isEncrypted(value) || storedOf(value) ? value : undefined
  } catch (error) {
    if (error instanceof ExpressionError || error instanceof Asked) return undefined
    throw error
  }
}

type Rendered =
  | { readonly outputs: NonNullable<ExecutionState['outputs']> }
  | { readonly problem: string }
  | { readonly slot: string }

function renderOutputs(view: View): Rendered {
  const { state, plan } = view
  const scope = scopeOf(view)
  const entries: [string, Value][] = []
  try {
    for (const [id, property] of plan.outputs)
      entries.push([
        id,
        passedOn(view, property) ?? readProperty(property, { scope, how: 'typed', evaluated: state.evaluated }),
      ])
  } catch (error) {
    if (error instanceof NeedsEvaluation) return { slot: error.slot }
    if (error instanceof ExpressionError || error instanceof RunError) return { problem: error.message }
    throw error
  }
  const { encrypt } = view.env
  const { values, problems } = resolveOutputs(plan.flow.outputs, mapFrom(entries), {
    dialect: plan.flow.dialect,
    ...(encrypt ? { encrypt } : {}),
  })
  return values ? { outputs: values } : { problem: problems.map(problem => problem.message).join('; ') }
}
