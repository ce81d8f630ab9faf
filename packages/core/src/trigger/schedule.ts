// When a schedule fires: its next date, the dates it missed, and what its executions see of them. A schedule is a line of dates – from a
// cron or from a list – and a cursor on it, the date last fired. Conditions filter the line, so they come in as a predicate.
import { parseDuration } from '../std/duration.ts'
import { parseIsoDate, parseIsoInstant, parseIsoTime } from '../std/iso-time.ts'
import { isList, mapFrom, mapGet } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import { findZone, formatZoned, instantsOf } from '../std/zone.ts'
import type { Zone } from '../std/zone.ts'
import type { Trigger } from '../flow/flow.ts'
import { parseCron } from './cron.ts'
import { nextCronDate, previousCronDate } from './cron-date.ts'

export type RecoverPolicy = 'ALL' | 'LAST' | 'NONE'

export interface Schedule {
  readonly zone: Zone
  /** A date this much too late is skipped. */
  readonly lateMaximumDelayMs: number | undefined
  /** What the trigger says; otherwise the configuration decides. */
  readonly recoverMissed: RecoverPolicy | undefined
  next(afterMs: number): number | undefined
  previous(beforeMs: number): number | undefined
}

/** Judges a date that the schedule could fire at. */
export type DateFilter = (dateMs: number) => boolean

/** Dates that conditions may refuse in a row before the search gives up. */
const REFUSED_MAX = 50_000
/** Conditions are tried over this span, as far as anyone plans. */
const SEARCH_MS = 10 * 366 * 86_400_000
/** Missed dates made up for, at most; older ones are let go. */
export const MISSED_MAX = 100
const EVERY_DATE: DateFilter = () => true

const SCHEDULE = 'io.kestra.plugin.core.trigger.Schedule'
const ON_DATES = 'io.kestra.plugin.core.trigger.ScheduleOnDates'

/** The schedule of a trigger, compiled once; undefined for other triggers and where cron, date or zone are not valid. */
export function openSchedule(trigger: Trigger, defaultZone: string): Schedule | undefined {
  if (trigger.type !== SCHEDULE && trigger.type !== ON_DATES) return undefined
  const own = (key: string): Value => mapGet(trigger.properties, key) ?? null
  const zone = findZone(own('timezone') === null ? defaultZone : printValue(own('timezone')))
  if (zone === undefined) return undefined
  const line = trigger.type === SCHEDULE ? cronLine(own, zone) : dateLine(own('dates'), zone)
  if (line === undefined) return undefined
  const recover = own('recoverMissedSchedules')
  return {
    zone,
    ...line,
    lateMaximumDelayMs:
      own('lateMaximumDelay') === null ? undefined : parseDuration(printValue(own('lateMaximumDelay'))),
    recoverMissed: recover === 'ALL' || recover === 'LAST' || recover === 'NONE' ? recover : undefined,
  }
}

type Line = Pick<Schedule, 'next' | 'previous'>

function cronLine(own: (key: string) => Value, zone: Zone): Line | undefined {
  const parsed = parseCron(printValue(own('cron')), { withSeconds: own('withSeconds') === true })
  if (parsed.type === 'problem') return undefined
  const { cron } = parsed
  return {
    next: afterMs => nextCronDate(cron, afterMs, zone),
    previous: beforeMs => previousCronDate(cron, beforeMs, zone),
  }
}

function dateLine(value: Value, zone: Zone): Line | undefined {
  if (!isList(value)) return undefined
  const dates = value.map(item => parseDate(printValue(item), zone))
  if (dates.some(date => date === undefined)) return undefined
  const sorted = dates.filter(date => date !== undefined).sort((a, b) => a - b)
  return {
    next: afterMs => sorted.find(date => date > afterMs),
    previous: beforeMs => sorted.findLast(date => date < beforeMs),
  }
}

/** An ISO date-time; without an offset in the zone, without a time at its midnight. */
function parseDate(text: string, zone: Zone): number | undefined {
  const instant = parseIsoInstant(text)
  if (instant !== undefined) return instant.seconds * 1000 + Math.floor(instant.nanos / 1_000_000)
  const [date = '', time = '00:00'] = text.trim().split('T')
  const days = parseIsoDate(date)
  const nanos = parseIsoTime(time)
  if (days === undefined || nanos === undefined) return undefined
  const local = days * 86_400_000 + Math.floor(nanos / 1_000_000)
  const { instants, gapEndsAt } = instantsOf(zone, local)
  return instants[0] ?? gapEndsAt
}

/** The first date after an instant that the filter lets pass, within ten years. */
export function nextScheduleDate(
  schedule: Schedule,
  afterMs: number,
  passes: DateFilter = EVERY_DATE,
): number | undefined {
  let date = schedule.next(afterMs)
  for (let refused = 0; date !== undefined && refused < REFUSED_MAX; refused++) {
    if (passes(date)) return date
    if (date - afterMs > SEARCH_MS) return undefined
    date = schedule.next(date)
  }
  return undefined
}

export function previousScheduleDate(
  schedule: Schedule,
  beforeMs: number,
  passes: DateFilter = EVERY_DATE,
): number | undefined {
  let date = schedule.previous(beforeMs)
  for (let refused = 0; date !== undefined && refused < REFUSED_MAX; refused++) {
    if (passes(date)) return date
    if (beforeMs - date > SEARCH_MS) return undefined
    date = schedule.previous(date)
  }
  return undefined
}

export interface Due {
  /** The date last fired, or where the schedule was first seen; absent before that. */
  readonly cursorMs?: number
  readonly nowMs: number
  readonly passes?: DateFilter
}

/**
 * The date that fires next, which may lie in the past: missed ones follow one another. With a maximum delay, those that are too late by
 * now are skipped. When the filter lets nothing pass for ten years, the plain next date is looked at again.
 */
export function dueScheduleDate(schedule: Schedule, { cursorMs, nowMs, passes }: Due): number | undefined {
  const latest = schedule.lateMaximumDelayMs
  const start = cursorMs ?? nowMs
  // One millisecond earlier, for a date exactly at the limit is still in time.
  const from = latest === undefined ? start : Math.max(start, nowMs - latest - 1)
  return nextScheduleDate(schedule, from, passes) ?? schedule.next(from)
}

export interface Missed {
  /** Oldest first. */
  readonly dates: readonly number[]
  /** There were more, older ones, that nobody will make up for. */
  readonly hasOlder: boolean
}

/** The dates after the cursor and up to now that are made up for: after an outage, a pause, an import, always by the same rule. */
export function missedDates(
  schedule: Schedule,
  { cursorMs, nowMs, passes }: Due & { readonly cursorMs: number },
  policy: RecoverPolicy,
): Missed {
  if (policy === 'NONE') return { dates: [], hasOlder: false }
  const limit = policy === 'LAST' ? 1 : MISSED_MAX
  const dates: number[] = []
  let date = previousScheduleDate(schedule, nowMs + 1, passes)
  while (date !== undefined && date > cursorMs && dates.length < limit) {
    dates.unshift(date)
    date = previousScheduleDate(schedule, date, passes)
  }
  return { dates, hasOlder: date !== undefined && date > cursorMs }
}

/** What executions see as `trigger` (and `schedule`): the date, and its neighbours that pass the filter as well. */
export function scheduleVariables(schedule: Schedule, dateMs: number, passes?: DateFilter): ValueMap {
  const next = nextScheduleDate(schedule, dateMs, passes)
  const previous = previousScheduleDate(schedule, dateMs, passes)
  return mapFrom([
    ['date', formatZoned(dateMs, schedule.zone)],
    ...(next === undefined ? [] : [['next', formatZoned(next, schedule.zone)] as const]),
    ...(previous === undefined ? [] : [['previous', formatZoned(previous, schedule.zone)] as const]),
  ])
}
