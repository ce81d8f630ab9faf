// A turn: the signals of one execution, then `decide` and `apply` in alternation until nothing is left before the next wait or the budget is
// used up. The budget counts events, never time, so that the simulator and production agree.
import { apply, born } from './apply.ts'
import type { View } from './context.ts'
import { decideNext, decideSignal } from './decide.ts'
import type { Birth, Decision, Effect, Event, Refusal, Signal } from './event.ts'
import type { Plan } from './plan.ts'
import { ROOT, type ExecutionState } from './state.ts'
import type { TurnEnv } from './turn-env.ts'
import { bringsSealed, sealEffect, sealEvent } from './turn-secrets.ts'

export const TURN_EVENTS_MAX = 256

export interface TurnResult {
  readonly state: ExecutionState
  readonly events: readonly Event[]
  readonly effects: readonly Effect[]
  /** Of the signals, in their order: undefined where the signal was taken. */
  readonly refusals: readonly (Refusal | undefined)[]
  /** The budget ended before the agenda did: the execution queues behind the others. */
  readonly isUnfinished: boolean
}

/** The first turn of an execution. */
export function openExecution(id: string, birth: Birth, plan: Plan, env: TurnEnv): TurnResult {
  const event: Event = { type: 'created', ...birth }
  const state = born(id, event, plan, env.nowMs)
  return runTurn({ state, plan, env }, [], [event])
}

export function runTurn(view: View, signals: readonly Signal[], begun: readonly Event[] = []): TurnResult {
  const { state } = view
  const events: Event[] = [...begun]
  const effects: Effect[] = []
  const see = (event: Event): void => {
    apply(state, event, view.plan, view.env.nowMs)
    events.push(event)
  }
  const take = (decision: Decision): void => {
    // Where it was put off it lies there already: a loop would leave one more behind with every turn.
    if (decision.again !== undefined && state.agenda.at(-1) !== decision.again) state.agenda.push(decision.again)
    const before = state.agenda
    const from = before.length
    const { secrets } = view.env
    for (const decided of decision.events) {
      const event = secrets ? sealEvent(decided, secrets) : decided
      if (!state.isSealed && (secrets || event.type === 'evaluated') && bringsSealed(event)) see({ type: 'sealed' })
      see(event)
    }
    for (const effect of decision.effects) effects.push(secrets ? sealEffect(effect, secrets) : effect)
    reverseFrom(state.agenda, state.agenda === before ? from : 0)
  }
  const refusals = signals.map(signal => {
    const decision = decideSignal(view, signal)
    take(decision)
    return decision.refusal
  })
  while (events.length < TURN_EVENTS_MAX) {
    const ordinal = state.agenda.pop()
    if (ordinal === undefined) break
    const decision = decideNext(view, ordinal)
    if (decision.later === undefined) take(decision)
    else putOff(state, decision.later)
  }
  if (events.length > 0) state.turn += 1
  return { state, events, effects, refusals, isUnfinished: state.agenda.length > 0 }
}

/** The group comes after its children that have not begun. */
function putOff({ agenda, runs }: ExecutionState, group: number): void {
  const at = agenda.findIndex(ordinal => ordinal !== ROOT && runs.openAt(ordinal)?.parent === group)
  if (agenda[at - 1] !== group) agenda.splice(Math.max(at, 0), 0, group)
}

/** The agenda is a stack: what came first is to be looked at first. */
function reverseFrom(list: number[], from: number): void {
  for (let low = from, high = list.length - 1; low < high; low++, high--) {
    const first = list[low] ?? ROOT
    list[low] = list[high] ?? ROOT
    list[high] = first
  }
}
