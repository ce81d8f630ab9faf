// Idempotency keys and answers that nobody will ask for any more, and nodes that will not come back.
import type { Store } from '../storage/store.ts'
import type { Round } from './maintenance.ts'
import { inSlices, type PacePlatform } from './pace.ts'

const EVERY_MS = 60_000
const SLICE = 500
const NODE_GONE_MS = 30 * 86_400_000

export interface PurgeOperationsOptions {
  readonly store: Store
  readonly platform: PacePlatform
  /** Among several nodes one does it. */
  isInCharge(): boolean
}

export function purgeOperations({ store, platform, isInCharge }: PurgeOperationsOptions): Round {
  const run = async (signal?: AbortSignal): Promise<void> => {
    if (!isInCharge()) return
    await inSlices(platform, signal, async () => {
      const count = await store.perform('purgeOperations', { nowMs: platform.nowMs(), limit: SLICE })
      return count < SLICE ? 'done' : 'more'
    })
    await store.cluster?.forgetNodes(NODE_GONE_MS)
  }
  return { name: 'purge operations', everyMs: EVERY_MS, canWait: true, run }
}
