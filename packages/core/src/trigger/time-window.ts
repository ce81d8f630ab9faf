// The time in which conditions on several executions must come together. A window is found for a moment and then kept until it is over; one that
// slides begins with the first execution that counts, one that looks back has no beginning at all.
import { parseDuration } from '../std/duration.ts'
import { parseIsoTime } from '../std/iso-time.ts'
import { mapGet } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { plainText } from '../std/value-text.ts'
import { instantsOf, zoneOffsetMs } from '../std/zone.ts'
import type { Zone } from '../std/zone.ts'

export type WindowSpec =
  | { readonly type: 'aligned'; readonly sizeMs: number; readonly advanceMs: number }
  | { readonly type: 'sliding'; readonly sizeMs: number }
  | { readonly type: 'lookback'; readonly sizeMs: number }
  /** Of each day, in milliseconds after its midnight. */
  | { readonly type: 'daily'; readonly fromMs: number; readonly toMs: number }

export interface TimeWindow {
  readonly startMs: number
  /** The last millisecond of it. */
  readonly endMs: number
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const DEFAULT_WINDOW: WindowSpec = { type: 'aligned', sizeMs: DAY_MS, advanceMs: 0 }

/** Of dialect 1; what is not valid there is refused when the flow is saved, and means the default here. */
export function windowOf1(window: ValueMap | undefined): WindowSpec {
  if (!window) return DEFAULT_WINDOW
  const sizeMs = durationOf(mapGet(window, 'window')) ?? DAY_MS
  switch (textOf(mapGet(window, 'type')) ?? 'DURATION_WINDOW') {
    case 'SLIDING_WINDOW':
      return { type: 'sliding', sizeMs }
    case 'DAILY_TIME_DEADLINE':
      return { type: 'daily', fromMs: 0, toMs: timeOf(mapGet(window, 'deadline')) ?? DAY_MS - 1 }
    case 'DAILY_TIME_WINDOW':
      return {
        type: 'daily',
        fromMs: timeOf(mapGet(window, 'startTime')) ?? 0,
        toMs: timeOf(mapGet(window, 'endTime')) ?? DAY_MS - 1,
      }
    default:
      return { type: 'aligned', sizeMs, advanceMs: durationOf(mapGet(window, 'windowAdvance')) ?? 0 }
  }
}

/** Of dialect 2: a deadline, a range of the day, a period, or a look back. */
export function windowOf2(window: ValueMap | undefined): WindowSpec {
  if (!window) return DEFAULT_WINDOW
  const lookback = durationOf(mapGet(window, 'lookback'))
  if (lookback !== undefined) return { type: 'lookback', sizeMs: lookback }
  const every = durationOf(mapGet(window, 'every'))
  if (every !== undefined)
    return { type: 'aligned', sizeMs: every, advanceMs: durationOf(mapGet(window, 'offset')) ?? 0 }
  const deadline = timeOf(mapGet(window, 'deadline'))
  if (deadline !== undefined) return { type: 'daily', fromMs: 0, toMs: deadline }
  const [fromMs, toMs] = [timeOf(mapGet(window, 'from')), timeOf(mapGet(window, 'to'))]
  return fromMs === undefined || toMs === undefined ? DEFAULT_WINDOW : { type: 'daily', fromMs, toMs }
}

/** The window that the moment is in; undefined when it is in none. */
export function windowAt(spec: WindowSpec, nowMs: number, zone: Zone): TimeWindow | undefined {
  switch (spec.type) {
    case 'sliding':
      return { startMs: nowMs, endMs: nowMs + spec.sizeMs }
    case 'lookback':
      return { startMs: nowMs - spec.sizeMs, endMs: nowMs }
    case 'daily': {
      const window = dailyWindow(spec, nowMs, zone)
      return nowMs >= window.startMs && nowMs <= window.endMs ? window : undefined
    }
    case 'aligned':
      return alignedWindow(spec, nowMs, zone)
  }
}

/** The end of the window that is open or comes next; undefined where a window needs an execution to begin. */
export function nextWindowEnd(spec: WindowSpec, afterMs: number, zone: Zone): number | undefined {
  if (spec.type === 'aligned') return alignedWindow(spec, afterMs + 1, zone).endMs
  if (spec.type !== 'daily') return undefined
  const { endMs } = dailyWindow(spec, afterMs, zone)
  return endMs > afterMs ? endMs : dailyWindow(spec, afterMs + DAY_MS, zone).endMs
}

function dailyWindow(spec: Extract<WindowSpec, { type: 'daily' }>, nowMs: number, zone: Zone): TimeWindow {
  const localMs = nowMs + zoneOffsetMs(zone, nowMs)
  const midnight = localMs - modulo(localMs, DAY_MS)
  return { startMs: instantOf(midnight + spec.fromMs, zone), endMs: instantOf(midnight + spec.toMs, zone) }
}

/**
 * Windows follow one another without a gap, from the beginning of a day, an hour or a part of it. Hours that divide a day are counted from
 * midnight.
 */
function alignedWindow(
  { sizeMs, advanceMs }: Extract<WindowSpec, { type: 'aligned' }>,
  nowMs: number,
  zone: Zone,
): TimeWindow {
  const localMs = nowMs + zoneOffsetMs(zone, nowMs)
  let start = localMs - modulo(localMs, gridOf(sizeMs)) + advanceMs
  start += Math.floor((localMs - start) / sizeMs) * sizeMs
  return { startMs: instantOf(start, zone), endMs: instantOf(start + sizeMs, zone) - 1 }
}

function gridOf(sizeMs: number): number {
  if (sizeMs >= DAY_MS) return DAY_MS
  if (sizeMs >= HOUR_MS) return DAY_MS % sizeMs === 0 ? sizeMs : HOUR_MS
  if (sizeMs >= MINUTE_MS) return HOUR_MS % sizeMs === 0 ? sizeMs : MINUTE_MS
  return 1_000
}

function instantOf(localMs: number, zone: Zone): number {
  const { instants, gapEndsAt } = instantsOf(zone, localMs)
  return instants[0] ?? gapEndsAt ?? localMs
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}

function textOf(value: Value | undefined): string | undefined {
  return value === undefined || value === null ? undefined : plainText(value)
}

function durationOf(value: Value | undefined): number | undefined {
  if (typeof value === 'number') return value * 1_000
  const text = textOf(value)
  return text === undefined ? undefined : parseDuration(text)
}

/** A time of the day, with or without an offset, which is ignored: days are those of the server's zone. */
function timeOf(value: Value | undefined): number | undefined {
  const text = textOf(value)?.replace(/(?:Z|[+-]\d\d:?\d\d)$/, '')
  const nanos = text === undefined ? undefined : parseIsoTime(text)
  return nanos === undefined ? undefined : Math.floor(nanos / 1_000_000)
}
