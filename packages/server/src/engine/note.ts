// What the triggers of this node want written at once: births, cursors and windows, with the signals that brought it about. All of it, or nothing.
import type { Signal } from '@batuta/core'
import type { JobKey, JobRow, OperationRow, TriggerRow, WindowRow } from '../storage/batch.ts'

export interface Note {
  readonly births?: readonly Extract<Signal, { type: 'create' }>[]
  /** Rows of signals that are taken by it; a note whose signal was taken already is dropped. */
  readonly signalsTaken?: readonly string[]
  readonly triggers?: readonly TriggerRow[]
  readonly windows?: readonly WindowRow[]
  readonly operations?: readonly OperationRow[]
  readonly jobs?: readonly JobRow[]
  readonly jobsEnded?: readonly JobKey[]
  readonly jobsKilled?: readonly JobKey[]
}

export interface NoteTaker {
  /** False when the signal of it was taken before. Rejects with `SubmitError` when it cannot be stored. */
  note(note: Note): Promise<boolean>
  /** Settles when nothing that was rejected can reach the store any more: what is read then is how it stays. Rejects while the store is silent. */
  settled(): Promise<void>
}
