// PostgreSQL's texts of dates and times (date style ISO) and the ISO texts that flows use. A moment is rewritten character by character
// where it can be: rows come by the million.
import { DateTime } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { offsetText, zoneOffsetMs } from '@batuta/sql-kit'
import type { Zone } from '@batuta/sql-kit'

const DATE = /^(\d{4,})-(\d\d)-(\d\d)( BC)?$/

/** `infinity`, which no calendar has, stays a text. */
export function readDate(text: string): Value {
  const match = DATE.exec(text)
  if (match === null) return text
  const [, year = '', month = '', day = '', era] = match
  return new DateTime('local-date', `${isoYear(year, era)}-${month}-${day}`)
}

/** Before Christ there was no year 0, in ISO there is; beyond 9999 ISO wants a sign. */
function isoYear(year: string, era: string | undefined): string {
  if (era === undefined) return year.length === 4 ? year : `+${year}`
  const number = 1 - Number(year)
  return `${number < 0 ? '-' : ''}${String(-number).padStart(4, '0')}`
}

const TIME = /^\d\d:\d\d:\d\d(?:\.\d+)?$/

/** 24:00:00, which is a time to PostgreSQL alone, stays a text. */
export function readTime(text: string): Value {
  return TIME.test(text) && !text.startsWith('24') ? new DateTime('local-time', text) : text
}

/** `12:34:56+02` → `12:34:56+02:00`. */
export function readTimeWithZone(text: string): Value {
  return text.replace(/([+-]\d\d)$/, '$1:00')
}

const TIMESTAMP = /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(\.\d+)?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?( BC)?$/

export function readTimestamp(text: string): Value {
  const match = TIMESTAMP.exec(text)
  if (match === null) return text
  const year = isoYear(match[1] ?? '', match[12])
  return new DateTime('local-date-time', `${year}${text.slice((match[1] ?? '').length, 10)}T${timeOf(match)}`)
}

function timeOf(match: RegExpExecArray): string {
  return `${match[4]}:${match[5]}:${match[6]}${match[7] ?? ''}`
}

/** Reads moments and shows them as the clocks of the zone do. */
export function zonedReader(zone: Zone): (text: string) => Value {
  return text => {
    const match = TIMESTAMP.exec(text)
    if (match === null || match[8] === undefined) return text
    const written = offsetMsOf(match)
    const instantMs = localMsOf(match) - written
    const wanted = zoneOffsetMs(zone, instantMs)
    if (wanted !== written || match[12] !== undefined || (match[1] ?? '').length > 4) {
      return new DateTime('zoned', shiftedText(instantMs + wanted, match[7] ?? '', wanted))
    }
    return new DateTime('zoned', `${text.slice(0, 10)}T${timeOf(match)}${offsetText(wanted)}`)
  }
}

function offsetMsOf(match: RegExpExecArray): number {
  const seconds = Number(match[9]) * 3600 + Number(match[10] ?? 0) * 60 + Number(match[11] ?? 0)
  return (match[8] === '-' ? -seconds : seconds) * 1000
}

function localMsOf(match: RegExpExecArray): number {
  const year = match[12] === undefined ? Number(match[1]) : 1 - Number(match[1])
  const [month, day, hour, minute, second] = match.slice(2, 7).map(Number)
  const date = new Date(Date.UTC(2000, (month ?? 1) - 1, day, hour, minute, second))
  date.setUTCFullYear(year, (month ?? 1) - 1, day)
  return date.getTime()
}

function shiftedText(localMs: number, fraction: string, offsetMs: number): string {
  const iso = new Date(localMs).toISOString()
  const year = /^[+-]\d{6}/.test(iso) ? trimYear(iso.slice(0, 7)) : iso.slice(0, 4)
  return `${year}${iso.slice(-20, -5)}${fraction}${offsetText(offsetMs)}`
}

/** `-000043` → `-0043`. */
function trimYear(year: string): string {
  return year.charAt(0) + String(Math.abs(Number(year))).padStart(4, '0')
}
