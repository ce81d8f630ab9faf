// The gate before an execution runs: its limits. Whether there is room the turn is told (`env.admit`), because the members of a limit are other
// executions; what follows is decided here. One that must wait is QUEUED until a `limit-granted` comes; one that is refused has no task run at all.
import type { View } from './context.ts'
import type { Decision, Effect, Event } from './event.ts'
import { NOBODY } from './end-early.ts'
import { endExecution } from './finish.ts'
import { refuseBySwitch, type SwitchedOff } from './kill-switch.ts'
import { stopAll } from './stop.ts'
import { ROOT, type FinalState } from './state.ts'

/** What the limits of an execution say to its start. */
export type Admission =
  | { readonly type: 'granted' | 'waits'; readonly keys: readonly string[] }
  | {
      readonly type: 'refused'
      readonly keys: readonly string[]
      readonly to: 'CANCELLED' | 'FAILED'
      readonly reason: string
    }
  | ({ readonly type: 'switched-off' } & SwitchedOff)

/** The last step before an execution that was created or restarted begins. */
export function passGate(view: View, begun: Decision): Decision {
  const { state, env } = view
  // A paused execution that is restarted holds its place already.
  const admission = state.slot?.type === 'holds' ? undefined : env.admit?.(state)
  switch (admission?.type) {
    case undefined:
      return begun
    case 'granted':
      return { events: [{ type: 'limit-granted', keys: admission.keys }, ...begun.events], effects: begun.effects }
    case 'waits':
      return {
        events: [
          { type: 'limit-waits', keys: admission.keys },
          { type: 'moved', to: 'QUEUED' },
        ],
        effects: [],
      }
    case 'refused':
      return refuse(view, admission)
    case 'switched-off':
      return refuseBySwitch(view, admission)
  }
}

const RUNNING: Event = { type: 'moved', to: 'RUNNING' }
const NOTHING: Decision = { events: [], effects: [] }

function refuse(view: View, { to, reason }: Extract<Admission, { type: 'refused' }>): Decision {
  const level = to === 'FAILED' ? 'ERROR' : 'INFO'
  const log: Effect = {
    type: 'log',
    entry: { run: ROOT, level, message: reason, atMs: view.env.nowMs, attempt: 0 },
  }
  const ended = endAt(view, to)
  return { events: ended.events, effects: [log, ...ended.effects] }
}

/** Ended where it stands: nothing comes after. Of one that was restarted, what was to run again does not. */
export function endAt(view: View, to: FinalState): Decision {
  const stopped = stopAll(view, NOBODY)
  const end = endExecution(view.state, to)
  return {
    events: [...stopped.events, { type: 'moved', to }, ...end.events],
    effects: [...stopped.effects, ...end.effects],
  }
}

/** A place was left, and it is this one's turn. */
export function decideGranted({ state }: View): Decision {
  if (state.state !== 'QUEUED' || state.slot?.type !== 'waits') return NOTHING
  return { events: [{ type: 'limit-granted', keys: state.slot.keys }, RUNNING], effects: [] }
}

/** A kill switch lets nobody by, whoever forces it. */
export function switchedOffAt({ state, env }: View): SwitchedOff | undefined {
  const admission = env.admit?.(state)
  return admission?.type === 'switched-off' ? admission : undefined
}

/** Forced into a place beyond the limit, so that the others wait for as many to be left as there are too many. */
export function takePlace(view: View): readonly Event[] {
  const { state, env } = view
  const admission = state.slot ?? env.admit?.(state)
  return admission && admission.type !== 'switched-off'
    ? [{ type: 'limit-granted', keys: admission.keys, isForced: true }]
    : []
}
