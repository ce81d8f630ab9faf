// Reads the fields of a date pattern out of a text. Matching is exact and case-sensitive; a number of one letter takes all digits there
// are, but leaves those that belong to the fixed-width numbers right behind it.
import { halfDayName, eraName, monthName, weekdayName } from './names.ts'
import type { Width } from './names.ts'
import { parseIsoInstant } from './instant.ts'
import type { Instant } from './instant.ts'
import type { Element, Field } from './pattern.ts'
import { zoneOfAbbreviation } from './zone-names.ts'
import { fixedZone, offsetId, parseOffset, parseZone, UTC } from './zone.ts'
import type { Zone } from './zone.ts'

/** What was read, before anybody asked whether it makes a date. */
export interface ScannedFields {
  /** By pattern letter. */
  readonly numbers: Map<string, number>
  offset?: number
  zone?: Zone
  instant?: Instant
}

/** Undefined when the text is not of that form from its first to its last character. */
export function scanDate(text: string, elements: readonly Element[], locale: string): ScannedFields | undefined {
  const scanner = new Scanner(text, locale)
  return scanner.scan(elements) && scanner.at === text.length ? scanner.fields : undefined
}

const DIGITS = /\d*/y
const NUMERIC = /^[uyYDdgQqwWFhKkHmsSAnNMLecijl]$/
const ZONE_ID = /Z|[+-]\d{2}(?::?\d{2}){0,2}|[A-Za-z][A-Za-z0-9~/._+:-]*/y
const OFFSETS: readonly RegExp[] = [
  /[+-]\d{2}(?:\d{2})?/y,
  /[+-]\d{4}/y,
  /[+-]\d{2}:\d{2}/y,
  /[+-]\d{4}(?:\d{2})?/y,
  /[+-]\d{2}:\d{2}(?::\d{2})?/y,
]

class Scanner {
  readonly #text: string
  readonly #locale: string
  fields: ScannedFields = { numbers: new Map() }
  at = 0

  constructor(text: string, locale: string) {
    this.#text = text
    this.#locale = locale
  }

  scan(elements: readonly Element[]): boolean {
    return elements.every((element, index) => {
      if (element.type === 'literal') return this.#takeText(element.text)
      if (element.type === 'optional') return this.#scanOptional(element.elements)
      if (element.type === 'style') return false
      return this.#scanField(element, isNumeric(element) ? reservedBehind(elements, index) : 0)
    })
  }

  #scanOptional(elements: readonly Element[]): boolean {
    const { at } = this
    const fields = { ...this.fields, numbers: new Map(this.fields.numbers) }
    if (!this.scan(elements)) {
      this.at = at
      this.fields = fields
    }
    return true
  }

  #takeText(text: string): boolean {
    if (!this.#text.startsWith(text, this.at)) return false
    this.at += text.length
    return true
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const match = pattern.exec(this.#text)
    if (match === null) return undefined
    this.at += match[0].length
    return match[0]
  }

  #scanField(element: Field, reserved: number): boolean {
    while (element.padTo > 0 && this.#text[this.at] === ' ') this.at++
    if (isNumeric(element)) return this.#scanNumber(element, reserved)
    switch (element.letter) {
      case '.':
        return this.#scanFraction()
      case 'I':
        return this.#scanInstant()
      case 'R':
        return this.#scanRfc1123()
      case 'r':
        return !this.#takeText('[') || (this.#scanZone() && this.#takeText(']'))
      case 'X':
      case 'x':
      case 'Z':
      case 'O':
        return this.#scanOffset(element)
      case 'V':
      case 'z':
      case 'v':
        return this.#scanZone()
      default:
        return this.#scanName(element)
    }
  }

  #scanNumber({ letter, count }: Field, reserved: number): boolean {
    const isYear = letter === 'u' || letter === 'y' || letter === 'Y' || letter === 'i'
    const sign = isYear ? this.#match(/[+-]/y) : undefined
    DIGITS.lastIndex = this.at
    const available = DIGITS.exec(this.#text)?.[0].length ?? 0
    const length = fixedWidth({ letter, count }) ?? Math.max(count, available - reserved)
    if (length > available || length === 0 || length < count) return false
    // Without a sign, a year of four letters has exactly four digits.
    if (isYear && count >= 4 && (sign === '+' ? length <= count : sign === undefined && length > count)) return false
    const digits = this.#text.slice(this.at, this.at + length)
    this.at += length
    const value = letter === 'S' ? Number(digits.padEnd(9, '0')) : Number(digits)
    return this.#keep(letter, isYear && count === 2 ? 2000 + value : sign === '-' ? -value : value)
  }

  /** The same field twice has to say the same. */
  #keep(letter: string, value: number): boolean {
    const { numbers } = this.fields
    const known = numbers.get(letter)
    if (known === undefined) numbers.set(letter, value)
    return known === undefined || known === value
  }

  #scanFraction(): boolean {
    const text = this.#match(/\.\d{1,9}/y)
    return text !== undefined && this.#keep('S', Number(text.slice(1).padEnd(9, '0')))
  }

  #scanInstant(): boolean {
    const instant = this.#text.endsWith('Z') ? parseIsoInstant(this.#text.slice(this.at), UTC) : undefined
    if (instant === undefined) return false
    this.fields.instant = instant
    this.at = this.#text.length
    return true
  }

  #scanOffset({ letter, count }: Field): boolean {
    if (letter === 'O' || (letter === 'Z' && count === 4)) return this.#scanGmtOffset()
    const zero = letter === 'X' || (letter === 'Z' && count === 5) ? 'Z' : undefined
    if (zero !== undefined && this.#takeText(zero)) return this.#keepOffset(0)
    const form = letter === 'Z' ? (count === 5 ? 4 : 1) : count - 1
    const pattern = OFFSETS[form]
    const text = pattern && this.#match(pattern)
    const offset = text === undefined ? undefined : parseOffset(text)
    return offset !== undefined && this.#keepOffset(offset)
  }

  #scanGmtOffset(): boolean {
    if (!this.#takeText('GMT')) return false
    const text = this.#match(/[+-]\d{1,2}(?::\d{2}){0,2}/y)
    const offset = text === undefined ? 0 : parseOffset(text)
    return offset !== undefined && this.#keepOffset(offset)
  }

  #keepOffset(offset: number): boolean {
    this.fields.offset = offset
    return true
  }

  #scanZone(): boolean {
    const start = this.at
    const text = this.#match(ZONE_ID)
    const zone = text === undefined ? undefined : findZone(text)
    if (zone === undefined) {
      this.at = start
      return false
    }
    this.fields.zone = zone
    return true
  }

  #scanName({ letter, count }: Field): boolean {
    const width: Width = count === 4 ? 'long' : count === 5 ? 'narrow' : 'short'
    const names = namesOf(letter, width, this.#locale)
    const found = names
      .map((name, index) => ({ name, index }))
      .filter(({ name }) => name !== '' && this.#text.startsWith(name, this.at))
      .sort((left, right) => right.name.length - left.name.length)[0]
    if (found === undefined) return false
    this.at += found.name.length
    return this.#keep(NUMBER_OF_NAME[letter] ?? letter, found.index + (letter === 'a' || letter === 'G' ? 0 : 1))
  }

  #scanRfc1123(): boolean {
    const text = this.#match(
      /(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}(?::\d{2})? (?:GMT|[+-]\d{4})/iy,
    )
    if (text === undefined) return false
    const parts = /^(?:(\w{3}), )?(\d+) (\w{3}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))? (\S+)$/.exec(text)
    const [, weekday, day, month = '', year, hour, minute, second = '0', offset = 'GMT'] = parts ?? []
    const monthIndex = namesOf('M', 'short', 'en-US').findIndex(name => name.toLowerCase() === month.toLowerCase())
    const values: readonly (readonly [string, number])[] = [
      ['d', Number(day)],
      ['M', monthIndex + 1],
      ['u', Number(year)],
      ['H', Number(hour)],
      ['m', Number(minute)],
      ['s', Number(second)],
    ]
    this.fields.offset = offset.toUpperCase() === 'GMT' ? 0 : (parseOffset(offset) ?? 0)
    const weekdays = namesOf('E', 'short', 'en-US').map(name => name.toLowerCase())
    if (weekday !== undefined) this.#keep('E', weekdays.indexOf(weekday.toLowerCase()) + 1)
    return monthIndex >= 0 && values.every(([letter, value]) => this.#keep(letter, value))
  }
}

function isNumeric({ letter, count }: Field): boolean {
  if (letter === 'M' || letter === 'L' || letter === 'Q' || letter === 'q' || letter === 'e' || letter === 'c') {
    return count < 3
  }
  return NUMERIC.test(letter)
}

function fixedWidth({ letter, count }: Pick<Field, 'letter' | 'count'>): number | undefined {
  if (letter === 'S') return count
  if (letter === 'D') return count === 3 ? 3 : undefined
  return count === 2 ? 2 : undefined
}

function reservedBehind(elements: readonly Element[], index: number): number {
  let reserved = 0
  for (const element of elements.slice(index + 1)) {
    const width = element.type === 'field' && isNumeric(element) ? fixedWidth(element) : undefined
    if (width === undefined) break
    reserved += width
  }
  return reserved
}

/** Names are kept as numbers under the letter of the number they stand for. */
const NUMBER_OF_NAME: Readonly<Record<string, string>> = { L: 'M', M: 'M', e: 'E', c: 'E', q: 'Q' }

function namesOf(letter: string, width: Width, locale: string): readonly string[] {
  const count = (length: number, nameOf: (number: number) => string): readonly string[] =>
    Array.from({ length }, (_, index) => nameOf(index + 1))
  switch (letter) {
    case 'M':
    case 'L':
      return count(12, month => monthName(month, width, letter === 'L', locale))
    case 'E':
    case 'e':
    case 'c':
      return count(7, weekday => weekdayName(weekday, width, locale))
    case 'a':
      return [halfDayName(1, locale), halfDayName(13, locale)]
    case 'G':
      return [eraName(-1, width, locale), eraName(1, width, locale)]
    default:
      return []
  }
}

function findZone(text: string): Zone | undefined {
  const offset = parseOffset(text)
  if (offset !== undefined) return fixedZone(offsetId(offset), offset)
  try {
    return parseZone(zoneOfAbbreviation(text) ?? text)
  } catch {
    // The only fault there is: no such zone.
    return undefined
  }
}
