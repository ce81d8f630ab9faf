// An administrator stops what a flow, a namespace or everything does. What begins meets the switch at the gate and has no task run at all; what is under
// way is told by a command. KILL stops it at once. CANCEL lets the tasks that run end, and begins nothing more. IGNORE leaves it lying as it is: it is
// held, until somebody releases or kills it.
import type { View } from './context.ts'
import type { Command, Decision, Effect, Event, Refusal } from './event.ts'
import { leaveAll } from './exit.ts'
import { endExecution } from './finish.ts'
import { decideKill } from './kill.ts'
import { ROOT, isFinal } from './state.ts'

/** Tells which switch it was. */
export const KILL_SWITCH_LABEL = 'system.killSwitch'

export interface SwitchedOff {
  readonly how: 'KILL' | 'CANCEL' | 'IGNORE'
  /** Its name. */
  readonly by: string
}

const NONE: ReadonlySet<number> = new Set()

/** What would begin, or begin again. */
export function refuseBySwitch(view: View, off: SwitchedOff): Decision {
  const { state, env } = view
  const head: readonly Event[] = [labelled(view, off)]
  const entry = { run: ROOT, level: 'WARN', message: reasonOf(off), atMs: env.nowMs, attempt: 0 } as const
  const log: Effect = { type: 'log', entry }
  switch (off.how) {
    case 'IGNORE':
      return { events: [...head, { type: 'held', reason: reasonOf(off) }], effects: [log] }
    case 'CANCEL': {
      const end = endExecution(state, 'CANCELLED')
      return {
        events: [...head, ...leaveAll(view, NONE), { type: 'moved', to: 'CANCELLED' }, ...end.events],
        effects: [log, ...end.effects],
      }
    }
    case 'KILL': {
      const killed = decideKill(view, { name: 'kill', isCascading: false })
      const end = endExecution(state, 'KILLED')
      return {
        events: [...head, ...killed.events, { type: 'moved', to: 'KILLED' }, ...end.events],
        effects: [log, ...killed.effects, ...end.effects],
      }
    }
  }
}

/** What is under way. */
export function decideSwitchOff(view: View, off: Extract<Command, { name: 'switch-off' }>): Decision {
  const { state, plan } = view
  if (isFinal(state.state) || state.isKillRequested)
    return refuse(`The execution "${state.id}" is ${state.state}: there is nothing to switch off.`)
  if (state.isHeld && off.how !== 'KILL')
    return refuse(`The execution "${state.id}" is held already: nothing of it goes on.`)
  const head = labelled(view, off)
  switch (off.how) {
    case 'IGNORE':
      return { events: [head, { type: 'held', reason: reasonOf(off) }], effects: [] }
    case 'KILL': {
      const killed = decideKill(view, { name: 'kill', isCascading: true })
      return { ...killed, events: [head, ...killed.events] }
    }
    case 'CANCEL': {
      const phase = plan.root.after.length > 0 ? 'after' : 'leaving'
      const left = leaveAll(view, NONE)
      return {
        events: [head, ...left, { type: 'moved', to: 'CANCELLED' }, { type: 'phase-entered', run: ROOT, phase }],
        effects: [],
        again: ROOT,
      }
    }
  }
}

function labelled({ state }: View, { by }: SwitchedOff): Event {
  const others = state.labels.filter(({ key }) => key !== KILL_SWITCH_LABEL)
  return { type: 'labels', labels: [...others, { key: KILL_SWITCH_LABEL, value: by }] }
}

function reasonOf({ how, by }: SwitchedOff): string {
  const what = { KILL: 'kills', CANCEL: 'cancels', IGNORE: 'ignores' }[how]
  return `The kill switch "${by}" ${what} this execution.`
}

function refuse(message: string): Decision {
  const refusal: Refusal = { code: 'wrong-state', message }
  return { events: [], effects: [], refusal }
}
