// What becomes of a date of a schedule whose hour has come: it fires or is let go, and the cursor moves on – along the line, or along that of a
// backfill until it is through.
import type { ValueMap } from '../std/value.ts'
import type { Label } from '../flow/flow.ts'
import { dueScheduleDate, nextScheduleDate, type DateFilter, type Schedule } from './schedule.ts'
import type { Backfill, TriggerState } from './trigger-state.ts'

export interface ScheduleStep {
  /** Undefined when nothing is to be started, because the date comes too late. */
  readonly lateByMs?: number
  readonly nextMs: number | null
  readonly state: TriggerState
  readonly labels?: readonly Label[]
  readonly inputs?: ValueMap
}

/** Tells executions of a backfill, which may run a date again, from those of the schedule itself. */
export const BACKFILL_LABEL: Label = { key: 'system.backfill', value: 'true' }

export interface DateAtHand {
  readonly dateMs: number
  readonly nowMs: number
  readonly state: TriggerState
  readonly passes?: DateFilter | undefined
}

export function stepSchedule(schedule: Schedule, { dateMs, nowMs, state, passes }: DateAtHand): ScheduleStep {
  const { backfill, ...rest } = state
  if (backfill) return stepBackfill(schedule, backfill, { dateMs, state: rest, passes })
  const { makeUpUntilMs, ...kept } = state
  const isAskedFor = makeUpUntilMs !== undefined && dateMs <= makeUpUntilMs
  const following = isAskedFor ? nextScheduleDate(schedule, dateMs, passes) : undefined
  if (isAskedFor && following !== undefined && following <= makeUpUntilMs) return { nextMs: following, state }
  // From the last one that was asked for on it is a schedule like any other.
  const nextMs = dueScheduleDate(schedule, { cursorMs: dateMs, nowMs, ...(passes && { passes }) }) ?? null
  const latest = schedule.lateMaximumDelayMs
  const isLate = !isAskedFor && latest !== undefined && dateMs + latest < nowMs
  return { nextMs, state: kept, ...(isLate ? { lateByMs: nowMs - dateMs } : {}) }
}

function stepBackfill(
  schedule: Schedule,
  backfill: Backfill,
  { dateMs, state, passes }: Pick<DateAtHand, 'dateMs' | 'state' | 'passes'>,
): ScheduleStep {
  const { labels, inputs } = backfill
  const given = { labels: [...(labels ?? []), BACKFILL_LABEL], ...(inputs && { inputs }) }
  const nextMs = nextScheduleDate(schedule, dateMs, passes)
  if (nextMs === undefined || nextMs > backfill.endMs) return { ...given, nextMs: backfill.previousNextMs, state }
  return { ...given, nextMs, state: { ...state, backfill: { ...backfill, currentMs: nextMs } } }
}

export interface BackfillRequest {
  readonly startMs: number
  readonly endMs: number
  readonly isPaused?: boolean
  readonly inputs?: ValueMap
  readonly labels?: readonly Label[]
}

/** Undefined when no date of the schedule lies between start and end. */
export function beginBackfill(
  schedule: Schedule,
  request: BackfillRequest,
  previousNextMs: number | null,
): Backfill | undefined {
  const { startMs, endMs, isPaused = false, inputs, labels } = request
  const currentMs = schedule.next(startMs - 1)
  if (currentMs === undefined || currentMs > endMs) return undefined
  return { startMs, endMs, currentMs, isPaused, previousNextMs, ...(inputs && { inputs }), ...(labels && { labels }) }
}
