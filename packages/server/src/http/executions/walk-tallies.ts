// Counts along an index, from the end of a range on, in slices that are as long as they are cheap and with a pause for everybody else after each.
import type { Scheduler } from '../../platform/platform.ts'
import type { Store, TallyQuery, TallyRow } from '../../storage/store.ts'

export interface Range {
  readonly fromMs: number
  /** It is a part of the range. */
  readonly toMs: number
}

export interface Tally {
  readonly rows: readonly TallyRow[]
  /** Later than the range begins when a bound was met. */
  readonly countedFromMs: number
}

export interface TallyWorld {
  readonly store: Pick<Store, 'read'>
  readonly platform: Pick<Scheduler, 'defer'>
}

/** Rows that one call reads unless it says otherwise. */
const ROWS_MAX = 60_000
/** Rows of one slice: some ten milliseconds, which everybody else waits for. */
const SLICE_ROWS_MAX = 4_000
/** A slice that has no more is so cheap that the next one is four times as long. */
const SLICE_ROWS_FEW = 250

export async function walkTallies(
  query: Omit<TallyQuery, 'limit'>,
  { fromMs, toMs }: Range,
  { store, platform }: TallyWorld,
  budget: { rows: number } = { rows: ROWS_MAX },
): Promise<Tally> {
  const rows: TallyRow[] = []
  // It begins short: what is read of a slice that is too long is read in vain.
  let widthMs = query.slotMs
  for (let endMs = toMs; endMs >= fromMs;) {
    if (budget.rows <= 0) return { rows, countedFromMs: endMs + 1 }
    const startMs = Math.max(fromMs, Math.ceil(endMs - widthMs))
    const range = { startFromMs: startMs, startToMs: endMs }
    const found = await store.read.tallyExecutions({ ...query, ...range, limit: SLICE_ROWS_MAX })
    const count = found.reduce((sum, row) => sum + row.count, 0)
    budget.rows -= count
    // Too many for one slice: a shorter one. Those of one millisecond are taken as they are.
    if (count === SLICE_ROWS_MAX && endMs - startMs > 1) {
      widthMs = Math.max(1, (endMs - startMs) / 4)
      continue
    }
    rows.push(...found)
    endMs = startMs - 1
    if (count <= SLICE_ROWS_FEW) widthMs *= 4
    else if (count < SLICE_ROWS_MAX / 4) widthMs *= 2
    await new Promise<void>(resolve => platform.defer(resolve))
  }
  return { rows, countedFromMs: fromMs }
}
