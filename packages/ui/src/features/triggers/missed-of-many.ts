// What schedules that are switched on together missed: counted where they are few, and only known to be possible where they are many.

/** What is asked for. */
export type ManyMissed =
  { readonly type: 'some'; readonly count: number; readonly hasOlder: boolean } | { readonly type: 'unknown' }

interface Report {
  readonly count: number
  readonly hasOlder: boolean
}

/** Each costs a call. */
const COUNTED_MAX = 20

/** `isWhole`: these are all of them, and none is outside of the page. Rejects when it cannot be read. */
export async function missedOfMany<Row>(
  schedules: readonly Row[],
  isWhole: boolean,
  ask: (row: Row) => Promise<Report>,
): Promise<ManyMissed | { readonly type: 'none' }> {
  if (!isWhole || schedules.length > COUNTED_MAX) return { type: 'unknown' }
  const reports = await Promise.all(schedules.map(ask))
  const count = reports.reduce((sum, report) => sum + report.count, 0)
  const hasOlder = reports.some(report => report.hasOlder)
  return count === 0 && !hasOlder ? { type: 'none' } : { type: 'some', count, hasOlder }
}
