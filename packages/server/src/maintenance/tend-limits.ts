// Limits with members: whoever may go on goes on. A place that is left is granted in the flush that leaves it; this finds what comes about otherwise – a
// limit that was raised, an execution that was deleted.
import type { Store } from '../storage/store.ts'
import type { Round } from './maintenance.ts'

const EVERY_MS = 15_000
const PAGE = 200

export interface TendLimitsOptions {
  readonly store: Store
  /** Limits that are at home on this node. */
  owns(limitKey: string): boolean
  tend(limitKeys: readonly string[]): Promise<void>
}

export function tendLimits({ store, owns, tend }: TendLimitsOptions): Round {
  const run = async (): Promise<void> => {
    for (let after = ''; ;) {
      const keys = await store.read.listLimitKeys(after, PAGE)
      const own = keys.filter(owns)
      if (own.length > 0) await tend(own)
      const last = keys.at(-1)
      if (last === undefined || keys.length < PAGE) return
      after = last
    }
  }
  return { name: 'tend limits', everyMs: EVERY_MS, canWait: true, run }
}
