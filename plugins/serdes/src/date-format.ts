// Java's patterns for dates and times: `yyyy-MM-dd'T'HH:mm:ss.SSS[XXX]`. A pattern is compiled once into a list of parts; what stands in
// square brackets is left out for values that lack a field in it.
import { TaskError } from '@batuta/plugin-sdk'
import type { Moment } from './moment.ts'

export type DateFormat = (moment: Moment) => string

/** Undefined when the value lacks the field. */
type Part = (moment: Moment) => string | undefined

export function compileDateFormat(pattern: string): DateFormat {
  const reader = new PatternReader(pattern)
  const part = reader.readAll()
  return moment => {
    const text = part(moment)
    if (text === undefined) {
      throw new TaskError(
        `the format \`${pattern}\` asks for more than a value has; put what may lack in square brackets`,
      )
    }
    return text
  }
}

class PatternReader {
  readonly #pattern: string
  #at = 0

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  readAll(): Part {
    const part = this.#readSequence()
    if (this.#at < this.#pattern.length) throw this.#refuse('`]` without `[`')
    return part
  }

  #refuse(reason: string): TaskError {
    return new TaskError(`the date format \`${this.#pattern}\` cannot be read: ${reason} at position ${this.#at + 1}`)
  }

  #readSequence(): Part {
    const parts: Part[] = []
    while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== ']') parts.push(this.#readPart())
    return moment => {
      let text = ''
      for (const part of parts) {
        const piece = part(moment)
        if (piece === undefined) return undefined
        text += piece
      }
      return text
    }
  }

  #readPart(): Part {
    const letter = this.#pattern.charAt(this.#at)
    if (letter === "'") return literal(this.#readQuoted())
    if (letter === '[') return this.#readOptional()
    let count = 1
    while (this.#pattern[this.#at + count] === letter) count++
    if (!/[a-zA-Z]/.test(letter)) {
      this.#at++
      return literal(letter)
    }
    const make = Object.hasOwn(FIELDS, letter) ? FIELDS[letter] : undefined
    if (make === undefined) throw this.#refuse(`the letter \`${letter}\` means nothing`)
    this.#at += count
    return make(count)
  }

  #readQuoted(): string {
    const end = this.#pattern.indexOf("'", this.#at + 1)
    if (end < 0) throw this.#refuse('a quote is never closed')
    const text = this.#pattern.slice(this.#at + 1, end)
    this.#at = end + 1
    if (text === '') return "'"
    if (this.#pattern[this.#at] !== "'") return text
    return `${text}'${this.#readQuoted()}`
  }

  #readOptional(): Part {
    this.#at++
    const part = this.#readSequence()
    if (this.#pattern[this.#at] !== ']') throw this.#refuse('`[` without `]`')
    this.#at++
    return moment => part(moment) ?? ''
  }
}

function literal(text: string): Part {
  return () => text
}

function number(read: (moment: Moment) => number | undefined): (count: number) => Part {
  return count => moment => {
    const value = read(moment)
    if (value === undefined) return undefined
    const digits = String(Math.abs(value)).padStart(count, '0')
    return value < 0 ? `-${digits}` : digits
  }
}

const year = number(moment => moment.year)
const shortYear = number(({ year: full }) => (full === undefined ? undefined : ((full % 100) + 100) % 100))
const month = number(moment => moment.month)

const FIELDS: Readonly<Record<string, (count: number) => Part>> = {
  y: count => (count === 2 ? shortYear(2) : year(count)),
  u: count => (count === 2 ? shortYear(2) : year(count)),
  M: monthOrName,
  L: monthOrName,
  d: number(moment => moment.day),
  D: number(dayOfYear),
  E: count => named({ weekday: count < 4 ? 'short' : 'long' }),
  Q: number(moment => (moment.month === undefined ? undefined : Math.ceil(moment.month / 3))),
  a: () => moment => (moment.hour === undefined ? undefined : moment.hour < 12 ? 'AM' : 'PM'),
  H: number(moment => moment.hour),
  k: number(({ hour }) => (hour === 0 ? 24 : hour)),
  h: number(({ hour }) => (hour === undefined ? undefined : hour % 12 === 0 ? 12 : hour % 12)),
  K: number(({ hour }) => (hour === undefined ? undefined : hour % 12)),
  m: number(moment => moment.minute),
  s: number(moment => moment.second),
  S: count => moment => (moment.nanos === undefined ? undefined : fraction(moment.nanos, count)),
  n: number(moment => moment.nanos),
  X: count => offset({ count, zero: 'Z' }),
  x: count => offset({ count, zero: undefined }),
  Z: count => offset(count < 4 ? { count: 2, zero: '+0000' } : { count: 3, zero: count === 5 ? 'Z' : undefined }),
  O: () => moment => (moment.offsetMs === undefined ? undefined : `GMT${shortOffset(moment.offsetMs)}`),
  V: () => moment => moment.zoneId,
  z: () => moment => (moment.zoneId === undefined ? undefined : zoneName(moment)),
}

function monthOrName(count: number): Part {
  return count < 3 ? month(count) : named({ month: count === 3 ? 'short' : 'long' })
}

function fraction(nanos: number, count: number): string {
  return String(nanos).padStart(9, '0').slice(0, count).padEnd(count, '0')
}

function utcOf({ year: ofYear, month: ofMonth, day }: Moment): Date | undefined {
  if (ofYear === undefined || ofMonth === undefined || day === undefined) return undefined
  const date = new Date(Date.UTC(2000, ofMonth - 1, day))
  date.setUTCFullYear(ofYear, ofMonth - 1, day)
  return date
}

function dayOfYear(moment: Moment): number | undefined {
  const date = utcOf(moment)
  return date === undefined ? undefined : (date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000 + 1
}

function named(options: Intl.DateTimeFormatOptions): Part {
  const format = new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' })
  return moment => {
    const date = utcOf(moment)
    return date === undefined ? undefined : format.format(date)
  }
}

function offset({ count, zero }: { count: number; zero: string | undefined }): Part {
  return ({ offsetMs }) => {
    if (offsetMs === undefined) return undefined
    if (offsetMs === 0 && zero !== undefined) return zero
    const size = Math.abs(offsetMs) / 1000
    const pad = (value: number): string => String(value).padStart(2, '0')
    const [hours, minutes] = [pad(Math.floor(size / 3600)), pad(Math.floor(size / 60) % 60)]
    const sign = offsetMs < 0 ? '-' : '+'
    if (count === 1) return `${sign}${hours}${minutes === '00' ? '' : minutes}`
    return `${sign}${hours}${count === 2 || count === 4 ? '' : ':'}${minutes}`
  }
}

function shortOffset(offsetMs: number): string {
  if (offsetMs === 0) return ''
  const minutes = Math.abs(offsetMs) / 60_000
  const rest = minutes % 60 === 0 ? '' : `:${String(minutes % 60).padStart(2, '0')}`
  return `${offsetMs < 0 ? '-' : '+'}${Math.floor(minutes / 60)}${rest}`
}

function zoneName(moment: Moment): string | undefined {
  const { zoneId, offsetMs } = moment
  if (zoneId === undefined || offsetMs === undefined || /^[+-]/.test(zoneId)) return zoneId
  const date = utcOf(moment)
  const options: Intl.DateTimeFormatOptions = { timeZone: zoneId, timeZoneName: 'short' }
  const parts = new Intl.DateTimeFormat('en-US', options).formatToParts(date)
  return parts.find(part => part.type === 'timeZoneName')?.value
}
