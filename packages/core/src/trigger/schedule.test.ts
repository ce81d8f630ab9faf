import assert from 'node:assert/strict'
import test from 'node:test'
import type { Trigger } from '../flow/flow.ts'
import type { Value } from '../std/value.ts'
import { dueScheduleDate, missedDates, MISSED_MAX, openSchedule, scheduleVariables } from './schedule.ts'
import type { Schedule } from './schedule.ts'

const DAY_MS = 86_400_000

function triggerOf(type: string, properties: Readonly<Record<string, Value>>): Trigger {
  const empty = { conditions: [], labels: [], inputs: {}, stopAfter: [] }
  return {
    id: 't',
    type: `io.kestra.plugin.core.trigger.${type}`,
    path: 'triggers[0]',
    disabled: false,
    ...empty,
    properties,
  }
}

function scheduleOf(properties: Readonly<Record<string, Value>>, type = 'Schedule'): Schedule {
  const schedule = openSchedule(triggerOf(type, properties), 'UTC')
  assert.ok(schedule)
  return schedule
}

const at = (text: string): number => Date.parse(text)
const textsOf = (dates: readonly number[]): readonly string[] =>
  dates.map(date => new Date(date).toISOString().slice(0, 16))

test('a schedule without a cursor is due at the first date after now', () => {
  const schedule = scheduleOf({ cron: '0 6 * * *' })

  const due = dueScheduleDate(schedule, { nowMs: at('2030-01-01T06:00:00Z') })

  assert.equal(due, at('2030-01-02T06:00:00Z'))
})

test('a schedule with a cursor is due at the date after it, also when that is past', () => {
  const schedule = scheduleOf({ cron: '0 6 * * *' })

  const due = dueScheduleDate(schedule, { cursorMs: at('2030-01-01T06:00:00Z'), nowMs: at('2030-01-05T00:00:00Z') })

  assert.equal(due, at('2030-01-02T06:00:00Z'))
})

test('a date later than the maximum delay is skipped, one at its limit is not', () => {
  const schedule = scheduleOf({ cron: '0 * * * *', lateMaximumDelay: 'PT30M' })
  const cursorMs = at('2030-01-01T00:00:00Z')

  assert.equal(dueScheduleDate(schedule, { cursorMs, nowMs: at('2030-01-01T05:30:00Z') }), at('2030-01-01T05:00:00Z'))
  assert.equal(dueScheduleDate(schedule, { cursorMs, nowMs: at('2030-01-01T05:31:00Z') }), at('2030-01-01T06:00:00Z'))
})

test('a filter is asked for each date, and the next one that passes is due', () => {
  const schedule = scheduleOf({ cron: '0 6 * * *' })
  const isMonday = (date: number): boolean => new Date(date).getUTCDay() === 1

  const due = dueScheduleDate(schedule, { cursorMs: at('2030-01-01T06:00:00Z'), nowMs: 0, passes: isMonday })

  assert.equal(due, at('2030-01-07T06:00:00Z'))
})

test('a filter that nothing passes leaves the plain next date, to be looked at again', () => {
  const schedule = scheduleOf({ cron: '0 6 1 * *' })

  const due = dueScheduleDate(schedule, { cursorMs: at('2030-01-01T06:00:00Z'), nowMs: 0, passes: () => false })

  assert.equal(due, at('2030-02-01T06:00:00Z'))
})

test('missed dates are all, the last, or none of those since the cursor', () => {
  const schedule = scheduleOf({ cron: '0 6 * * *' })
  const gap = { cursorMs: at('2030-01-01T06:00:00Z'), nowMs: at('2030-01-04T06:00:00Z') }

  assert.deepEqual(textsOf(missedDates(schedule, gap, 'ALL').dates), [
    '2030-01-02T06:00',
    '2030-01-03T06:00',
    '2030-01-04T06:00',
  ])
  assert.deepEqual(textsOf(missedDates(schedule, gap, 'LAST').dates), ['2030-01-04T06:00'])
  assert.deepEqual(missedDates(schedule, gap, 'NONE').dates, [])
})

test('of a long outage only the latest dates are made up for', () => {
  const schedule = scheduleOf({ cron: '* * * * *' })

  const missed = missedDates(
    schedule,
    { cursorMs: at('2020-01-01T00:00:00Z'), nowMs: at('2030-01-01T00:00:00Z') },
    'ALL',
  )

  assert.equal(missed.dates.length, MISSED_MAX)
  assert.equal(missed.hasOlder, true)
  assert.equal(missed.dates.at(-1), at('2030-01-01T00:00:00Z'))
})

test('executions see date, next and previous in the zone of the trigger', () => {
  const schedule = scheduleOf({ cron: '0 6 * * *', timezone: 'Europe/Berlin' })

  const variables = scheduleVariables(schedule, at('2030-03-31T04:00:00Z'))

  assert.deepEqual(variables, {
    date: '2030-03-31T06:00:00+02:00',
    next: '2030-04-01T06:00:00+02:00',
    previous: '2030-03-30T06:00:00+01:00',
  })
})

test('dates in UTC end with a Z, and neighbours pass the filter too', () => {
  const schedule = scheduleOf({ cron: '0 6 * * *' })
  const isMonday = (date: number): boolean => new Date(date).getUTCDay() === 1

  const variables = scheduleVariables(schedule, at('2030-01-07T06:00:00Z'), isMonday)

  assert.deepEqual(variables, {
    date: '2030-01-07T06:00:00Z',
    next: '2030-01-14T06:00:00Z',
    previous: '2029-12-31T06:00:00Z',
  })
})

test('a list of dates is a schedule too: with offsets, without, in any order', () => {
  const schedule = scheduleOf(
    { dates: ['2030-05-01T00:00:00', '2030-01-01T06:00:00+02:00'], timezone: 'Europe/Berlin' },
    'ScheduleOnDates',
  )

  const first = schedule.next(0)
  const second = schedule.next(first ?? 0)

  assert.equal(first, at('2030-01-01T04:00:00Z'))
  assert.equal(second, at('2030-04-30T22:00:00Z'))
  assert.equal(schedule.next(second ?? 0), undefined)
  assert.equal(schedule.previous(at('2030-02-01T00:00:00Z')), first)
})

test('what is no schedule, or not a valid one, cannot be opened', () => {
  assert.equal(openSchedule(triggerOf('Webhook', { key: 'k' }), 'UTC'), undefined)
  assert.equal(openSchedule(triggerOf('Schedule', { cron: '61 * * * *' }), 'UTC'), undefined)
  assert.equal(openSchedule(triggerOf('Schedule', { cron: '0 1 * * *', timezone: 'Mars/Olympus' }), 'UTC'), undefined)
  assert.equal(openSchedule(triggerOf('ScheduleOnDates', { dates: ['soon'] }), 'UTC'), undefined)
})

test('a hundred thousand schedules are judged in well under a second', () => {
  const schedules = Array.from({ length: 1000 }, (_, index) =>
    scheduleOf({ cron: `${index % 60} ${index % 24} * * *`, timezone: 'Europe/Berlin' }),
  )
  const nowMs = at('2030-06-01T00:00:00Z')

  const start = performance.now()
  for (let round = 0; round < 100; round++)
    for (const schedule of schedules) dueScheduleDate(schedule, { nowMs: nowMs + round * DAY_MS })

  assert.ok(performance.now() - start < 10_000)
})
