// Signals that were stored for an execution that was not at hand. They are sent on right after their commit; the round finds those that were not
// taken then.
import { decodeValue, trust, type Signal } from '@batuta/core'
import type { Inbox } from '../inbox/inbox.ts'
import type { Clock, Scheduler } from '../platform/platform.ts'
import type { SignalRow } from '../storage/batch.ts'
import type { Store } from '../storage/store.ts'
import { Backoff } from './backoff.ts'
import type { Round } from './maintenance.ts'

const EVERY_MS = 1_000
const PAGE = 500
const IN_HAND_MAX_MS = 10

export interface TakeSignalsOptions {
  readonly store: Store
  readonly inbox: Inbox
  readonly platform: Pick<Clock & Scheduler, 'nowMs' | 'at'>
  /** Signals that are for a trigger and for no execution; undefined, and at once, for all others: their shard is ours only now. */
  takeOfTrigger?(body: string, rowId: string): Promise<void> | undefined
  /** Signals to other nodes' shards are theirs to take. */
  owns(shard: number): boolean
  onNotice(message: string, error?: unknown): void
}

/** Looks once more when it is told of more while it looks; what it takes it does not wait for. */
export interface SignalTaker extends Round {
  look(): Promise<void>
}

export function takeSignals({
  store,
  inbox,
  platform,
  owns,
  takeOfTrigger,
  onNotice,
}: TakeSignalsOptions): SignalTaker {
  const nowMs = (): number => platform.nowMs()
  const backoff = new Backoff(nowMs)
  const inHand = new Map<string, Promise<void>>()
  /** Since the reading began: its rows may still be among those that are read. */
  const ended = new Set<string>()
  const take = async ({ id, body }: SignalRow): Promise<void> => {
    try {
      await (takeOfTrigger?.(body, id) ?? inbox.submit(trust<Signal>(decodeValue(body)), { rowId: id }))
    } catch (error) {
      backoff.refuse(id)
      onNotice(`the signal ${id} was not taken; it is sent again`, error)
    } finally {
      inHand.delete(id)
      ended.add(id)
    }
  }
  /** What is in hand goes with a commit that is on its way: a look before would read it all over again. */
  const settleInHand = async (): Promise<void> => {
    const pause = new Promise<void>(resolve => void platform.at(nowMs() + IN_HAND_MAX_MS, resolve))
    await Promise.race([pause, Promise.all(inHand.values())])
  }
  const read = async (): Promise<void> => {
    if (inHand.size > 0) await settleInHand()
    const seen = new Set<string>()
    ended.clear()
    for (let after = ''; ;) {
      const rows = await store.read.listSignals(after, PAGE)
      for (const row of rows) {
        seen.add(row.id)
        const isNew = !inHand.has(row.id) && !ended.has(row.id)
        if (isNew && owns(row.shard) && backoff.isDue(row.id)) inHand.set(row.id, take(row))
      }
      const last = rows.at(-1)
      if (!last || rows.length < PAGE) break
      after = last.id
    }
    backoff.keep(seen)
  }
  const look = oneAtATime(read)
  const run = async (): Promise<void> => {
    await look()
    await Promise.all(inHand.values())
  }
  return { name: 'take signals', everyMs: EVERY_MS, run, look }
}

/** Who asks while it runs gets a run that begins afterwards, the same for all who ask. */
function oneAtATime(run: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | undefined
  let next: Promise<void> | undefined
  const start = (): Promise<void> => {
    next = undefined
    current = run().finally(() => {
      if (next === undefined) current = undefined
    })
    return current
  }
  return () => {
    if (!current) return start()
    next ??= current.then(start, start)
    return next
  }
}
