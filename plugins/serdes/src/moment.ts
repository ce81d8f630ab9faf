// A date-time taken apart into what a format may ask for. What a value does not have, it does not get: a local date has no hour.
import { TaskError } from '@batuta/plugin-sdk'
import type { DateTime } from '@batuta/plugin-sdk'
import { findZone, zoneOffsetMs } from './zone.ts'
import type { Zone } from './zone.ts'

export interface Moment {
  readonly year?: number
  readonly month?: number
  readonly day?: number
  readonly hour?: number
  readonly minute?: number
  readonly second?: number
  readonly nanos?: number
  readonly offsetMs?: number
  readonly zoneId?: string
}

export function getZone(id: string | undefined): Zone {
  const wanted = id ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const zone = findZone(wanted)
  if (zone === undefined)
    throw new TaskError(`there is no time zone "${wanted}"; use one such as Europe/Paris or +02:00`)
  return zone
}

const DATE = '([+-]\\d{4,9}|\\d{4})-(\\d\\d)-(\\d\\d)'
const TIME = '(\\d\\d):(\\d\\d)(?::(\\d\\d)(?:\\.(\\d{1,9})\\d*)?)?'
const OFFSET = '(Z|[+-]\\d\\d:\\d\\d(?::\\d\\d)?)(?:\\[[^\\]]*\\])?'
const LOCAL_DATE = new RegExp(`^${DATE}$`)
const LOCAL_TIME = new RegExp(`^${TIME}$`)
const DATE_TIME = new RegExp(`^${DATE}T${TIME}(?:${OFFSET})?$`)

/** As the clocks of the zone show it. Undefined when the text is no date or time. */
export function toMoment({ type, text }: DateTime, zone: Zone): Moment | undefined {
  if (type === 'local-date') return datePart(LOCAL_DATE.exec(text))
  if (type === 'local-time') return timePart(LOCAL_TIME.exec(text), 0)
  const match = DATE_TIME.exec(text)
  const date = datePart(match)
  const time = timePart(match, 3)
  if (match === null || date === undefined || time === undefined) return undefined
  const localMs = epochMs(date, time)
  const offset = match[8]
  if (offset === undefined) return { ...date, ...time, offsetMs: offsetOfLocal(zone, localMs), zoneId: zone.id }
  const instantMs = localMs - parseOffsetMs(offset)
  const offsetMs = zoneOffsetMs(zone, instantMs)
  return { ...fromEpochMs(instantMs + offsetMs), nanos: time.nanos, offsetMs, zoneId: zone.id }
}

type DatePart = Required<Pick<Moment, 'year' | 'month' | 'day'>>
type TimePart = Required<Pick<Moment, 'hour' | 'minute' | 'second' | 'nanos'>>

function datePart(match: RegExpExecArray | null): DatePart | undefined {
  return match === null ? undefined : { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) }
}

function timePart(match: RegExpExecArray | null, skipped: number): TimePart | undefined {
  if (match === null) return undefined
  const [hour, minute, second = '0', fraction = ''] = match.slice(skipped + 1, skipped + 5)
  return {
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    nanos: Number(fraction.padEnd(9, '0')),
  }
}

function epochMs({ year, month, day }: DatePart, { hour, minute, second }: TimePart): number {
  const date = new Date(Date.UTC(2000, month - 1, day, hour, minute, second))
  date.setUTCFullYear(year, month - 1, day)
  return date.getTime()
}

function fromEpochMs(ms: number): DatePart & Omit<TimePart, 'nanos'> {
  const date = new Date(ms)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  }
}

function parseOffsetMs(offset: string): number {
  if (offset === 'Z') return 0
  const [hours = '0', minutes = '0', seconds = '0'] = offset.slice(1).split(':')
  const ms = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
  return offset.startsWith('-') ? -ms : ms
}

/** Of a moment that says nothing of an offset itself. */
export function offsetOfMoment(moment: Moment, zone: Zone): number {
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, nanos = 0 } = moment
  return offsetOfLocal(zone, epochMs({ year, month, day }, { hour, minute, second, nanos }))
}

/** Of two offsets that a local time may have, the earlier moment's. */
function offsetOfLocal(zone: Zone, localMs: number): number {
  const before = zoneOffsetMs(zone, localMs - 86_400_000)
  return zoneOffsetMs(zone, localMs - before) === before ? before : zoneOffsetMs(zone, localMs - before)
}
