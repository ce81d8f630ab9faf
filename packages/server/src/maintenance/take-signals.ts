// Signals that were stored for an execution that was not at hand. They are sent on right after their commit; the round finds those that were not
// taken then.
import { decodeValue, trust, type Signal } from '@batuta/core'
import type { Inbox } from '../inbox/inbox.ts'
import type { SignalRow } from '../storage/batch.ts'
import type { Store } from '../storage/store.ts'
import { Backoff } from './backoff.ts'
import type { Round } from './maintenance.ts'

const EVERY_MS = 1_000
const PAGE = 500

export interface TakeSignalsOptions {
  readonly store: Store
  readonly inbox: Inbox
  nowMs(): number
  /** Signals to other nodes' shards are theirs to take. */
  owns(shard: number): boolean
  onNotice(message: string, error?: unknown): void
}

export function takeSignals({ store, inbox, nowMs, owns, onNotice }: TakeSignalsOptions): Round {
  const backoff = new Backoff(nowMs)
  const take = async ({ id, body }: SignalRow): Promise<void> => {
    try {
      await inbox.submit(trust<Signal>(decodeValue(body)), { rowId: id })
    } catch (error) {
      backoff.refuse(id)
      onNotice(`the signal ${id} was not taken; it is sent again`, error)
    }
  }
  const run = async (): Promise<void> => {
    const seen = new Set<string>()
    for (let after = ''; ;) {
      const rows = await store.read.listSignals(after, PAGE)
      for (const { id } of rows) seen.add(id)
      await Promise.all(rows.filter(({ id, shard }) => owns(shard) && backoff.isDue(id)).map(take))
      const last = rows.at(-1)
      if (!last || rows.length < PAGE) break
      after = last.id
    }
    backoff.keep(seen)
  }
  return { name: 'take signals', everyMs: EVERY_MS, run }
}
