// The proleptic Gregorian calendar in whole days since 1970-01-01.

export interface CivilDate {
  readonly year: number
  /** 1–12. */
  readonly month: number
  readonly day: number
}

export function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146097 + dayOfEra - 719468
}

export function civilFromDays(days: number): CivilDate {
  const shifted = days + 719468
  const era = Math.floor(shifted / 146097)
  const dayOfEra = shifted - era * 146097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return { year, month, day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1 }
}

export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

export function monthLength(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (MONTH_LENGTHS[month - 1] ?? 0)
}

/** 1 is Monday, 7 is Sunday. */
export function dayOfWeek(days: number): number {
  return floorMod(days + 3, 7) + 1
}

export function dayOfYear({ year, month, day }: CivilDate): number {
  return daysFromCivil(year, month, day) - daysFromCivil(year, 1, 1) + 1
}

/** How weeks are counted: the day they begin with, and how many days of a year its first week must have. */
export interface WeekRule {
  readonly firstDay: number
  readonly minimalDays: number
}

export const ISO_WEEK: WeekRule = { firstDay: 1, minimalDays: 4 }

/** 1–7, from the rule's first day. */
export function localDayOfWeek(days: number, rule: WeekRule): number {
  return floorMod(dayOfWeek(days) - rule.firstDay, 7) + 1
}

export function weekOfYear(days: number, rule: WeekRule): { readonly weekYear: number; readonly week: number } {
  const { year } = civilFromDays(days)
  for (const weekYear of [year + 1, year, year - 1]) {
    const start = firstWeekStart(daysFromCivil(weekYear, 1, 1), rule)
    if (days >= start) return { weekYear, week: Math.floor((days - start) / 7) + 1 }
  }
  return { weekYear: year, week: 1 }
}

export function weekOfMonth(days: number, rule: WeekRule): number {
  const { year, month } = civilFromDays(days)
  return Math.floor((days - firstWeekStart(daysFromCivil(year, month, 1), rule)) / 7) + 1
}

/** The first day of the week that counts as the first of the period beginning on the given day. */
export function firstWeekStart(periodStart: number, rule: WeekRule): number {
  const offset = localDayOfWeek(periodStart, rule) - 1
  const daysInside = 7 - offset
  return daysInside >= rule.minimalDays ? periodStart - offset : periodStart - offset + 7
}

export function floorMod(value: number, modulus: number): number {
  return ((value % modulus) + modulus) % modulus
}
