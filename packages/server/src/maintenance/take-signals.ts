// Signals that were stored for an execution that was not at hand, or that another node owns. They are sent on right after their commit; the round
// finds those that were not taken then. A row is under way once at a time: its consumption is part of the flush that acts on it.
import { decodeValue, trust, type Signal } from '@batuta/core'
import type { Inbox } from '../inbox/inbox.ts'
import type { SignalRow } from '../storage/batch.ts'
import type { Store } from '../storage/store.ts'
import type { Round } from './maintenance.ts'

const EVERY_MS = 1_000
const PAGE = 500

export interface TakeSignalsOptions {
  readonly store: Store
  readonly inbox: Inbox
  /** Signals to other nodes' shards are theirs to take. */
  owns(shard: number): boolean
  onNotice(message: string, error?: unknown): void
}

export interface SignalRound extends Round {
  /** A row that was committed just now. */
  take(row: SignalRow): Promise<void>
}

export function takeSignals({ store, inbox, owns, onNotice }: TakeSignalsOptions): SignalRound {
  const underWay = new Set<string>()
  const take = async ({ id, shard, body }: SignalRow): Promise<void> => {
    if (underWay.has(id) || !owns(shard)) return
    underWay.add(id)
    try {
      await inbox.submit(trust<Signal>(decodeValue(body)), { rowId: id })
    } catch (error) {
      onNotice(`the signal ${id} was not taken; it is sent again`, error)
    } finally {
      underWay.delete(id)
    }
  }
  const run = async (): Promise<void> => {
    for (let after = ''; ;) {
      const rows = await store.read.listSignals(after, PAGE)
      await Promise.all(rows.map(take))
      const last = rows.at(-1)
      if (!last || rows.length < PAGE) return
      after = last.id
    }
  }
  return { name: 'take signals', everyMs: EVERY_MS, run, take }
}
