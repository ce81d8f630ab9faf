// Dates as jq has them: seconds since 1970, and "broken down" lists of year, month from 0, day, hour, minute, second, weekday from
// Sunday, day of the year from 0.
import { isList, isNumber } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { toNumber } from '../arithmetic.ts'
import { dayOfWeek, dayOfYear, daysFromCivil, ISO_WEEK, weekOfYear } from '../date/calendar.ts'
import { toZoned } from '../date/instant.ts'
import { monthName, weekdayName } from '../date/names.ts'
import { pad2, parseOffset, UTC } from '../date/zone.ts'
import type { Fuel } from '../fuel.ts'
import { findMatches } from '../text/java-regex.ts'
import { narrow } from './arithmetic-jq.ts'
import { describe, raise } from './jq-error.ts'

export function brokenDown(seconds: Value): readonly Value[] {
  if (!isNumber(seconds)) return raise(`${describe(seconds)} is not a number of seconds`)
  const number = toNumber(seconds)
  const whole = Math.floor(number)
  const time = toZoned({ seconds: whole, nanos: 0 }, UTC)
  const second = time.second + (number - whole)
  return [
    time.year,
    time.month - 1,
    time.day,
    time.hour,
    time.minute,
    narrow(second),
    dayOfWeek(time.epochDay) % 7,
    dayOfYear(time) - 1,
  ]
}

export function toSeconds(time: Value): number {
  if (!isList(time) || time.length < 6) return raise('mktime requires array of 6 numbers')
  const [year = 0, month = 0, day = 1, hour = 0, minute = 0, second = 0] = time.map(part =>
    isNumber(part) ? Math.trunc(toNumber(part)) : raise('mktime requires parsed datetime inputs'),
  )
  return daysFromCivil(year, month + 1, day) * 86_400 + hour * 3600 + minute * 60 + second
}

export function formatTime(time: Value, format: Value): string {
  if (typeof format !== 'string') return raise('strftime/1 requires a string format')
  const parts = isNumber(time) ? brokenDown(time) : time
  const seconds = toSeconds(parts)
  const zoned = toZoned({ seconds, nanos: 0 }, UTC)
  const weekday = dayOfWeek(zoned.epochDay)
  const hour12 = zoned.hour % 12 === 0 ? 12 : zoned.hour % 12
  const iso = weekOfYear(zoned.epochDay, ISO_WEEK)
  const codes: Readonly<Record<string, () => string>> = {
    Y: () => String(zoned.year),
    C: () => pad2(Math.floor(zoned.year / 100)),
    y: () => pad2(zoned.year % 100),
    m: () => pad2(zoned.month),
    d: () => pad2(zoned.day),
    e: () => String(zoned.day).padStart(2),
    H: () => pad2(zoned.hour),
    I: () => pad2(hour12),
    M: () => pad2(zoned.minute),
    S: () => pad2(zoned.second),
    j: () => String(dayOfYear(zoned)).padStart(3, '0'),
    Z: () => 'UTC',
    z: () => '+0000',
    a: () => weekdayName(weekday, 'short', 'en-US'),
    A: () => weekdayName(weekday, 'long', 'en-US'),
    b: () => monthName(zoned.month, 'short', false, 'en-US'),
    h: () => monthName(zoned.month, 'short', false, 'en-US'),
    B: () => monthName(zoned.month, 'long', false, 'en-US'),
    p: () => (zoned.hour < 12 ? 'AM' : 'PM'),
    u: () => String(weekday),
    w: () => String(weekday % 7),
    V: () => pad2(iso.week),
    G: () => String(iso.weekYear),
    s: () => String(seconds),
    n: () => '\n',
    t: () => '\t',
    '%': () => '%',
  }
  const expanded = format
    .replaceAll('%F', '%Y-%m-%d')
    .replaceAll('%T', '%H:%M:%S')
    .replaceAll('%R', '%H:%M')
    .replaceAll('%D', '%m/%d/%y')
    .replaceAll('%c', '%a %b %e %H:%M:%S %Y')
  return expanded.replace(/%(.)/g, (found, letter: string) => {
    const code = Object.hasOwn(codes, letter) ? codes[letter] : undefined
    return code === undefined ? found : code()
  })
}

/** One named group per code; names of months and days in English. */
const CODES: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\d{4})',
  m: '(?<m>\\d{1,2})',
  d: '(?<d>\\d{1,2})',
  e: '\\s*(?<d>\\d{1,2})',
  H: '(?<H>\\d{1,2})',
  I: '(?<I>\\d{1,2})',
  M: '(?<M>\\d{1,2})',
  S: '(?<S>\\d{1,2})',
  p: '(?<p>[AaPp][Mm])',
  j: '(?<j>\\d{1,3})',
  Z: '(?<Z>[A-Za-z]+)',
  z: '(?<z>Z|[+-]\\d{2}:?\\d{2})',
  a: '(?<a>[A-Za-z]+)',
  A: '(?<a>[A-Za-z]+)',
  b: '(?<b>[A-Za-z]+)',
  B: '(?<b>[A-Za-z]+)',
  h: '(?<b>[A-Za-z]+)',
  y: '(?<y>\\d{2})',
  s: '(?<s>\\d+)',
  '%': '%',
}

export function parseTime(text: Value, format: Value, fuel: Fuel): readonly Value[] {
  if (typeof text !== 'string' || typeof format !== 'string')
    return raise('strptime/1 requires string inputs and arguments')
  const expanded = format.replaceAll('%F', '%Y-%m-%d').replaceAll('%T', '%H:%M:%S').replaceAll('%R', '%H:%M')
  const pattern = expanded.replace(/%(.)|[\\^$.*+?()[\]{}|]|\s+/g, (found, letter: string | undefined) => {
    if (letter === undefined) return /\s/.test(found) ? '\\s*' : `\\${found}`
    return (Object.hasOwn(CODES, letter) ? CODES[letter] : undefined) ?? raise(`strptime does not know %${letter}`)
  })
  const match = findMatches(text, `^${pattern}\\z`, false, fuel)[0]
  if (match === undefined) return raise(`date "${text}" does not match format "${format}"`)
  const named = match.groups.flatMap(({ name, start, end }) => (name === null ? [] : [[name, text.slice(start, end)]]))
  return brokenDown(secondsOfGroups(Object.fromEntries(named)))
}

function secondsOfGroups(groups: Readonly<Record<string, string | undefined>>): number {
  if (groups['s'] !== undefined) return Number(groups['s'])
  const number = (name: string, fallback: number): number => Number(groups[name] ?? fallback)
  const year = groups['y'] === undefined ? number('Y', 1900) : 1900 + number('y', 0) + (number('y', 0) < 69 ? 100 : 0)
  const month = groups['b'] === undefined ? number('m', 1) : monthOf(groups['b'])
  const half = (groups['p'] ?? '').toLowerCase()
  const hour = groups['I'] === undefined ? number('H', 0) : (number('I', 0) % 12) + (half === 'pm' ? 12 : 0)
  const day =
    groups['j'] === undefined
      ? daysFromCivil(year, month, number('d', 1))
      : daysFromCivil(year, 1, 1) + number('j', 1) - 1
  const offset = groups['z'] === undefined || groups['z'] === 'Z' ? 0 : (parseOffset(groups['z']) ?? 0)
  return day * 86_400 + hour * 3600 + number('M', 0) * 60 + number('S', 0) - offset
}

function monthOf(name: string): number {
  const wanted = name.slice(0, 3).toLowerCase()
  for (let month = 1; month <= 12; month++) {
    if (monthName(month, 'short', false, 'en-US').toLowerCase() === wanted) return month
  }
  return raise(`"${name}" is not a month`)
}
