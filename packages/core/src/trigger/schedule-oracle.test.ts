// Schedules against an independent enumerator, over the zones of the world and the years 2020 to 2035. In a test run a few zones and lines are drawn;
// `BATUTA_ORACLE_ZONES=all` takes them all.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cron } from 'croner'
import { seededRandom } from '../std/random.ts'
import { trust } from '../std/trust.ts'
import { findZone, zoneOffsetMs, type Zone } from '../std/zone.ts'
import { nextCronDate, previousCronDate } from './cron-date.ts'
import { parseCron, type Cron as Line } from './cron.ts'

const IS_WHOLE = process.env['BATUTA_ORACLE_ZONES'] === 'all'
const SEED = process.env['BATUTA_ORACLE_SEED'] ?? 'schedules'
const FROM_MS = Date.UTC(2020, 0, 1)
const TO_MS = Date.UTC(2035, 11, 31)
const ZONES_DRAWN = 12
const LINES_EACH = IS_WHOLE ? 12 : 4
const STEPS = 12

const zones = Intl.supportedValuesOf('timeZone')
const random = seededRandom(SEED)

function pick<T>(list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] ?? trust<T>(list[0])
}

function drawnZones(): readonly string[] {
  return IS_WHOLE ? zones : Array.from({ length: ZONES_DRAWN }, () => pick(zones))
}

function lineOf(source: string): Line {
  const parsed = parseCron(source)
  assert.equal(parsed.type, 'cron')
  return trust<{ readonly cron: Line }>(parsed).cron
}

/** Hours that differ from zone to zone and by the clocks: those are what zones are about. */
function drawnLine(): string {
  const hour = Math.floor(random() * 24)
  const minute = Math.floor(random() * 60)
  return pick([
    `${minute} ${hour} * * *`,
    `${minute} ${hour} 1 * *`,
    `${minute} ${hour} * * ${Math.floor(random() * 7)}`,
    `${minute} ${hour},${(hour + 11) % 24} * * *`,
    `*/${pick([5, 10, 15, 30])} * * * *`,
    `${minute} */${pick([2, 3, 6])} * * *`,
    `0 0 ${1 + Math.floor(random() * 28)} ${1 + Math.floor(random() * 12)} *`,
  ])
}

/** Wall clocks do not stand still or go back within a day of the date. */
function isPlain(zone: Zone, ms: number): boolean {
  return zoneOffsetMs(zone, ms - 86_400_000) === zoneOffsetMs(zone, ms + 86_400_000)
}

test(`next dates agree with an independent enumerator (${IS_WHOLE ? 'all zones' : 'some zones'}, seed ${SEED})`, () => {
  let compared = 0
  for (const name of drawnZones())
    for (let count = 0; count < LINES_EACH; count++) compared += compare(name, drawnLine())

  assert.ok(compared > (ZONES_DRAWN * LINES_EACH * STEPS) / 2, `${compared} dates were compared`)
})

/** How many dates could be compared. */
function compare(name: string, source: string): number {
  const zone = trust<Zone>(findZone(name))
  const line = lineOf(source)
  const oracle = new Cron(source, { timezone: name, paused: true })
  let compared = 0
  let atMs = FROM_MS + Math.floor((random() * (TO_MS - FROM_MS)) / 60_000) * 60_000
  for (let step = 0; step < STEPS; step++) {
    const next = nextCronDate(line, atMs, zone)
    assert.ok(next !== undefined, `${source} in ${name} after ${new Date(atMs).toISOString()} has no date`)
    if (isPlain(zone, atMs) && isPlain(zone, next)) {
      const expected = oracle.nextRun(new Date(atMs))?.getTime()
      assert.equal(next, expected, `${source} in ${name} after ${new Date(atMs).toISOString()}`)
      compared += 1
    }
    atMs = next
  }
  return compared
}

/** By the minute over a day around each change: the enumerator asks the zone's own format what its clocks show. */
test('around a change of the clocks each wall time fires once a day, one that is left out is made up for', () => {
  for (const name of IS_WHOLE ? zones : Array.from({ length: 4 }, () => pick(zones))) {
    const zone = trust<Zone>(findZone(name))
    for (const changeMs of changesOf(zone).slice(0, IS_WHOLE ? 6 : 2))
      for (const hour of [0, 1, 2, 3]) judgeChange(name, `30 ${hour} * * *`, changeMs)
  }
})

function judgeChange(name: string, source: string, changeMs: number): void {
  const format = clockOf(name)
  const zone = trust<Zone>(findZone(name))
  const dates = datesBetween(lineOf(source), zone, changeMs - 36 * 3_600_000, changeMs + 36 * 3_600_000)
  const shown = dates.map(ms => format.format(new Date(ms)))
  assert.equal(
    new Set(shown.map(text => text.slice(0, 10))).size,
    dates.length,
    `${name} ${source}: ${shown.join(', ')}`,
  )
  const gaps = dates.slice(1).map((ms, index) => ms - (dates[index] ?? 0))
  assert.ok(
    gaps.every(gap => gap > 20 * 3_600_000 && gap < 28 * 3_600_000),
    `${name} ${source}: ${shown.join(', ')}`,
  )
}

test('the previous date of the next date is where one came from', () => {
  for (const name of Array.from({ length: IS_WHOLE ? 200 : 8 }, () => pick(zones))) {
    const zone = trust<Zone>(findZone(name))
    const line = lineOf(drawnLine())
    let atMs = FROM_MS + Math.floor(random() * (TO_MS - FROM_MS))
    for (let step = 0; step < 20; step++) {
      const next = nextCronDate(line, atMs, zone)
      assert.ok(next !== undefined)
      const after = nextCronDate(line, next, zone)
      assert.ok(after !== undefined && after > next)
      assert.equal(previousCronDate(line, after, zone), next, `${line.source} in ${name}`)
      atMs = next
    }
  }
})

function changesOf(zone: Zone): readonly number[] {
  const changes: number[] = []
  for (let ms = FROM_MS; ms < TO_MS; ms += 86_400_000) {
    if (zoneOffsetMs(zone, ms) !== zoneOffsetMs(zone, ms + 86_400_000)) changes.push(ms)
  }
  return changes
}

function clockOf(name: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: name, dateStyle: 'short', timeStyle: 'medium' })
}

function datesBetween(line: Line, zone: Zone, fromMs: number, toMs: number): readonly number[] {
  const dates: number[] = []
  for (let at = nextCronDate(line, fromMs, zone); at !== undefined && at < toMs; at = nextCronDate(line, at, zone))
    dates.push(at)
  return dates
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** No zone changes its clocks twice within so many days. */
const LOOK_MS = 10 * 24 * HOUR_MS

/** A change of the clocks as the platform's own tables tell it. */
interface Change {
  readonly atMs: number
  readonly beforeMs: number
  readonly afterMs: number
}

test('at every change of the clocks dates are those of one who walks minute by minute along the clock', t => {
  let changes = 0
  for (const name of IS_WHOLE ? zones : Array.from({ length: 5 }, () => pick(zones))) {
    const zone = trust<Zone>(findZone(name))
    for (const change of changesByClock(name)) {
      changes += 1
      const hour = new Date(change.atMs + change.beforeMs).getUTCHours()
      const hours = [0, 1, 2, 23].map(more => (hour + more) % 24)
      const fixed = hours.flatMap(at => [0, 30, 45].map(minute => `${minute} ${at} * * *`))
      for (const source of [...fixed, `*/20 ${hours.join(',')} * * *`, '*/15 * * * *', '7 * * * *'])
        walkAlong(name, { zone, source, change })
    }
  }
  t.diagnostic(`${changes} changes`)
})

function walkAlong(
  name: string,
  { zone, source, change }: { readonly zone: Zone; readonly source: string; readonly change: Change },
): void {
  const line = lineOf(source)
  const [fromMs, toMs] = [change.atMs - 5 * HOUR_MS, change.atMs + 5 * HOUR_MS]
  const [minutes = '', hours = ''] = source.split(' ')
  const matches = (wallMs: number): boolean => {
    const wall = new Date(wallMs)
    return isNamed(minutes, wall.getUTCMinutes()) && isNamed(hours, wall.getUTCHours())
  }
  const shown = new Set<number>()
  const expected: number[] = []
  for (let ms = fromMs; ms < toMs; ms += MINUTE_MS) {
    const wallMs = ms + (ms < change.atMs ? change.beforeMs : change.afterMs)
    const isFirst = hours === '*' || !shown.has(wallMs)
    const isMadeUp = ms === change.atMs && hours !== '*' && isInGap(change, matches)
    if ((isFirst && matches(wallMs)) || isMadeUp) expected.push(ms)
    shown.add(wallMs)
  }
  assert.deepEqual(datesBetween(line, zone, fromMs - 1, toMs), expected, `${source} in ${name}`)
}

/** One of the wall times that the clocks leave out is meant. */
function isInGap({ atMs, beforeMs, afterMs }: Change, matches: (wallMs: number) => boolean): boolean {
  for (let wallMs = atMs + beforeMs; wallMs < atMs + afterMs; wallMs += MINUTE_MS) if (matches(wallMs)) return true
  return false
}

/** The few forms of a field that are used here. */
function isNamed(field: string, value: number): boolean {
  if (field === '*') return true
  if (field.startsWith('*/')) return value % Number(field.slice(2)) === 0
  return field.split(',').some(item => Number(item) === value)
}

function changesByClock(name: string): readonly Change[] {
  const format = clockOf(name)
  const offsetAt = (ms: number): number => Date.parse(`${format.format(new Date(ms)).replace(' ', 'T')}Z`) - ms
  const changes: Change[] = []
  let before = offsetAt(FROM_MS)
  for (let ms = FROM_MS; ms < TO_MS; ms += LOOK_MS) {
    const after = offsetAt(ms + LOOK_MS)
    if (after === before) continue
    let [low, high] = [ms, ms + LOOK_MS]
    while (high - low > MINUTE_MS) {
      const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS
      if (offsetAt(middle) === before) low = middle
      else high = middle
    }
    changes.push({ atMs: high, beforeMs: before, afterMs: after })
    before = after
  }
  return changes
}
