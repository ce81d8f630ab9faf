// Reads what Java's patterns for dates and times describe: the other way round than `date-format.ts`. A pattern becomes one regular
// expression without any choice inside a repetition, so that it reads every text in one go.
import { TaskError } from '@batuta/plugin-sdk'
import type { Moment } from './moment.ts'

/** Undefined when the text is not of the pattern. */
export type DateParser = (text: string) => Moment | undefined

type Field = keyof typeof READERS

export function compileDateParser(pattern: string): DateParser {
  const fields: Field[] = []
  const source = sourceOf(pattern, fields)
  const expression = new RegExp(`^${source}$`, 'i')
  return text => {
    const match = expression.exec(text.trim())
    if (match === null) return undefined
    let moment: Reading = {}
    for (const [at, field] of fields.entries()) {
      const found = match[at + 1]
      if (found !== undefined) moment = { ...moment, ...READERS[field](found) }
    }
    return withHalf(moment)
  }
}

interface Reading extends Moment {
  readonly isAfternoon?: boolean
}

function withHalf({ isAfternoon, ...moment }: Reading): Moment {
  const { hour } = moment
  if (isAfternoon === undefined || hour === undefined) return moment
  return { ...moment, hour: (hour % 12) + (isAfternoon ? 12 : 0) }
}

const MONTHS: readonly string[] = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const READERS = {
  year: (text: string): Reading => ({ year: Number(text) }),
  shortYear: (text: string): Reading => ({ year: 2000 + Number(text) }),
  month: (text: string): Reading => ({ month: Number(text) }),
  monthName: (text: string): Reading => ({ month: MONTHS.indexOf(text.slice(0, 3).toLowerCase()) + 1 }),
  day: (text: string): Reading => ({ day: Number(text) }),
  hour: (text: string): Reading => ({ hour: Number(text) }),
  minute: (text: string): Reading => ({ minute: Number(text) }),
  second: (text: string): Reading => ({ second: Number(text) }),
  fraction: (text: string): Reading => ({ nanos: Number(text.padEnd(9, '0')) }),
  half: (text: string): Reading => ({ isAfternoon: text.toLowerCase() === 'pm' }),
  offset: (text: string): Reading => ({ offsetMs: offsetMs(text) }),
  ignored: (): Reading => ({}),
}

function offsetMs(text: string): number {
  if (text.toUpperCase() === 'Z') return 0
  const digits = text.slice(1).replace(':', '')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4) || '0')
  return (text.startsWith('-') ? -minutes : minutes) * 60_000
}

const OFFSET = '(Z|[+-]\\d\\d(?::?\\d\\d)?)'
const NAMES =
  '(jan[a-z]*|feb[a-z]*|mar[a-z]*|apr[a-z]*|may|jun[a-z]*|jul[a-z]*|aug[a-z]*|sep[a-z]*|oct[a-z]*|nov[a-z]*|dec[a-z]*)'

const LETTERS: Readonly<Record<string, (count: number) => readonly [string, Field]>> = {
  y: yearOf,
  u: yearOf,
  M: monthOf,
  L: monthOf,
  d: count => [digits(count), 'day'],
  H: count => [digits(count), 'hour'],
  h: count => [digits(count), 'hour'],
  k: count => [digits(count), 'hour'],
  K: count => [digits(count), 'hour'],
  m: count => [digits(count), 'minute'],
  s: count => [digits(count), 'second'],
  S: () => ['(\\d{1,9})', 'fraction'],
  n: () => ['(\\d{1,9})', 'fraction'],
  a: () => ['(am|pm)', 'half'],
  E: () => ['([a-z]+)', 'ignored'],
  X: () => [OFFSET, 'offset'],
  x: () => [OFFSET, 'offset'],
  Z: () => [OFFSET, 'offset'],
}

function yearOf(count: number): readonly [string, Field] {
  return count === 2 ? ['(\\d\\d)', 'shortYear'] : ['([+-]?\\d{4,9})', 'year']
}

function monthOf(count: number): readonly [string, Field] {
  return count < 3 ? [digits(count), 'month'] : [NAMES, 'monthName']
}

function digits(count: number): string {
  return count === 1 ? '(\\d{1,2})' : '(\\d\\d)'
}

function sourceOf(pattern: string, fields: Field[]): string {
  let source = ''
  let depth = 0
  for (let at = 0; at < pattern.length;) {
    const letter = pattern.charAt(at)
    if (letter === '[' || letter === ']') {
      depth += letter === '[' ? 1 : -1
      if (depth < 0) throw refusal(pattern, '`]` without `[`')
      source += letter === '[' ? '(?:' : ')?'
      at++
    } else if (letter === "'") {
      const end = closingQuote(pattern, at)
      source += end === at + 1 ? "'" : quoted(pattern.slice(at + 1, end).replaceAll("''", "'"))
      at = end + 1
    } else if (/[a-z]/i.test(letter)) {
      const count = /^(.)\1*/.exec(pattern.slice(at))?.[0].length ?? 1
      const make = Object.hasOwn(LETTERS, letter) ? LETTERS[letter] : undefined
      if (make === undefined) throw refusal(pattern, `the letter \`${letter}\` cannot be read`)
      const [part, field] = make(count)
      source += part
      fields.push(field)
      at += count
    } else {
      source += quoted(letter)
      at++
    }
  }
  if (depth > 0) throw refusal(pattern, '`[` without `]`')
  return source
}

function closingQuote(pattern: string, at: number): number {
  const end = pattern.indexOf("'", at + 1)
  if (end < 0) throw refusal(pattern, 'a quote is never closed')
  return end
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

function refusal(pattern: string, reason: string): TaskError {
  return new TaskError(`the date format \`${pattern}\` cannot be used for reading: ${reason}`)
}
