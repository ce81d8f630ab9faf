// The moment that an input of a date filter means.
import { DateTime, isInteger } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { fail } from '../fault.ts'
import { typeName } from '../type-name.ts'
import { dayOfWeek, daysFromCivil, monthLength } from './calendar.ts'
import { dateTimeToInstant, parseIsoInstant } from './instant.ts'
import type { Instant } from './instant.ts'
import { elementsOf } from './named-formats.ts'
import { scanDate } from './scan-date.ts'
import type { ScannedFields } from './scan-date.ts'
import { localToSeconds } from './zone.ts'
import type { Zone } from './zone.ts'

export interface ReadOptions {
  /** For texts without a zone of their own. */
  readonly zone: Zone
  /** A named format or pattern instead of ISO. */
  readonly existingFormat?: string | undefined
  /** Of names inside the text. */
  readonly locale: string
}

/** Texts, date-time values, and integers as epoch seconds. */
export function readDate(input: Value, options: ReadOptions): Instant {
  if (typeof input === 'string') return readText(input, options)
  if (isInteger(input)) return fromEpoch(Number(input))
  if (input instanceof DateTime) {
    const instant = dateTimeToInstant(input, options.zone)
    if (instant !== undefined) return instant
  }
  return fail('TYPE', `A date is a text, a date or seconds since 1970, not ${typeName(input)}`)
}

/** What a date can be at most: the year 1,000,000,000. */
const SECONDS_MAX = 31_556_889_864_403_200

function fromEpoch(seconds: number): Instant {
  return Math.abs(seconds) < SECONDS_MAX ? { seconds, nanos: 0 } : fail('VALUE', `${seconds} seconds are no date`)
}

function readText(text: string, { zone, existingFormat, locale }: ReadOptions): Instant {
  if (existingFormat === undefined) {
    return (
      parseIsoInstant(text, zone) ??
      fail('VALUE', `"${text.slice(0, 60)}" is not an ISO date; name its form with \`existingFormat\``)
    )
  }
  const fields = scanDate(text, elementsOf(existingFormat), locale)
  const instant = fields && resolveFields(fields, zone)
  return instant ?? fail('VALUE', `"${text.slice(0, 60)}" is not a date of the form \`${existingFormat.slice(0, 60)}\``)
}

/** Undefined when the fields are out of range, contradict each other or make no full date. */
function resolveFields(fields: ScannedFields, zone: Zone): Instant | undefined {
  if (fields.instant !== undefined) return fields.instant
  const day = resolveDay(fields.numbers)
  if (day === undefined) return undefined
  const time = resolveTime(fields.numbers)
  if (time === 'invalid') return undefined
  if (time === undefined) return { seconds: localToSeconds(day * 86_400, zone), nanos: 0 }
  const localSeconds = day * 86_400 + time.seconds
  if (fields.offset !== undefined) return { seconds: localSeconds - fields.offset, nanos: time.nanos }
  return { seconds: localToSeconds(localSeconds, fields.zone ?? zone), nanos: time.nanos }
}

function resolveDay(numbers: ReadonlyMap<string, number>): number | undefined {
  const year = yearOf(numbers)
  if (year === undefined) return resolveWeekDate(numbers)
  const dayInYear = numbers.get('D')
  if (dayInYear !== undefined) {
    const length = daysFromCivil(year + 1, 1, 1) - daysFromCivil(year, 1, 1)
    return dayInYear < 1 || dayInYear > length ? undefined : daysFromCivil(year, 1, 1) + dayInYear - 1
  }
  const month = numbers.get('M') ?? numbers.get('L')
  const day = numbers.get('d')
  if (month === undefined || day === undefined || month < 1 || month > 12 || day < 1 || day > 31) return undefined
  // A day behind the end of its month is taken as the last one.
  const days = daysFromCivil(year, month, Math.min(day, monthLength(year, month)))
  const weekday = numbers.get('E')
  return weekday === undefined || weekday === dayOfWeek(days) ? days : undefined
}

function yearOf(numbers: ReadonlyMap<string, number>): number | undefined {
  const year = numbers.get('u')
  if (year !== undefined) return year
  const yearOfEra = numbers.get('y')
  if (yearOfEra === undefined) return undefined
  return numbers.get('G') === 0 ? 1 - yearOfEra : yearOfEra
}

/** ISO weeks: `2024-W10-2`. */
function resolveWeekDate(numbers: ReadonlyMap<string, number>): number | undefined {
  const year = numbers.get('i')
  const week = numbers.get('j')
  const weekday = numbers.get('l')
  if (year === undefined || week === undefined || weekday === undefined) return undefined
  if (week < 1 || week > 53 || weekday < 1 || weekday > 7) return undefined
  const fourth = daysFromCivil(year, 1, 4)
  return fourth - (dayOfWeek(fourth) - 1) + (week - 1) * 7 + weekday - 1
}

interface TimeOfDay {
  readonly seconds: number
  readonly nanos: number
}

/** Undefined without an hour of the day: then the text holds a date only. */
function resolveTime(numbers: ReadonlyMap<string, number>): TimeOfDay | 'invalid' | undefined {
  const nanosOfDay = numbers.get('N') ?? scale(numbers.get('A'), 1e6)
  if (nanosOfDay !== undefined) {
    if (nanosOfDay >= 86_400e9) return 'invalid'
    const seconds = Math.floor(nanosOfDay / 1e9)
    return { seconds, nanos: nanosOfDay - seconds * 1e9 }
  }
  const hour = hourOf(numbers)
  if (hour === undefined) return undefined
  const minute = numbers.get('m') ?? 0
  const second = numbers.get('s') ?? 0
  const nanos = numbers.get('S') ?? numbers.get('n') ?? 0
  const isMidnight = hour === 24 && minute === 0 && second === 0 && nanos === 0
  if ((hour > 23 && !isMidnight) || minute > 59 || second > 59 || nanos > 999_999_999) return 'invalid'
  return { seconds: hour * 3600 + minute * 60 + second, nanos }
}

function scale(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor
}

/** Of 24 hours; hours of a half day count only with the half. */
function hourOf(numbers: ReadonlyMap<string, number>): number | undefined {
  const direct = numbers.get('H')
  if (direct !== undefined) return direct
  const clock = numbers.get('k')
  if (clock !== undefined) return clock === 24 ? 0 : clock
  const half = numbers.get('a')
  const hour = numbers.get('K') ?? numbers.get('h')
  if (hour !== undefined && hour > (numbers.has('K') ? 11 : 12)) return Number.MAX_SAFE_INTEGER
  if (half === undefined || hour === undefined) return undefined
  return (hour % 12) + half * 12
}
