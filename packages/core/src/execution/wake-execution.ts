// An execution waits, or tries again, because of its runs. When the last of these ends for another reason than its hour or a person, it goes on.
import type { View } from './context.ts'
import type { Event } from './event.ts'
import { getRun } from './look-up.ts'
import type { ExecutionState } from './state.ts'

/** The events, and what follows from them for the execution. */
export function wakeExecution({ state }: View, events: readonly Event[]): Event[] {
  const retries = events.filter(event => event.type === 'timer-fired' && isRetry(event.name)).length
  const waits = countEndedWaits(state, events)
  const isBack =
    (state.state === 'RETRYING' && retries > 0 && retries === [...state.timers.keys()].filter(isRetry).length) ||
    (state.state === 'PAUSED' && waits > 0 && waits === state.paused)
  return isBack ? [...events, { type: 'moved', to: 'RUNNING' }] : [...events]
}

/** Runs that wait now and are moved on by the events. */
export function countEndedWaits(state: ExecutionState, events: readonly Event[]): number {
  return events.filter(event => event.type === 'run-moved' && getRun(state, event.run).state === 'PAUSED').length
}

function isRetry(name: string): boolean {
  return name.startsWith('retry:')
}
