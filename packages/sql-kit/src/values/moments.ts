// Dates and times between the texts of databases and those that flows use.
import { findZone, zoneOffsetMs } from '@batuta/ion'
import type { Zone } from '@batuta/ion'
import { DateTime, TaskError } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'

/** The zone of the property `timeZoneId`, by default that of the machine. */
export function getZone(id: string | undefined): Zone {
  const wanted = id ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const zone = findZone(wanted)
  if (zone === undefined)
    throw new TaskError(`there is no time zone "${wanted}"; use one such as Europe/Paris or +02:00`)
  return zone
}

export function offsetText(offsetMs: number): string {
  if (offsetMs === 0) return 'Z'
  const size = Math.abs(offsetMs) / 1000
  const pad = (value: number): string => String(value).padStart(2, '0')
  const seconds = size % 60 === 0 ? '' : `:${pad(size % 60)}`
  return `${offsetMs < 0 ? '-' : '+'}${pad(Math.floor(size / 3600))}:${pad(Math.floor(size / 60) % 60)}${seconds}`
}

const DATE = /^\d{4}-\d\d-\d\d$/
const TIME = /^\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/
const TIMESTAMP = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(\.\d+)?$/
const ZONED = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)? ?(?:(Z|UTC)|([+-])(\d\d):?(\d\d)?)$/i

/** A date, a time or a moment that no calendar has, such as 0000-00-00, stays a text. */
export function readDate(text: string): Value {
  return DATE.test(text) && isOfCalendar(text) ? new DateTime('local-date', text) : text
}

export function readTime(text: string): Value {
  if (!TIME.test(text) || Number(text.slice(0, 2)) > 23) return text
  return new DateTime('local-time', text.length === 5 ? `${text}:00` : text)
}

/** Without a zone: what the clock on the wall shows. */
export function readTimestamp(text: string): Value {
  const match = TIMESTAMP.exec(text)
  if (match === null || !isOfCalendar(match[1] ?? '')) return text
  return new DateTime('local-date-time', `${match[1]}T${match[2]}${match[3] ?? ':00'}${trimFraction(match[4])}`)
}

/** With an offset: shown as the clocks of the zone do. */
export function readMoment(text: string, zone: Zone): Value {
  const match = ZONED.exec(text)
  if (match === null) return text
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(part => Number(part ?? 0))
  const offsetMs = (Number(match[10] ?? 0) * 60 + Number(match[11] ?? 0)) * (match[9] === '-' ? -60_000 : 60_000)
  return momentAt(Date.UTC(year, month - 1, day, hour, minute, second) - offsetMs, zone, match[7])
}

/** `fraction` is the text of the part of a second, with its point; by default the milliseconds of the instant. */
export function momentAt(instantMs: number, zone: Zone, fraction?: string): Value {
  const offsetMs = zoneOffsetMs(zone, instantMs)
  const iso = new Date(instantMs + offsetMs).toISOString()
  const part = trimFraction(fraction ?? iso.slice(-5, -1))
  return new DateTime('zoned', `${iso.slice(0, -5)}${part}${offsetText(offsetMs)}`)
}

function trimFraction(fraction: string | undefined): string {
  return fraction === undefined ? '' : fraction.replace(/\.?0+$/, '')
}

function isOfCalendar(date: string): boolean {
  return !date.startsWith('0000') && !date.includes('-00')
}

const WRITTEN = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(?:Z|([+-])(\d\d):(\d\d))/

/** A moment as a timestamp without a zone: what the clocks of the zone show. Everything else as it is, without the name of a zone. */
export function localText({ type, text }: DateTime, zone: Zone): string {
  const bare = text.replace(/\[.*\]$/, '')
  const match = type === 'instant' || type === 'zoned' ? WRITTEN.exec(bare) : null
  if (match === null) return type === 'local-date-time' ? bare.replace('T', ' ') : bare
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(part => Number(part ?? 0))
  const offsetMs = (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0)) * (match[8] === '-' ? -60_000 : 60_000)
  const instantMs = Date.UTC(year, month - 1, day, hour, minute, second) - offsetMs
  const local = new Date(instantMs + zoneOffsetMs(zone, instantMs)).toISOString().slice(0, 19)
  return `${local.replace('T', ' ')}${match[7] ?? ''}`
}
