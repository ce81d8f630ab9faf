// Backpressure hits new work only: settlements, commands and timers are always taken.
import type { Signal } from '@batuta/core'
import { SubmitError } from '../inbox/inbox.ts'

const PENDING_AGE_MAX_MS = 250
const PENDING_BYTES_MAX = 64 * 2 ** 20

export interface Load {
  readonly oldestMs: number
  readonly pending: number
  readonly bytes: number
  /** Of a signal that is stored: whoever sent it has committed it, so that a child of a parent that goes on is no new work. */
  readonly rowId: string | undefined
}

/** Why nothing new is begun now; undefined while there is room. */
export function overload({ type }: Signal, { oldestMs, pending, bytes, rowId }: Load): SubmitError | undefined {
  if (type !== 'create' || rowId !== undefined || (oldestMs <= PENDING_AGE_MAX_MS && bytes <= PENDING_BYTES_MAX))
    return undefined
  return new SubmitError(
    'overloaded',
    `The engine has ${pending} signals waiting, of ${Math.ceil(bytes / 2 ** 20)} MB, the oldest for ${oldestMs} ms: try again in a moment.`,
  )
}
