// Moments, and the ISO texts they are read from and written as.
import type { DateTime } from '../../std/value.ts'
import { civilFromDays, daysFromCivil, monthLength } from './calendar.ts'
import type { CivilDate } from './calendar.ts'
import { localToSeconds, pad2, parseOffset, parseZone } from './zone.ts'
import type { Zone } from './zone.ts'

export interface Instant {
  readonly seconds: number
  readonly nanos: number
}

/** A moment as the clocks of a zone show it. */
export interface ZonedTime extends CivilDate {
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly nanos: number
  readonly epochDay: number
  /** Seconds east of Greenwich. */
  readonly offset: number
  readonly zone: Zone
  readonly instant: Instant
}

export function instantFromMs(ms: number): Instant {
  const seconds = Math.floor(ms / 1000)
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) }
}

export function toZoned(instant: Instant, zone: Zone): ZonedTime {
  const offset = zone.offsetAt(instant.seconds)
  const local = instant.seconds + offset
  const epochDay = Math.floor(local / 86_400)
  const ofDay = local - epochDay * 86_400
  return {
    ...civilFromDays(epochDay),
    hour: Math.floor(ofDay / 3600),
    minute: Math.floor(ofDay / 60) % 60,
    second: ofDay % 60,
    nanos: instant.nanos,
    epochDay,
    offset,
    zone,
    instant,
  }
}

export function compareInstants(left: Instant, right: Instant): number {
  return Math.sign(left.seconds - right.seconds || left.nanos - right.nanos)
}

/** Of a date-time value; dates without a zone are taken in the given one, times of day have no moment. */
export function dateTimeToInstant(value: DateTime, zone: Zone): Instant | undefined {
  return value.type === 'local-time' ? undefined : parseIsoInstant(value.text, zone)
}

const DATE = '([+-]\\d{4,9}|\\d{4})-(\\d{2})-(\\d{2})'
const TIME = '(\\d{2}):(\\d{2})(?::(\\d{2})(?:\\.(\\d{0,9}))?)?'
const OFFSET = '(Z|[+-]\\d{1,2}(?::?\\d{2}(?::?\\d{2})?)?)'
const ISO = new RegExp(`^${DATE}(?:T${TIME}(?:${OFFSET}(?:\\[([^\\]]+)\\])?)?)?$`, 'i')

/** Zoned, offset or local date-time, or a local date at midnight, in that zone; undefined when the text is none of them. */
export function parseIsoInstant(text: string, zone: Zone): Instant | undefined {
  const match = ISO.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offsetText, zoneText] = match
  const localSeconds = secondsOf({ year: Number(year), month: Number(month), day: Number(day) }, [
    Number(hour),
    Number(minute),
    Number(second),
  ])
  if (localSeconds === undefined) return undefined
  const nanos = Number(fraction.padEnd(9, '0'))
  if (offsetText === undefined) return { seconds: localToSeconds(localSeconds, zone), nanos }
  const offset = offsetText.toUpperCase() === 'Z' ? 0 : parseOffset(offsetText)
  if (offset === undefined || (zoneText !== undefined && !isZone(zoneText))) return undefined
  return { seconds: localSeconds - offset, nanos }
}

function isZone(text: string): boolean {
  try {
    parseZone(text)
    return true
  } catch {
    // The only fault there is: no such zone.
    return false
  }
}

function secondsOf({ year, month, day }: CivilDate, [hour, minute, second]: readonly number[]): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > monthLength(year, month)) return undefined
  if (hour === undefined || minute === undefined || second === undefined) return undefined
  if (hour > 23 || minute > 59 || second > 59) return undefined
  return daysFromCivil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
}

/** `2024-03-05T14:07:09.123Z`: seconds always, fractions in groups of three digits. */
export function instantText({ seconds, nanos }: Instant): string {
  const epochDay = Math.floor(seconds / 86_400)
  const ofDay = seconds - epochDay * 86_400
  const time = `${pad2(Math.floor(ofDay / 3600))}:${pad2(Math.floor(ofDay / 60) % 60)}:${pad2(ofDay % 60)}`
  return `${dateText(civilFromDays(epochDay))}T${time}${groupedFraction(nanos)}Z`
}

export function groupedFraction(nanos: number): string {
  if (nanos === 0) return ''
  const digits = String(nanos).padStart(9, '0')
  if (digits.endsWith('000000')) return `.${digits.slice(0, 3)}`
  return digits.endsWith('000') ? `.${digits.slice(0, 6)}` : `.${digits}`
}

export function dateText({ year, month, day }: CivilDate): string {
  return `${yearText(year)}-${pad2(month)}-${pad2(day)}`
}

/** Four digits at least, a sign beyond four. */
export function yearText(year: number): string {
  const digits = String(Math.abs(year)).padStart(4, '0')
  if (year < 0) return `-${digits}`
  return digits.length > 4 ? `+${digits}` : digits
}
