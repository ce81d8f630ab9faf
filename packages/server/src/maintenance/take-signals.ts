// Signals that were stored for an execution that was not at hand. They are sent on right after their commit; the round finds those that were not
// taken then.
import { decodeValue, trust, type Signal } from '@batuta/core'
import type { Inbox } from '../inbox/inbox.ts'
import type { Store } from '../storage/store.ts'
import type { Round } from './maintenance.ts'

const EVERY_MS = 1_000
const PAGE = 500

export interface TakeSignalsOptions {
  readonly store: Store
  readonly inbox: Inbox
  onNotice(message: string, error?: unknown): void
}

export function takeSignals({ store, inbox, onNotice }: TakeSignalsOptions): Round {
  const take = async ({ id, body }: { readonly id: string; readonly body: string }): Promise<void> => {
    try {
      await inbox.submit(trust<Signal>(decodeValue(body)), { rowId: id })
    } catch (error) {
      onNotice(`the signal ${id} was not taken; it is sent again`, error)
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
  return { name: 'take signals', everyMs: EVERY_MS, run }
}
