// Executions that could go on by themselves and are in nobody's hands: the detector of what is stuck.
import { shardOf } from '@batuta/core'
import type { Store } from '../storage/store.ts'
import type { Round } from './maintenance.ts'

const EVERY_MS = 30_000
const PAGE = 500

export interface WakeReadyOptions {
  readonly store: Store
  owns(shard: number): boolean
  /** Brings the execution into memory and lets it go on; settles when it has had its turn. */
  wake(executionId: string): Promise<void>
}

export function wakeReady({ store, owns, wake }: WakeReadyOptions): Round {
  const run = async (): Promise<void> => {
    for (let after = ''; ;) {
      const ids = await store.read.listReady(after, PAGE)
      await Promise.all(ids.filter(id => owns(shardOf(id))).map(wake))
      const last = ids.at(-1)
      if (last === undefined || ids.length < PAGE) return
      after = last
    }
  }
  return { name: 'wake ready', everyMs: EVERY_MS, run }
}
