// The next and the previous date of a cron in a zone. Wall times are searched first, as if the zone were UTC, then placed on the line
// of time. When clocks change there is one rule: a cron with fixed hours fires once a day it names – a time that does not exist fires at
// the first instant after the gap, a time that occurs twice fires the first time – and a cron whose hour is `*` follows elapsed time:
// it skips what does not exist and fires in both of the doubled hours.
import { changeBetween, instantsOf, zoneOffsetMs } from '../std/zone.ts'
import type { Zone } from '../std/zone.ts'
import type { Cron, CronDays } from './cron.ts'

const SECOND_MS = 1000
const DAY_MS = 86_400_000
const DAY_SECONDS = 86_400
/** A cron that finds no day in so many years (`0 0 30 2 *`) has none. 29 February on a given weekday returns after at most 40. */
const YEARS_MAX = 50
/** Wall times tried because the clocks skipped or repeated them, at most: every second of the longest gap known, a whole day. */
const TRIES_MAX = 2 * DAY_SECONDS
/** No clock was ever put back further than this. */
const FOLD_MAX_MS = DAY_MS

/** The first date after the instant, in epoch milliseconds; undefined when there is none in the next 50 years. */
export function nextCronDate(cron: Cron, afterMs: number, zone: Zone): number | undefined {
  return cron.isElapsed ? nextElapsed(cron, afterMs, zone) : nextFixed(cron, afterMs, zone)
}

/** The last date before the instant; undefined when there is none in the 50 years before. */
export function previousCronDate(cron: Cron, beforeMs: number, zone: Zone): number | undefined {
  return cron.isElapsed ? previousElapsed(cron, beforeMs, zone) : previousFixed(cron, beforeMs, zone)
}

function nextFixed(cron: Cron, afterMs: number, zone: Zone): number | undefined {
  let local = nextLocal(cron, afterMs + zoneOffsetMs(zone, afterMs))
  for (let tries = 0; local !== undefined && tries < TRIES_MAX; tries++) {
    const instant = firstInstant(zone, local)
    if (instant > afterMs) return instant
    local = nextLocal(cron, local)
  }
  return undefined
}

function previousFixed(cron: Cron, beforeMs: number, zone: Zone): number | undefined {
  const fold = foldBetween(zone, beforeMs - FOLD_MAX_MS, beforeMs)
  const now = beforeMs + zoneOffsetMs(zone, beforeMs)
  // Inside the second pass of a doubled hour, all of the first pass lies before.
  let local = previousLocal(cron, fold === undefined ? now : Math.max(now, fold.at + fold.beforeMs))
  for (let tries = 0; local !== undefined && tries < TRIES_MAX; tries++) {
    const instant = firstInstant(zone, local)
    if (instant < beforeMs) return instant
    local = previousLocal(cron, local)
  }
  return undefined
}

function nextElapsed(cron: Cron, afterMs: number, zone: Zone): number | undefined {
  const local = nextExisting(cron, afterMs, zone)
  const fold = foldBetween(zone, afterMs, afterMs + FOLD_MAX_MS)
  if (fold === undefined) return local
  // The clocks go back soon: what they show again may come before what they have not shown yet.
  const again = nextLocal(cron, fold.at + fold.afterMs - 1)
  const second = again === undefined ? undefined : again - fold.afterMs
  const isSecondPass = second !== undefined && second < fold.at + (fold.beforeMs - fold.afterMs)
  return isSecondPass && (local === undefined || second < local) ? second : local
}

function nextExisting(cron: Cron, afterMs: number, zone: Zone): number | undefined {
  let local = nextLocal(cron, afterMs + zoneOffsetMs(zone, afterMs))
  for (let tries = 0; local !== undefined && tries < TRIES_MAX; tries++) {
    const instant = instantsOf(zone, local).instants.find(candidate => candidate > afterMs)
    if (instant !== undefined) return instant
    local = nextLocal(cron, local)
  }
  return undefined
}

function previousElapsed(cron: Cron, beforeMs: number, zone: Zone): number | undefined {
  const local = previousExisting(cron, beforeMs, zone)
  const fold = foldBetween(zone, beforeMs - FOLD_MAX_MS, beforeMs)
  if (fold === undefined) return local
  const earlier = previousLocal(cron, fold.at + fold.beforeMs)
  const first = earlier === undefined ? undefined : earlier - fold.beforeMs
  return first !== undefined && first < beforeMs && (local === undefined || first > local) ? first : local
}

function previousExisting(cron: Cron, beforeMs: number, zone: Zone): number | undefined {
  let local = previousLocal(cron, beforeMs + zoneOffsetMs(zone, beforeMs))
  for (let tries = 0; local !== undefined && tries < TRIES_MAX; tries++) {
    const instant = instantsOf(zone, local).instants.findLast(candidate => candidate < beforeMs)
    if (instant !== undefined) return instant
    local = previousLocal(cron, local)
  }
  return undefined
}

function firstInstant(zone: Zone, localMs: number): number {
  const { instants, gapEndsAt } = instantsOf(zone, localMs)
  return instants[0] ?? gapEndsAt ?? localMs
}

interface Fold {
  readonly at: number
  readonly beforeMs: number
  readonly afterMs: number
}

/** The clocks being put back between two instants at most a day apart. */
function foldBetween(zone: Zone, fromMs: number, toMs: number): Fold | undefined {
  const beforeMs = zoneOffsetMs(zone, fromMs)
  const afterMs = zoneOffsetMs(zone, toMs)
  if (afterMs >= beforeMs) return undefined
  return { at: changeBetween(zone, fromMs, toMs), beforeMs, afterMs }
}

/** The first matching wall time after this one. */
function nextLocal(cron: Cron, localMs: number): number | undefined {
  const start = Math.floor(localMs / SECOND_MS) + 1
  let day = Math.floor(start / DAY_SECONDS)
  const time = nextTime(cron, start - day * DAY_SECONDS)
  if (time >= 0 && matchesDay(cron, day)) return (day * DAY_SECONDS + time) * SECOND_MS
  const found = nextDay(cron, day + 1)
  if (found === undefined) return undefined
  day = found
  return (day * DAY_SECONDS + nextTime(cron, 0)) * SECOND_MS
}

/** The last matching wall time before this one. */
function previousLocal(cron: Cron, localMs: number): number | undefined {
  const start = Math.ceil(localMs / SECOND_MS) - 1
  const day = Math.floor(start / DAY_SECONDS)
  const time = previousTime(cron, start - day * DAY_SECONDS)
  if (time >= 0 && matchesDay(cron, day)) return (day * DAY_SECONDS + time) * SECOND_MS
  const found = previousDay(cron, day - 1)
  return found === undefined ? undefined : (found * DAY_SECONDS + previousTime(cron, DAY_SECONDS - 1)) * SECOND_MS
}

/** The first matching second of a day from that second on, or −1. */
function nextTime(cron: Cron, second: number): number {
  const startHour = Math.floor(second / 3600)
  const startMinute = Math.floor(second / 60) % 60
  const firstSecond = cron.seconds.next[0] ?? 0
  if (cron.hours.next[startHour] === startHour) {
    if (cron.minutes.next[startMinute] === startMinute) {
      const within = cron.seconds.next[second % 60] ?? -1
      if (within >= 0) return startHour * 3600 + startMinute * 60 + within
    }
    const minute = startMinute < 59 ? (cron.minutes.next[startMinute + 1] ?? -1) : -1
    if (minute >= 0) return startHour * 3600 + minute * 60 + firstSecond
  }
  const hour = startHour < 23 ? (cron.hours.next[startHour + 1] ?? -1) : -1
  return hour < 0 ? -1 : hour * 3600 + (cron.minutes.next[0] ?? 0) * 60 + firstSecond
}

function previousTime(cron: Cron, second: number): number {
  const startHour = Math.floor(second / 3600)
  const startMinute = Math.floor(second / 60) % 60
  const lastSecond = cron.seconds.previous[59] ?? 0
  if (cron.hours.previous[startHour] === startHour) {
    if (cron.minutes.previous[startMinute] === startMinute) {
      const within = cron.seconds.previous[second % 60] ?? -1
      if (within >= 0) return startHour * 3600 + startMinute * 60 + within
    }
    const minute = startMinute > 0 ? (cron.minutes.previous[startMinute - 1] ?? -1) : -1
    if (minute >= 0) return startHour * 3600 + minute * 60 + lastSecond
  }
  const hour = startHour > 0 ? (cron.hours.previous[startHour - 1] ?? -1) : -1
  return hour < 0 ? -1 : hour * 3600 + (cron.minutes.previous[59] ?? 0) * 60 + lastSecond
}

/** Days are counted from 1 January 1970. */
function nextDay(cron: Cron, fromDay: number): number | undefined {
  let month = monthOf(fromDay)
  let day = fromDay - month.firstDay + 1
  for (let months = 0; months < YEARS_MAX * 12; months++) {
    if ((cron.months >> month.number) & 1) {
      const matching = matchingDays(cron.days, month) & (-1 << day)
      if (matching !== 0) return month.firstDay + lowestBit(matching) - 1
    }
    month = monthOf(month.firstDay + month.length)
    day = 1
  }
  return undefined
}

function previousDay(cron: Cron, fromDay: number): number | undefined {
  let month = monthOf(fromDay)
  let day = fromDay - month.firstDay + 1
  for (let months = 0; months < YEARS_MAX * 12; months++) {
    if ((cron.months >> month.number) & 1) {
      // A shift by 32 would be a shift by 0: day 31 keeps every bit.
      const matching = matchingDays(cron.days, month) & (day >= 31 ? -1 : (1 << (day + 1)) - 1)
      if (matching !== 0) return month.firstDay + highestBit(matching) - 1
    }
    month = monthOf(month.firstDay - 1)
    day = month.length
  }
  return undefined
}

function matchesDay(cron: Cron, day: number): boolean {
  const month = monthOf(day)
  if (((cron.months >> month.number) & 1) === 0) return false
  return ((matchingDays(cron.days, month) >>> (day - month.firstDay + 1)) & 1) === 1
}

interface Month {
  /** 1 to 12. */
  readonly number: number
  readonly firstDay: number
  readonly length: number
}

/** The month in which that day lies, by the proleptic Gregorian calendar counted in eras of 400 years from 1 March 0000. */
function monthOf(day: number): Month {
  const shifted = day + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const monthStart = Math.floor((153 * fromMarch + 2) / 5)
  const number = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = yearOfEra + era * 400 + (number <= 2 ? 1 : 0)
  return { number, firstDay: day - (dayOfYear - monthStart), length: lengthOf(number, year) }
}

function lengthOf(month: number, year: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Bit d for each day d of the month on which the cron fires. */
function matchingDays(days: CronDays, month: Month): number {
  const all = month.length === 31 ? -2 : (1 << (month.length + 1)) - 2
  if (!days.isMonthDayRestricted && !days.isWeekdayRestricted) return all
  const byMonthDay = days.isMonthDayRestricted ? monthDays(days, month) : 0
  const byWeekday = days.isWeekdayRestricted ? weekdays(days, month) : 0
  return (byMonthDay | byWeekday) & all
}

function monthDays(days: CronDays, month: Month): number {
  let mask = days.ofMonth
  for (const offset of days.fromLast) if (offset < month.length) mask |= 1 << (month.length - offset)
  for (const target of days.nearestWeekdays) {
    if (target <= month.length) mask |= 1 << nearestWeekday(target === 0 ? month.length : target, month)
  }
  return mask
}

/** Saturday goes to Friday, Sunday to Monday, but never into another month. */
function nearestWeekday(day: number, month: Month): number {
  const weekday = weekdayOf(month.firstDay + day - 1)
  if (weekday === 6) return day > 1 ? day - 1 : day + 2
  if (weekday === 0) return day < month.length ? day + 1 : day - 2
  return day
}

function weekdays(days: CronDays, month: Month): number {
  const first = weekdayOf(month.firstDay)
  let mask = 0
  for (let weekday = 0; weekday < 7; weekday++) {
    const firstDay = 1 + ((weekday - first + 7) % 7)
    if ((days.ofWeek >> weekday) & 1) for (let day = firstDay; day <= month.length; day += 7) mask |= 1 << day
    if ((days.lastOfWeek >> weekday) & 1) mask |= 1 << (firstDay + 7 * Math.floor((month.length - firstDay) / 7))
  }
  for (const { weekday, nth } of days.nthOfWeek) {
    const day = 1 + ((weekday - first + 7) % 7) + 7 * (nth - 1)
    if (day <= month.length) mask |= 1 << day
  }
  return mask
}

/** 1 January 1970 was a Thursday. */
function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7
}

function lowestBit(mask: number): number {
  return 31 - Math.clz32(mask & -mask)
}

function highestBit(mask: number): number {
  return 31 - Math.clz32(mask)
}
