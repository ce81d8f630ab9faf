// A limit in memory: the fold of its members, as the store has them with what is on its way there.
import type { LimitFold } from '@batuta/core'

/** What flushes change in memory before they are in the store. */
export interface Touched {
  /** Turns that are written in batches which have not returned yet. */
  unflushed: number
  /** What it did last was refused by the store: units that were built on it must not be written. */
  isDropped: boolean
}

export interface LimitEntity extends Touched {
  readonly key: string
  /** Absent until it is read, and after something of it was refused. */
  fold?: LimitFold
  /** How often it was changed: what is read meanwhile may be older. */
  changes: number
}
