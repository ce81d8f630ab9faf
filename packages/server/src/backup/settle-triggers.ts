// After a restore the cursors of schedules stand where they stood at the backup, and the clock does not. What was missed in between follows the
// policy of the trigger; where it names none, the last date alone is made up for: most of the others fired before the loss that made the
// restore necessary, and nobody wants a week of hourly reports at once.
import {
  decodeValue,
  dueScheduleDate,
  missedDates,
  openSchedule,
  trust,
  type Flow,
  type RecoverPolicy,
} from '@batuta/core'
import { flowOf, triggerOf, type SqlRow } from '../storage/sql/rows.ts'
import type { StoredTrigger } from '../storage/store.ts'
import * as sql from './backup.sql.ts'

export type RunWrite = (statement: string, ...values: readonly (string | number | null)[]) => Promise<readonly SqlRow[]>

export interface SettleOptions {
  readonly nowMs: number
  /** Zone of schedules that name none. */
  readonly zone: string
  /** Instead of the policies of the triggers. */
  readonly missed: RecoverPolicy | undefined
}

/** Returns how many cursors were moved. */
export async function settleTriggers(run: RunWrite, options: SettleOptions): Promise<number> {
  let moved = 0
  for (const row of await run(sql.TRIGGERS, options.nowMs)) {
    const stored = triggerOf(row)
    const flow = (await run(sql.NEWEST_FLOW, stored.tenant, stored.namespace, stored.flowId))[0]
    const nextMs = flow && nextOf(stored, trust<Flow>(decodeValue(flowOf(flow).parsed)), options)
    if (nextMs === undefined || nextMs === stored.nextMs) continue
    await run(sql.MOVE_CURSOR, nextMs, stored.tenant, stored.namespace, stored.flowId, stored.triggerId)
    moved += 1
  }
  return moved
}

/** Undefined when the cursor is not one of a schedule. */
function nextOf(stored: StoredTrigger, flow: Flow, { nowMs, zone, missed }: SettleOptions): number | null | undefined {
  const trigger = flow.triggers.find(({ id }) => id === stored.triggerId)
  const schedule = trigger && openSchedule(trigger, zone)
  if (!schedule || stored.nextMs === null) return undefined
  const policy = missed ?? schedule.recoverMissed ?? 'LAST'
  const { dates } = missedDates(schedule, { cursorMs: stored.nextMs - 1, nowMs }, policy)
  return dates[0] ?? dueScheduleDate(schedule, { nowMs }) ?? null
}
