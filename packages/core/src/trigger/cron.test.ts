import assert from 'node:assert/strict'
import test from 'node:test'
import { Cron as Croner } from 'croner'
import fc from 'fast-check'
import { findZone, zoneOffsetMs } from '../std/zone.ts'
import type { Zone } from '../std/zone.ts'
import { parseCron } from './cron.ts'
import type { Cron } from './cron.ts'
import { nextCronDate, previousCronDate } from './cron-date.ts'

const HOUR_MS = 3_600_000

function cronOf(source: string, withSeconds = false): Cron {
  const parsed = parseCron(source, { withSeconds })
  assert.equal(parsed.type, 'cron', parsed.type === 'problem' ? parsed.problem : '')
  return (parsed as { cron: Cron }).cron
}

function zoneOf(id: string): Zone {
  const zone = findZone(id)
  assert.ok(zone, `no zone ${id}`)
  return zone
}

function datesAfter(source: string, after: string, { zone = 'UTC', count = 3 } = {}): readonly string[] {
  const cron = cronOf(source, source.split(' ').length === 6)
  const dates: string[] = []
  let date: number | undefined = Date.parse(after)
  for (let i = 0; i < count; i++) {
    date = nextCronDate(cron, date, zoneOf(zone))
    if (date === undefined) break
    dates.push(new Date(date).toISOString().replace('.000Z', 'Z'))
  }
  return dates
}

const NEXT: readonly (readonly [string, string, readonly string[]])[] = [
  ['*/20 * * * *', '2030-01-01T00:00:00Z', ['2030-01-01T00:20:00Z', '2030-01-01T00:40:00Z', '2030-01-01T01:00:00Z']],
  ['0 9 * * MON-FRI', '2030-01-04T10:00:00Z', ['2030-01-07T09:00:00Z', '2030-01-08T09:00:00Z', '2030-01-09T09:00:00Z']],
  ['0 0 * * SAT-SUN', '2030-01-04T10:00:00Z', ['2030-01-05T00:00:00Z', '2030-01-06T00:00:00Z', '2030-01-12T00:00:00Z']],
  ['0 0 * * 7', '2030-01-01T00:00:00Z', ['2030-01-06T00:00:00Z', '2030-01-13T00:00:00Z', '2030-01-20T00:00:00Z']],
  ['0 0 1,15 * MON', '2030-01-01T00:00:00Z', ['2030-01-07T00:00:00Z', '2030-01-14T00:00:00Z', '2030-01-15T00:00:00Z']],
  ['0 0 L * *', '2030-01-01T00:00:00Z', ['2030-01-31T00:00:00Z', '2030-02-28T00:00:00Z', '2030-03-31T00:00:00Z']],
  ['0 0 L-2 * ?', '2030-01-01T00:00:00Z', ['2030-01-29T00:00:00Z', '2030-02-26T00:00:00Z', '2030-03-29T00:00:00Z']],
  ['0 0 LW * *', '2030-02-10T00:00:00Z', ['2030-02-28T00:00:00Z', '2030-03-29T00:00:00Z', '2030-04-30T00:00:00Z']],
  ['0 0 15W * *', '2030-06-10T00:00:00Z', ['2030-06-14T00:00:00Z', '2030-07-15T00:00:00Z', '2030-08-15T00:00:00Z']],
  ['0 0 1W * *', '2030-05-20T00:00:00Z', ['2030-06-03T00:00:00Z', '2030-07-01T00:00:00Z', '2030-08-01T00:00:00Z']],
  ['0 0 * * 5#2', '2030-06-10T00:00:00Z', ['2030-06-14T00:00:00Z', '2030-07-12T00:00:00Z', '2030-08-09T00:00:00Z']],
  ['0 0 * * FRIL', '2030-06-10T00:00:00Z', ['2030-06-28T00:00:00Z', '2030-07-26T00:00:00Z', '2030-08-30T00:00:00Z']],
  ['0 0 29 2 *', '2030-01-01T00:00:00Z', ['2032-02-29T00:00:00Z', '2036-02-29T00:00:00Z', '2040-02-29T00:00:00Z']],
  ['0 0 30 2 *', '2030-01-01T00:00:00Z', []],
  ['5/20 0 * * *', '2030-01-01T00:00:00Z', ['2030-01-01T00:05:00Z', '2030-01-01T00:25:00Z', '2030-01-01T00:45:00Z']],
  ['30 0 0 * * *', '2030-01-01T00:00:00Z', ['2030-01-01T00:00:30Z', '2030-01-02T00:00:30Z', '2030-01-03T00:00:30Z']],
  ['@hourly', '2030-01-01T00:30:00Z', ['2030-01-01T01:00:00Z', '2030-01-01T02:00:00Z', '2030-01-01T03:00:00Z']],
  ['@yearly', '2030-01-01T00:00:00Z', ['2031-01-01T00:00:00Z', '2032-01-01T00:00:00Z', '2033-01-01T00:00:00Z']],
]

for (const [source, after, dates] of NEXT) {
  test(`after ${after}, \`${source}\` fires at ${dates.join(', ') || 'no date'}`, () => {
    assert.deepEqual(datesAfter(source, after), dates)
  })
}

const REFUSED = [
  '61 * * * *',
  '* 24 * * *',
  '* * 0 * *',
  '* * * 13 *',
  '* * * * 8',
  '* * * FOO *',
  '5-1 * * * *',
  '* * * * 5-0',
  '*/0 * * * *',
  '*/99 * * * *',
  '* * * *',
  '* * * * * *',
  '1,,2 * * * *',
  '@now',
  '',
  '-1 * * * *',
  `${'1,'.repeat(500)}1 * * * *`,
]

for (const source of REFUSED) {
  test(`the cron "${source.slice(0, 30)}" is refused with a reason`, () => {
    const parsed = parseCron(source)

    assert.equal(parsed.type, 'problem')
  })
}

test('a fixed time that the clocks skip fires once, at the first instant after the gap', () => {
  const dates = datesAfter('30 2 * * *', '2030-03-30T12:00:00Z', { zone: 'Europe/Berlin' })

  assert.deepEqual(dates, ['2030-03-31T01:00:00Z', '2030-04-01T00:30:00Z', '2030-04-02T00:30:00Z'])
})

test('several fixed times in a gap fire together, once', () => {
  const dates = datesAfter('*/15 2 * * *', '2030-03-30T12:00:00Z', { zone: 'Europe/Berlin' })

  assert.deepEqual(dates, ['2030-03-31T01:00:00Z', '2030-04-01T00:00:00Z', '2030-04-01T00:15:00Z'])
})

test('a fixed time that the clocks repeat fires the first time only', () => {
  const dates = datesAfter('30 2 * * *', '2030-10-26T12:00:00Z', { zone: 'Europe/Berlin' })

  assert.deepEqual(dates, ['2030-10-27T00:30:00Z', '2030-10-28T01:30:00Z', '2030-10-29T01:30:00Z'])
})

test('an hourly cron follows elapsed time through gap and repetition', () => {
  const spring = datesAfter('0 * * * *', '2030-03-30T23:30:00Z', { zone: 'Europe/Berlin' })
  const autumn = datesAfter('30 * * * *', '2030-10-26T23:45:00Z', { zone: 'Europe/Berlin' })

  assert.deepEqual(spring, ['2030-03-31T00:00:00Z', '2030-03-31T01:00:00Z', '2030-03-31T02:00:00Z'])
  assert.deepEqual(autumn, ['2030-10-27T00:30:00Z', '2030-10-27T01:30:00Z', '2030-10-27T02:30:00Z'])
})

test('a day that a zone never had is skipped without harm', () => {
  const dates = datesAfter('0 12 * * *', '2011-12-28T12:00:00Z', { zone: 'Pacific/Apia' })

  assert.deepEqual(dates, ['2011-12-28T22:00:00Z', '2011-12-29T22:00:00Z', '2011-12-30T10:00:00Z'])
})

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Africa/Casablanca',
  'Pacific/Chatham',
  'Pacific/Apia',
  'America/Havana',
]

const instants = fc.integer({ min: Date.UTC(1975, 0, 1), max: Date.UTC(2095, 0, 1) })
const field = (min: number, max: number): fc.Arbitrary<string> => {
  const value = fc.integer({ min, max })
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`)
  const step = fc.integer({ min: 1, max: Math.max(1, max - 1) }).map(n => `*/${n}`)
  const list = fc
    .array(fc.oneof(value.map(String), range), { minLength: 1, maxLength: 3 })
    .map(parts => parts.join(','))
  return fc.oneof({ weight: 3, arbitrary: fc.constant('*') }, step, list)
}
const crons = fc
  .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
  .map(fields => fields.join(' '))

test('away from changes of the clocks, next dates are those of croner', () => {
  fc.assert(
    fc.property(crons, instants, fc.constantFrom(...ZONES), (source, afterMs, zoneId) => {
      const zone = zoneOf(zoneId)
      const own = nextCronDate(cronOf(source), afterMs, zone)
      if (own === undefined || changesNear(zone, afterMs) || changesNear(zone, own)) return
      const oracle = new Croner(source, { timezone: zoneId }).nextRun(new Date(afterMs))
      if (oracle !== null && changesNear(zone, oracle.getTime())) return
      assert.equal(
        new Date(own).toISOString(),
        oracle?.toISOString(),
        `${source} in ${zoneId} after ${new Date(afterMs).toISOString()}`,
      )
    }),
    { numRuns: 1500 },
  )
})

/** Where clocks change, the rules differ on purpose. */
function changesNear(zone: Zone, instantMs: number): boolean {
  const offset = zoneOffsetMs(zone, instantMs)
  return [-26, -3, -1, 1, 3, 26].some(hours => zoneOffsetMs(zone, instantMs + hours * HOUR_MS) !== offset)
}

test('next dates are the first instants that match, minute by minute, also where clocks change', () => {
  fc.assert(
    fc.property(
      crons,
      fc.constantFrom(...ZONES),
      fc.integer({ min: 1976, max: 2036 }),
      fc.nat(364),
      (source, zoneId, year, day) => {
        const zone = zoneOf(zoneId)
        const cron = cronOf(source)
        const from = Date.UTC(year, 0, 1 + day)
        const found = nextCronDate(cron, from, zone)
        const expected = firstByMinutes(cron, source, { zone, from })
        if (expected === undefined) return assert.ok(found === undefined || found > from + 2 * 24 * HOUR_MS)
        assert.equal(found, expected, `${source} in ${zoneId} after ${new Date(from).toISOString()}`)
      },
    ),
    { numRuns: 400 },
  )
})

/** An enumerator that shares nothing with the code but the rule. Two days, at the start of a minute. */
function firstByMinutes(cron: Cron, source: string, { zone, from }: { zone: Zone; from: number }): number | undefined {
  const wall = new Croner(source, { timezone: 'UTC', paused: true })
  const fires = (localMs: number): boolean => wall.match(new Date(localMs))
  let last = from + zoneOffsetMs(zone, from)
  for (let at = from + 60_000; at <= from + 2 * 24 * HOUR_MS; at += 60_000) {
    const local = at + zoneOffsetMs(zone, at)
    if (cron.isElapsed) {
      if (fires(local)) return at
      continue
    }
    // All wall minutes not shown before and now over fire here; a repeated one has been shown.
    for (let shown = last + 60_000; shown <= local; shown += 60_000) if (fires(shown)) return at
    last = Math.max(last, local)
  }
  return undefined
}

test('the previous date of whatever comes after a date is that date', () => {
  fc.assert(
    fc.property(crons, instants, fc.constantFrom(...ZONES), (source, afterMs, zoneId) => {
      const zone = zoneOf(zoneId)
      const cron = cronOf(source)
      const first = nextCronDate(cron, afterMs, zone)
      const second = first === undefined ? undefined : nextCronDate(cron, first, zone)
      if (first === undefined || second === undefined) return
      assert.equal(
        previousCronDate(cron, second, zone),
        first,
        `${source} in ${zoneId}, ${new Date(first).toISOString()}`,
      )
      assert.equal(previousCronDate(cron, first + 1, zone), first)
    }),
    { numRuns: 2000 },
  )
})

test('around every change of the clocks, next and previous agree', () => {
  const sources = ['*/30 * * * *', '*/10 */2 * * *', '15,45 1-3 * * *', '0 0 * * *', '30 2 * * *', '59 23 * * *']
  for (const zoneId of ZONES) {
    const zone = zoneOf(zoneId)
    for (const change of changesOf(zone, 2010, 2012)) {
      for (const source of sources) checkChain(cronOf(source), zone, change)
    }
  }
})

function changesOf(zone: Zone, fromYear: number, toYear: number): readonly number[] {
  const changes: number[] = []
  for (let at = Date.UTC(fromYear, 0, 1); at < Date.UTC(toYear, 0, 1); at += HOUR_MS) {
    if (zoneOffsetMs(zone, at) !== zoneOffsetMs(zone, at + HOUR_MS)) changes.push(at)
  }
  return changes
}

function checkChain(cron: Cron, zone: Zone, around: number): void {
  let date = nextCronDate(cron, around - 5 * HOUR_MS, zone)
  for (let i = 0; i < 40 && date !== undefined && date < around + 30 * HOUR_MS; i++) {
    const next: number | undefined = nextCronDate(cron, date, zone)
    if (next === undefined) return
    assert.equal(
      previousCronDate(cron, next, zone),
      date,
      `${cron.source} in ${zone.id} before ${new Date(next).toISOString()}`,
    )
    date = next
  }
}
