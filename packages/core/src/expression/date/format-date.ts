// A moment in a zone as text.
import { fail } from '../fault.ts'
import { dayOfWeek, dayOfYear, ISO_WEEK, localDayOfWeek, weekOfMonth, weekOfYear } from './calendar.ts'
import type { WeekRule } from './calendar.ts'
import { instantText, yearText } from './instant.ts'
import type { ZonedTime } from './instant.ts'
import { elementsOf } from './named-formats.ts'
import {
  dayPeriodName,
  eraName,
  formatterFor,
  halfDayName,
  monthName,
  quarterName,
  weekdayName,
  weekRule,
  zoneName,
} from './names.ts'
import type { Width } from './names.ts'
import type { DateStyle, Element, Field } from './pattern.ts'
import { pad2 } from './zone.ts'

/** `format` is a named format, a style or a pattern. */
export function formatDate(time: ZonedTime, format: string, locale: string): string {
  return formatElements(elementsOf(format), time, locale)
}

function formatElements(elements: readonly Element[], time: ZonedTime, locale: string): string {
  let text = ''
  for (const element of elements) text += formatElement(element, time, locale)
  return text
}

function formatElement(element: Element, time: ZonedTime, locale: string): string {
  switch (element.type) {
    case 'literal':
      return element.text
    case 'optional':
      return formatElements(element.elements, time, locale)
    case 'style':
      return formatStyle(element.style, time, locale)
    case 'field': {
      const text = formatField(element, time, locale)
      if (element.padTo === 0) return text
      if (text.length > element.padTo) {
        return fail('ARGUMENT', `The date field \`${element.letter}\` does not fit into ${element.padTo} characters`)
      }
      return text.padStart(element.padTo)
    }
  }
}

/** Java prints the zone of the two long styles in the value's own zone; a fixed offset has to be spelled for `Intl`. */
function formatStyle(style: DateStyle, time: ZonedTime, locale: string): string {
  const { zone, instant } = time
  const timeZone =
    zone.fixedOffset === undefined ? zone.id : zone.fixedOffset === 0 ? 'UTC' : zone.id.replace(/^(?:UTC|GMT)/, '')
  const format = formatterFor(locale, { dateStyle: style, timeStyle: style, timeZone })
  return format.format(instant.seconds * 1000 + Math.floor(time.nanos / 1e6))
}

/** Letters whose text is a number, with the fewest digits it has. */
function formatField(element: Field, time: ZonedTime, locale: string): string {
  const { letter, count } = element
  const name = formatName(letter, count, time, locale)
  if (name !== undefined) return name
  switch (letter) {
    case 'u':
      return formatYear(time.year, count)
    case 'y':
      return formatYear(time.year > 0 ? time.year : 1 - time.year, count)
    case 'Y':
      return formatYear(weekOfYear(time.epochDay, weekRule(locale)).weekYear, count)
    case 'S':
      return String(time.nanos).padStart(9, '0').slice(0, count)
    case '.':
      return time.nanos === 0 ? '' : `.${String(time.nanos).padStart(9, '0').replace(/0+$/, '')}`
    case 'i':
      return yearText(weekOfYear(time.epochDay, ISO_WEEK).weekYear)
    case 'I':
      return instantText(time.instant)
    case 'R':
      return formatRfc1123(time)
    case 'r':
      return /^(?:Z|[+-].*)$/.test(time.zone.id) ? '' : `[${time.zone.id}]`
    default:
      return padNumber(numberOf(letter, time, weekRule(locale)), count)
  }
}

function padNumber(value: number, count: number): string {
  return String(value).padStart(count, '0')
}

function numberOf(letter: string, time: ZonedTime, rule: WeekRule): number {
  const secondOfDay = time.hour * 3600 + time.minute * 60 + time.second
  switch (letter) {
    case 'M':
    case 'L':
      return time.month
    case 'Q':
    case 'q':
      return Math.ceil(time.month / 3)
    case 'd':
      return time.day
    case 'D':
      return dayOfYear(time)
    case 'g':
      return time.epochDay + 40587
    case 'w':
      return weekOfYear(time.epochDay, rule).week
    case 'W':
      return weekOfMonth(time.epochDay, rule)
    case 'j':
      return weekOfYear(time.epochDay, ISO_WEEK).week
    case 'l':
      return dayOfWeek(time.epochDay)
    case 'e':
    case 'c':
      return localDayOfWeek(time.epochDay, rule)
    case 'F':
      return Math.floor((time.day - 1) / 7) + 1
    case 'H':
      return time.hour
    case 'k':
      return time.hour === 0 ? 24 : time.hour
    case 'K':
      return time.hour % 12
    case 'h':
      return time.hour % 12 === 0 ? 12 : time.hour % 12
    case 'm':
      return time.minute
    case 's':
      return time.second
    case 'A':
      return secondOfDay * 1000 + Math.floor(time.nanos / 1e6)
    case 'n':
      return time.nanos
    case 'N':
      return secondOfDay * 1e9 + time.nanos
    default:
      return fail('ARGUMENT', `The date letter \`${letter}\` means nothing`)
  }
}

/** Letters whose text is a name or an offset; undefined for the others, and for names that are asked for as numbers. */
function formatName(letter: string, count: number, time: ZonedTime, locale: string): string | undefined {
  const width: Width = count === 4 ? 'long' : count === 5 ? 'narrow' : 'short'
  switch (letter) {
    case 'G':
      return eraName(time.year, width, locale)
    case 'M':
    case 'L':
      return count < 3 ? undefined : monthName(time.month, width, letter === 'L', locale)
    case 'Q':
    case 'q':
      return count < 3 ? undefined : quarterName(Math.ceil(time.month / 3), width, locale)
    case 'E':
      return weekdayName(dayOfWeek(time.epochDay), width, locale)
    case 'e':
    case 'c':
      return count < 3 ? undefined : weekdayName(dayOfWeek(time.epochDay), width, locale)
    case 'a':
      return halfDayName(time.hour, locale)
    case 'B':
      return dayPeriodName(time.hour, width, locale)
    case 'V':
      return time.zone.id
    case 'z':
      return zoneName(time, count === 4 ? 'long' : 'short', locale)
    case 'v':
      return zoneName(time, count === 4 ? 'longGeneric' : 'shortGeneric', locale)
    case 'O':
      return formatGmt(time.offset, count === 4)
    case 'X':
      return time.offset === 0 ? 'Z' : formatOffset(time.offset, count)
    case 'x':
      return formatOffset(time.offset, count)
    case 'Z':
      return formatLetterZ(time.offset, count)
    default:
      return undefined
  }
}

/** Two letters are the last two digits; from four on, a longer year bears a sign. */
function formatYear(year: number, count: number): string {
  if (count === 2) return pad2(Math.abs(year) % 100)
  const digits = String(Math.abs(year)).padStart(count, '0')
  if (year < 0) return `-${digits}`
  return count >= 4 && digits.length > count ? `+${digits}` : digits
}

/** 1 `+05` or `+0530`, 2 `+0530`, 3 `+05:30`, 4 and 5 the same with seconds where there are some. */
function formatOffset(offset: number, count: number): string {
  const size = Math.abs(offset)
  const separator = count === 3 || count === 5 ? ':' : ''
  const minutes = Math.floor(size / 60) % 60
  const hasMinutes = count > 1 || minutes !== 0
  const hasSeconds = count > 3 && size % 60 !== 0
  return (
    (offset < 0 ? '-' : '+') +
    pad2(Math.floor(size / 3600)) +
    (hasMinutes ? separator + pad2(minutes) : '') +
    (hasSeconds ? separator + pad2(size % 60) : '')
  )
}

function formatLetterZ(offset: number, count: number): string {
  if (count < 4) return formatOffset(offset, 2)
  if (count === 4) return formatGmt(offset, true)
  return offset === 0 ? 'Z' : formatOffset(offset, 5)
}

function formatGmt(offset: number, isFull: boolean): string {
  if (offset === 0) return 'GMT'
  if (isFull) return `GMT${formatOffset(offset, 5)}`
  const size = Math.abs(offset)
  const minutes = Math.floor(size / 60) % 60
  const seconds = size % 60
  const rest = (minutes === 0 && seconds === 0 ? '' : `:${pad2(minutes)}`) + (seconds === 0 ? '' : `:${pad2(seconds)}`)
  return `GMT${offset < 0 ? '-' : '+'}${Math.floor(size / 3600)}${rest}`
}

function formatRfc1123(time: ZonedTime): string {
  const day = weekdayName(dayOfWeek(time.epochDay), 'short', 'en-US')
  const month = monthName(time.month, 'short', false, 'en-US')
  const clock = `${pad2(time.hour)}:${pad2(time.minute)}:${pad2(time.second)}`
  const zone = time.offset === 0 ? 'GMT' : formatOffset(time.offset, 2)
  return `${day}, ${time.day} ${month} ${padNumber(time.year, 4)} ${clock} ${zone}`
}
