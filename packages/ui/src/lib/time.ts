// Moments and lengths as people read them, by Intl. Pure: the present is an argument.
import { getLanguage } from './messages.ts'

export interface TimeStyle {
  /** Of the browser unless said. */
  readonly zone?: string | undefined
  readonly language?: string | undefined
}

let zone: string | undefined

/** Where nobody says another one; undefined is the zone of the browser. */
export function setZone(next: string | undefined): void {
  zone = next
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(style: TimeStyle, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const language = style.language ?? getLanguage()
  const timeZone = style.zone ?? zone
  const key = JSON.stringify([language, timeZone, options])
  const known = formats.get(key)
  if (known) return known
  const made = new Intl.DateTimeFormat(language, {
    ...options,
    hourCycle: 'h23',
    ...(timeZone === undefined ? {} : { timeZone }),
  })
  formats.set(key, made)
  return made
}

const DAY = { day: 'numeric', month: 'short' } as const
const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const

/** As short as it may be: today the clock, this year the day with the clock, else the date. */
export function formatMoment(ms: number, nowMs: number, style: TimeStyle = {}): string {
  const day = (at: number): string => formatOf(style, { dateStyle: 'short' }).format(at)
  const year = (at: number): string => formatOf(style, { year: 'numeric' }).format(at)
  if (day(ms) === day(nowMs)) return formatOf(style, CLOCK).format(ms)
  if (year(ms) === year(nowMs)) return formatOf(style, { ...DAY, hour: '2-digit', minute: '2-digit' }).format(ms)
  return formatOf(style, { ...DAY, year: 'numeric' }).format(ms)
}

/** With the date, seconds and the zone. */
export function formatMomentLong(ms: number, style: TimeStyle = {}): string {
  return formatOf(style, { ...DAY, year: 'numeric', ...CLOCK, timeZoneName: 'short' }).format(ms)
}

/** Along an axis: the clock where it shows a day or two, else the day; with both where it shows one moment (a span of 0). */
export function formatTick(ms: number, spanMs: number, style: TimeStyle = {}): string {
  if (spanMs === 0) return formatOf(style, { ...DAY, hour: '2-digit', minute: '2-digit' }).format(ms)
  if (spanMs <= 172_800_000) return formatOf(style, { hour: '2-digit', minute: '2-digit' }).format(ms)
  return formatOf(style, DAY).format(ms)
}

/** `12:05:27.113`, for logs. */
export function formatClock(ms: number, style: TimeStyle = {}): string {
  return formatOf(style, { ...CLOCK, fractionalSecondDigits: 3 }).format(ms)
}

const STEPS = [
  ['year', 31_536_000_000],
  ['month', 2_592_000_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/** `5 minutes ago`, `in 2 hours`. */
export function formatRelative(ms: number, nowMs: number, style: TimeStyle = {}): string {
  const distance = ms - nowMs
  const format = new Intl.RelativeTimeFormat(style.language ?? getLanguage(), { numeric: 'auto' })
  const [unit, size] = STEPS.find(([, step]) => Math.abs(distance) >= step) ?? ['second', 1_000]
  return format.format(Math.trunc(distance / size), unit)
}

/** `840 ms`, `8.2 s`, `1 min 05 s`, `2 h 14 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return formatDuration(0)
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(Math.round(ms / 100) / 10).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`
  const hours = Math.round(minutes / 60)
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
