// The dates of a schedule to come, with what the clocks of its zone do meanwhile: hours that do not exist, hours that come twice.
import {
  changeBetween,
  formatZoned,
  nextScheduleDate,
  openSchedule,
  zoneOffsetMs,
  type Trigger,
  type Zone,
} from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'
import { parseMoment } from '../parse-moment.ts'
import { openWished, type OpenTrigger, type TriggerWish } from './open-trigger.ts'

export interface SimulateWish extends TriggerWish {
  readonly from?: string
  readonly count?: number
  readonly durationMs?: number
}

const COUNT = 50
const DAY_MS = 24 * 60 * 60_000
const MINUTE_MS = 60_000
/** Changes of the clocks are looked for over this span. */
const CHANGES_WITHIN_MS = 10 * 366 * DAY_MS
const SKIPPED_MAX = 100

interface ClockChange {
  readonly atMs: number
  /** How far the clocks are put forward; below 0 back. */
  readonly byMs: number
}

export async function simulate(
  { from, count = COUNT, durationMs, ...wish }: SimulateWish,
  dependencies: HttpDependencies,
): Promise<unknown> {
  const found = await openWished(wish, dependencies)
  const { schedule, filter } = found
  const fromMs = from === undefined ? dependencies.platform.nowMs() : parseMoment(from, 'from')
  const dates: number[] = []
  for (let at: number | undefined = fromMs; dates.length < count; dates.push(at)) {
    at = nextScheduleDate(schedule, at, filter)
    if (at === undefined) break
  }
  const { zone } = schedule
  const changes = changesOf(zone, fromMs, dates.at(-1) ?? fromMs)
  return {
    zone: zone.id,
    fires: dates.map((at, index) => fireOf(at, { zone, changes, before: dates[index - 1], durationMs })),
    changes: changes.map(change => describe(change, found)),
    warnings: warningsOf(dates, { count, durationMs }),
  }
}

interface FirePlace {
  readonly zone: Zone
  readonly changes: readonly ClockChange[]
  readonly before: number | undefined
  readonly durationMs: number | undefined
}

function fireOf(atMs: number, { zone, changes, before, durationMs }: FirePlace): unknown {
  const isRepeated = changes.some(({ atMs: from, byMs }) => byMs < 0 && atMs >= from && atMs < from - byMs)
  const isShifted = changes.some(({ atMs: from, byMs }) => byMs > 0 && atMs === from)
  const overlaps = durationMs !== undefined && before !== undefined && atMs - before < durationMs
  return {
    at: new Date(atMs).toISOString(),
    local: formatZoned(atMs, zone),
    ...(isRepeated ? { isRepeated } : {}),
    ...(isShifted ? { isShifted } : {}),
    ...(overlaps ? { overlaps } : {}),
  }
}

function changesOf(zone: Zone, fromMs: number, toMs: number): readonly ClockChange[] {
  const found: ClockChange[] = []
  const end = Math.min(toMs, fromMs + CHANGES_WITHIN_MS)
  for (let at = fromMs; at < end; at += DAY_MS) {
    const byMs = zoneOffsetMs(zone, at + DAY_MS) - zoneOffsetMs(zone, at)
    if (byMs !== 0) found.push({ atMs: changeBetween(zone, at, at + DAY_MS), byMs })
  }
  return found
}

function describe({ atMs, byMs }: ClockChange, { trigger, schedule }: OpenTrigger): unknown {
  const isGap = byMs > 0
  return {
    at: new Date(atMs).toISOString(),
    type: isGap ? 'gap' : 'overlap',
    minutes: Math.abs(byMs) / MINUTE_MS,
    skipped: isGap ? skippedIn(atMs + zoneOffsetMs(schedule.zone, atMs - 1), byMs, trigger) : [],
  }
}

/** The same line of dates where every hour exists, within the hour that does not. */
function skippedIn(localMs: number, lengthMs: number, trigger: Trigger): readonly string[] {
  const properties = { ...Object.fromEntries(Object.entries(trigger.properties)), timezone: 'UTC' }
  const even = openSchedule({ ...trigger, properties }, 'UTC')
  const found: string[] = []
  for (let at = even?.next(localMs - 1); at !== undefined && at < localMs + lengthMs; at = even?.next(at)) {
    found.push(new Date(at).toISOString().slice(0, 19))
    if (found.length === SKIPPED_MAX) break
  }
  return found
}

function warningsOf(
  dates: readonly number[],
  { count, durationMs }: { readonly count: number; readonly durationMs: number | undefined },
): readonly { readonly code: string; readonly message: string }[] {
  const [first, second] = dates
  if (first === undefined) return [{ code: 'never', message: 'It never fires: no date within ten years passes.' }]
  const found = []
  if (dates.length < count) found.push({ code: 'ends', message: `It fires ${dates.length} times and then no more.` })
  if (second !== undefined && second - first <= MINUTE_MS)
    found.push({ code: 'often', message: 'It fires every minute or more often.' })
  if (second !== undefined && durationMs !== undefined && second - first < durationMs)
    found.push({
      code: 'piles-up',
      message: 'An execution takes longer than the time to the next: they wait for one another.',
    })
  return found
}
