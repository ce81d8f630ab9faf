// What the engine tells the triggers: each change of state that a listener may care for becomes a row in the unit of the turn, for the home of the
// listener; and the end of an execution that a trigger waits for.
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
  /** A trigger waits for the end of that execution. */
  waitsFor?(executionId: string): boolean
  /** Its end is in the store. */
  ended?(executionId: string, state: string): void
}
