// The rounds that keep the store from growing without bound. Of several engines the owner of the first shard does what one is enough for.
import type { FileStore } from '@batuta/plugin-sdk'
import type { Store } from '../storage/store.ts'
import { collectFiles } from './collect-files.ts'
import { makeDays } from './make-days.ts'
import type { Round } from './maintenance.ts'
import type { PacePlatform } from './pace.ts'
import { purgeExecutions } from './purge-executions.ts'
import { purgeOperations } from './purge-operations.ts'
import { tidyQueues } from './tidy-queues.ts'

const FIRST_SHARD = 0

export interface HousekeepingOptions {
  readonly store: Store
  readonly files: FileStore
  readonly platform: PacePlatform
  /** For ever when undefined. */
  readonly executionsKeptMs: number | undefined
  owns(shard: number): boolean
  /** What was done. */
  tell(message: string): void
  /** What could not be done. */
  onNotice(message: string): void
}

export function housekeeping({ owns, executionsKeptMs, ...options }: HousekeepingOptions): readonly Round[] {
  const { store, platform } = options
  const isInCharge = (): boolean => owns(FIRST_SHARD)
  const nowMs = (): number => platform.nowMs()
  const rounds = [purgeOperations({ ...options, isInCharge })]
  if (store.cluster) rounds.push(tidyQueues({ cluster: store.cluster, isInCharge }))
  if (store.history) rounds.push(makeDays({ ...options, history: store.history, nowMs }))
  if (executionsKeptMs === undefined) return rounds
  return [
    ...rounds,
    purgeExecutions({ ...options, keptMs: executionsKeptMs, isInCharge }),
    collectFiles({ ...options, isInCharge }),
  ]
}
