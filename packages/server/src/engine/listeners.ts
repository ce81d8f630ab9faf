// What the engine tells the triggers that listen to executions: each change of state that a listener may care for becomes a row in the unit of the
// turn, for the home of the listener.
import type { Event, View } from '@batuta/core'

export interface TriggerSignal {
  /** Where the listener is at home. */
  readonly shard: number
  readonly body: string
}

export interface Listeners {
  /** Those that may care for what happened in a turn; usually none. */
  tell(view: View, events: readonly Event[]): readonly TriggerSignal[]
  /** One of them is in the store. */
  take(signal: TriggerSignal, rowId: string): void
}
