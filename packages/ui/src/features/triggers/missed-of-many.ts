// What triggers that are switched on together missed: counted where they are few, and only known to be possible where they are many.
import type { MissedPolicy, MissedReport, TriggerRow } from './trigger-row.ts'
import { hasDates } from './trigger-row.ts'

/** OWN: as each trigger says. */
export type PolicyOfMany = MissedPolicy | 'OWN'

/** What is asked for. */
export type ManyMissed =
  { readonly type: 'some'; readonly count: number; readonly hasOlder: boolean } | { readonly type: 'unknown' }

/** Each costs a call. */
const COUNTED_MAX = 20

/** `isWhole`: these are all of them, and none is outside of the page. Rejects when it cannot be read. */
export async function missedOfMany(
  rows: readonly TriggerRow[],
  isWhole: boolean,
  ask: (row: TriggerRow) => Promise<Pick<MissedReport, 'count' | 'hasOlder'>>,
): Promise<ManyMissed | { readonly type: 'none' }> {
  const schedules = rows.filter(row => !row.isOn && !row.isOffInFlow && hasDates(row))
  if (!isWhole || schedules.length > COUNTED_MAX) return { type: 'unknown' }
  const reports = await Promise.all(schedules.map(ask))
  const count = reports.reduce((sum, report) => sum + report.count, 0)
  const hasOlder = reports.some(report => report.hasOlder)
  return count === 0 && !hasOlder ? { type: 'none' } : { type: 'some', count, hasOlder }
}
