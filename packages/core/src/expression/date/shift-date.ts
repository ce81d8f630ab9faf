// `dateAdd`: units of the calendar keep the time on the clock, units of time are exact.
import { fail } from '../fault.ts'
import { civilFromDays, daysFromCivil, monthLength } from './calendar.ts'
import { toZoned } from './instant.ts'
import type { Instant } from './instant.ts'
import { localToSeconds } from './zone.ts'
import type { Zone } from './zone.ts'

const MONTHS: Readonly<Record<string, number>> = {
  MONTHS: 1,
  YEARS: 12,
  DECADES: 120,
  CENTURIES: 1200,
  MILLENNIA: 12_000,
}
const DAYS: Readonly<Record<string, number>> = { DAYS: 1, WEEKS: 7 }
const SECONDS: Readonly<Record<string, number>> = { SECONDS: 1, MINUTES: 60, HOURS: 3600, HALF_DAYS: 43_200 }
const NANOS: Readonly<Record<string, bigint>> = { NANOS: 1n, MICROS: 1000n, MILLIS: 1_000_000n }

export const DATE_UNITS: readonly string[] = [NANOS, SECONDS, DAYS, MONTHS].flatMap(units => Object.keys(units))

const YEAR_MAX = 999_999_999
const SECONDS_MAX = YEAR_MAX * 31_556_952

export function shiftDate(instant: Instant, amount: number | bigint, unit: string, zone: Zone): Instant {
  const shifted = shift(instant, amount, unit, zone)
  if (!(Math.abs(shifted.seconds) <= SECONDS_MAX)) return outside()
  return shifted
}

function shift(instant: Instant, amount: number | bigint, unit: string, zone: Zone): Instant {
  const count = Number(amount)
  if (Object.hasOwn(NANOS, unit)) return shiftNanos(instant, BigInt(amount) * (NANOS[unit] ?? 1n))
  if (Object.hasOwn(SECONDS, unit)) return { ...instant, seconds: instant.seconds + count * (SECONDS[unit] ?? 1) }
  if (Object.hasOwn(DAYS, unit)) return shiftCalendar(instant, zone, days => days + count * (DAYS[unit] ?? 1))
  if (Object.hasOwn(MONTHS, unit))
    return shiftCalendar(instant, zone, days => shiftMonths(days, count * (MONTHS[unit] ?? 1)))
  return unknownUnit(unit)
}

/** Units that exist only in theory are refused, too: eras cannot be added to a date. */
export function checkUnit(unit: string): void {
  if (!DATE_UNITS.includes(unit)) unknownUnit(unit)
}

function unknownUnit(unit: string): never {
  return fail('ARGUMENT', `\`${unit}\` is not a unit of time; use one of ${DATE_UNITS.join(', ')}`)
}

function shiftNanos({ seconds, nanos }: Instant, amount: bigint): Instant {
  const total = BigInt(nanos) + amount
  const carried = total / 1_000_000_000n - (total % 1_000_000_000n < 0n ? 1n : 0n)
  return { seconds: seconds + Number(carried), nanos: Number(total - carried * 1_000_000_000n) }
}

function shiftCalendar(instant: Instant, zone: Zone, move: (days: number) => number): Instant {
  const { epochDay, hour, minute, second } = toZoned(instant, zone)
  const days = move(epochDay)
  if (!(Math.abs(days) <= YEAR_MAX * 366)) return outside()
  const local = days * 86_400 + hour * 3600 + minute * 60 + second
  return { seconds: localToSeconds(local, zone), nanos: instant.nanos }
}

function shiftMonths(days: number, months: number): number {
  const { year, month, day } = civilFromDays(days)
  const total = year * 12 + month - 1 + months
  const newYear = Math.floor(total / 12)
  if (!(Math.abs(newYear) <= YEAR_MAX)) return outside()
  const newMonth = total - newYear * 12 + 1
  return daysFromCivil(newYear, newMonth, Math.min(day, monthLength(newYear, newMonth)))
}

function outside(): never {
  return fail('VALUE', 'The date lies outside of the calendar')
}
