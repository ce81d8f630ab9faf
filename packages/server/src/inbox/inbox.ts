// The one door between the rooms: whoever wants something of an execution submits a signal here and gets the receipt when the flush that
// acted on it has returned.
import type { ExecutionState, Plan, Refusal, Signal } from '@batuta/core'
import type { TriggerRow } from '../storage/batch.ts'

export interface Receipt<T> {
  readonly refusal?: Refusal
  /** What `view` made of the state at the end of the turn; it is shown only now, after the commit. */
  readonly view?: T
}

export interface SubmitOptions<T> {
  /** Looks at the state as the turn left it. */
  readonly view?: (state: ExecutionState, plan: Plan) => T
  /** The row of `signals` that this signal came from: consumed in the same flush. */
  readonly rowId?: string
  /** The trigger that fires: its cursor moves in the flush of the birth. */
  readonly trigger?: TriggerRow
}

export interface Inbox {
  /** Rejects with `SubmitError` when the signal could not be taken in. */
  submit<T = never>(signal: Signal, options?: SubmitOptions<T>): Promise<Receipt<T>>
}

/** Looks at a large execution in memory, as of what is committed; undefined for one that is not there. */
export type LookAtLive = <T>(
  executionId: string,
  view: (state: ExecutionState, plan: Plan) => T,
) => Promise<T | undefined> | undefined

/** overloaded, maintenance: come back later, nothing happened. unavailable: the store does not answer. failed: this signal cannot be stored. */
export type SubmitFault = 'overloaded' | 'maintenance' | 'unavailable' | 'disk-full' | 'failed' | 'stopped'

export class SubmitError extends Error {
  readonly fault: SubmitFault
  constructor(fault: SubmitFault, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'SubmitError'
    this.fault = fault
  }
}
