// Numbers as Excel shows them, as far as its formats are common: grouped, with decimals, percent, scientific, and dates.
import type { DateTime } from '@batuta/plugin-sdk'
import { localDateOf, localDateTimeOf, localTimeOf } from '../epoch.ts'

/** A format is one of dates when letters of dates stand outside of quotes and colours. */
export function isDateFormat(format: string): boolean {
  const bare = format.replace(
    /"[^"]*"|\\.|\[(?:Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|\$[^\]]*|[<>=][^\]]*)\]/gi,
    '',
  )
  return /[ymdhs]/i.test(bare.split(';')[0] ?? '') && !/^general$/i.test(bare)
}

const DAYS_1900 = 25_569
const DAYS_1904 = 24_107
const MS_A_DAY = 86_400_000

/** A serial number of days as the moment that it means: a date, a time of day below one, or both. */
export function momentOfSerial(serial: number, format: string, startsIn1904: boolean): DateTime {
  // Excel believes in 29 February 1900.
  const shift = startsIn1904 ? DAYS_1904 : serial < 60 ? DAYS_1900 - 1 : DAYS_1900
  const nanos = BigInt(Math.round(serial * MS_A_DAY)) * 1_000_000n
  const hasDate = /[yd]/i.test(format)
  const hasTime = /[hs]/i.test(format)
  if (!hasDate && hasTime && serial < 1) return localTimeOf(nanos)
  if (!hasTime && Number.isInteger(serial)) return localDateOf(BigInt(serial - shift))
  return localDateTimeOf(nanos - BigInt(shift) * BigInt(MS_A_DAY) * 1_000_000n)
}

const MONTHS: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const WEEKDAYS: readonly string[] = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

export function formatSerial(serial: number, format: string, startsIn1904: boolean): string {
  const shift = startsIn1904 ? DAYS_1904 : serial < 60 ? DAYS_1900 - 1 : DAYS_1900
  const date = new Date(Math.round((serial - shift) * MS_A_DAY))
  const isHalf = /AM\/PM|A\/P/i.test(format)
  const hours = isHalf ? date.getUTCHours() % 12 || 12 : date.getUTCHours()
  let isAfterHours = false
  const pattern = /"([^"]*)"|\\(.)|\[h+\]|\[[^\]]*\]|AM\/PM|A\/P|y+|m+|d+|h+|s+(?:\.0+)?|./gi
  return (format.split(';')[0] ?? '').replace(pattern, (part: string, quoted?: string, escaped?: string) => {
    if (quoted !== undefined || escaped !== undefined) return quoted ?? escaped ?? ''
    const letter = part.charAt(0).toLowerCase()
    const before = isAfterHours
    if (/[ydhs]/.test(letter)) isAfterHours = letter === 'h'
    if (/^\[h+\]$/i.test(part)) {
      isAfterHours = true
      return String(Math.floor(serial * 24))
    }
    if (part.startsWith('[')) return ''
    if (/^a/i.test(part)) return date.getUTCHours() < 12 ? 'AM' : 'PM'
    const pad = (value: number): string => String(value).padStart(Math.min(part.length, 2), '0')
    if (letter === 'y')
      return part.length > 2 ? String(date.getUTCFullYear()) : String(date.getUTCFullYear() % 100).padStart(2, '0')
    if (letter === 'm' && (before || /^:?s/i.test(format.slice(format.indexOf(part) + part.length)))) {
      isAfterHours = false
      return pad(date.getUTCMinutes())
    }
    if (letter === 'm')
      return part.length < 3 ? pad(date.getUTCMonth() + 1) : named(MONTHS, date.getUTCMonth(), part.length)
    if (letter === 'd') return part.length < 3 ? pad(date.getUTCDate()) : named(WEEKDAYS, date.getUTCDay(), part.length)
    if (letter === 'h') return pad(hours)
    if (letter === 's') return pad(date.getUTCSeconds())
    return part
  })
}

function named(names: readonly string[], at: number, length: number): string {
  const name = names[at] ?? ''
  return length === 3 ? name.slice(0, 3) : name
}

export function formatNumber(value: number, format: string): string {
  const [positive = '', negative] = format.split(';')
  const part = value < 0 && negative !== undefined ? negative : positive
  if (/^general$|^@$/i.test(part.trim()) || part.trim() === '') return String(value)
  const size = value < 0 && negative !== undefined ? -value : value
  const bare = part.replace(/\[[^\]]*\]|_.|\*./g, '')
  const digits = /[#0?][#0?,.]*(?:E[+-]0+)?/i.exec(bare.replace(/"[^"]*"/g, ''))?.[0]
  if (digits === undefined) return bare.replace(/["\\]/g, '')
  const decimals = /\.([#0?]*)/.exec(digits)?.[1]?.length ?? 0
  const least = /\.(0*)/.exec(digits)?.[1]?.length ?? 0
  const scaled = bare.includes('%') ? size * 100 : size
  const text = /E[+-]/i.test(digits)
    ? scaled
        .toExponential(decimals)
        .replace(/e([+-])(\d)$/, 'E$10$2')
        .replace('e', 'E')
    : new Intl.NumberFormat('en-US', {
        useGrouping: digits.includes(','),
        minimumFractionDigits: least,
        maximumFractionDigits: decimals,
      }).format(scaled)
  return bare.replace(digits, () => text).replace(/["\\]/g, '')
}
