import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fuel } from '../expression/fuel.ts'
import { createCatalogue } from '../flow/catalogue.ts'
import { readFlow } from '../flow/parse.ts'
import type { Flow } from '../flow/flow.ts'
import { trust } from '../std/trust.ts'
import { dateFilterOf } from './date-filter.ts'
import { openSchedule, scheduleVariables, type Schedule } from './schedule.ts'
import { beginBackfill, stepSchedule } from './schedule-step.ts'
import { decodeTriggerState, encodeTriggerState } from './trigger-state.ts'

const HOUR_MS = 3_600_000
const NOON = Date.parse('2026-05-04T12:00:00Z')

function flowOf(trigger: string): Flow {
  const source = `id: f\nnamespace: team\ntasks:\n  - { id: t, type: io.kestra.plugin.core.log.Log, message: x }\ntriggers:\n  - id: tick\n    type: io.kestra.plugin.core.trigger.Schedule\n${trigger}`
  return trust<Flow>(readFlow(source, { catalogue: createCatalogue([]) }).draft)
}

function open(trigger: string): { readonly flow: Flow; readonly schedule: Schedule } {
  const flow = flowOf(trigger)
  const [first] = flow.triggers
  assert.ok(first)
  return { flow, schedule: trust<Schedule>(openSchedule(first, 'UTC')) }
}

function iso(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : new Date(ms).toISOString()
}

test('a date fires and the cursor goes to the next one, however late that is', () => {
  const { schedule } = open('    cron: "0 * * * *"\n')

  const step = stepSchedule(schedule, { dateMs: NOON - 5 * HOUR_MS, nowMs: NOON, state: {} })

  assert.deepEqual([iso(step.nextMs), step.lateByMs], ['2026-05-04T08:00:00.000Z', undefined])
})

test('with a limit, what is too late is let go, with those that follow it', () => {
  const { schedule } = open('    cron: "* * * * *"\n    lateMaximumDelay: PT5M\n')

  const step = stepSchedule(schedule, { dateMs: NOON - 15 * 60_000, nowMs: NOON + 30_000, state: {} })

  assert.equal(step.lateByMs, 15 * 60_000 + 30_000)
  assert.equal(iso(step.nextMs), '2026-05-04T11:56:00.000Z')
})

test('a backfill runs its dates, then the schedule goes on where it stood', () => {
  const { schedule } = open('    cron: "0 * * * *"\n    lateMaximumDelay: PT5M\n')
  const labels = [{ key: 'why', value: 'gap' }]
  const request = { startMs: NOON - 30 * HOUR_MS, endMs: NOON - 28 * HOUR_MS, labels }

  const backfill = beginBackfill(schedule, request, NOON)
  assert.ok(backfill)
  let state = decodeTriggerState(encodeTriggerState({ backfill, mark: 7 }))
  const dates: (string | null)[] = []
  let dateMs: number | null = backfill.currentMs
  while (state.backfill && dateMs !== null) {
    const step = stepSchedule(schedule, { dateMs, nowMs: NOON, state })
    assert.deepEqual([step.lateByMs, step.labels], [undefined, [...labels, { key: 'system.backfill', value: 'true' }]])
    dates.push(iso(dateMs))
    dateMs = step.nextMs
    state = decodeTriggerState(encodeTriggerState(step.state))
  }

  assert.deepEqual(dates, ['2026-05-03T06:00:00.000Z', '2026-05-03T07:00:00.000Z', '2026-05-03T08:00:00.000Z'])
  assert.equal(dateMs, NOON)
  assert.deepEqual(state, { mark: 7 })
})

test('missed dates that somebody asked for run however late, and then it is a schedule like any other', () => {
  const { schedule } = open('    cron: "0 * * * *"\n    lateMaximumDelay: PT5M\n')
  const untilMs = NOON - 4 * HOUR_MS

  let state = decodeTriggerState(encodeTriggerState({ makeUpUntilMs: untilMs, mark: 7 }))
  const run: (string | null)[] = []
  let dateMs: number | null = NOON - 6 * HOUR_MS
  while (state.makeUpUntilMs !== undefined && dateMs !== null) {
    const step = stepSchedule(schedule, { dateMs, nowMs: NOON, state })
    assert.equal(step.lateByMs, undefined)
    run.push(iso(dateMs))
    dateMs = step.nextMs
    state = decodeTriggerState(encodeTriggerState(step.state))
  }

  assert.deepEqual(run, ['2026-05-04T06:00:00.000Z', '2026-05-04T07:00:00.000Z', '2026-05-04T08:00:00.000Z'])
  assert.equal(dateMs, NOON)
  assert.deepEqual(state, { mark: 7 })
})

test('a date after those that were asked for is let go when it is too late', () => {
  const { schedule } = open('    cron: "0 * * * *"\n    lateMaximumDelay: PT5M\n')

  const step = stepSchedule(schedule, {
    dateMs: NOON - 2 * HOUR_MS,
    nowMs: NOON,
    state: { makeUpUntilMs: NOON - 3 * HOUR_MS },
  })

  assert.deepEqual([step.lateByMs, step.state], [2 * HOUR_MS, {}])
})

test('there is nothing to backfill between two dates', () => {
  const { schedule } = open('    cron: "0 9 * * *"\n')

  assert.equal(beginBackfill(schedule, { startMs: NOON, endMs: NOON + HOUR_MS }, null), undefined)
})

test('conditions filter the dates, and the neighbours that executions see', () => {
  const { flow, schedule } = open(`    cron: "0 11 * * *"
    conditions:
      - { type: io.kestra.plugin.core.condition.DayWeekInMonth, dayOfWeek: MONDAY, dayInMonth: FIRST }
`)
  const [trigger] = flow.triggers
  assert.ok(trigger)
  const scope = { lookup: () => undefined, nowMs: NOON, random: () => 0, zone: 'UTC', locale: 'en', fuel: new Fuel() }
  const passes = dateFilterOf({ flow, trigger, schedule, scope })
  const firstMonday = Date.parse('2026-05-04T11:00:00Z')

  assert.equal(passes?.(firstMonday), true)
  assert.equal(passes?.(firstMonday + 24 * HOUR_MS), false)
  assert.deepEqual(scheduleVariables(schedule, firstMonday, passes), {
    date: '2026-05-04T11:00:00Z',
    next: '2026-06-01T11:00:00Z',
    previous: '2026-04-06T11:00:00Z',
  })
})

test('every minute of the first Mondays is found in a moment', () => {
  const { flow, schedule } = open(`    cron: "* * * * *"
    conditions:
      - { type: io.kestra.plugin.core.condition.DayWeekInMonth, dayOfWeek: MONDAY, dayInMonth: FIRST }
`)
  const [trigger] = flow.triggers
  assert.ok(trigger)
  const scope = { lookup: () => undefined, nowMs: NOON, random: () => 0, zone: 'UTC', locale: 'en', fuel: new Fuel() }
  const passes = dateFilterOf({ flow, trigger, schedule, scope })

  const step = stepSchedule(schedule, { dateMs: Date.parse('2026-05-04T23:59:00Z'), nowMs: NOON, state: {}, passes })

  assert.equal(iso(step.nextMs), '2026-06-01T00:00:00.000Z')
})

test('`when` judges dates, too, and what cannot be judged passes until its hour', () => {
  const { flow, schedule } = open(`    cron: "0 11 * * *"\n    when: "{{ trigger.date | date('EEE') == 'Mon' }}"\n`)
  const [trigger] = flow.triggers
  assert.ok(trigger)
  const scope = { lookup: () => undefined, nowMs: NOON, random: () => 0, zone: 'UTC', locale: 'en', fuel: new Fuel() }
  const passes = dateFilterOf({ flow, trigger, schedule, scope })
  const ghost = flowOf('    cron: "0 11 * * *"\n    when: "{{ ghost }}"\n')
  const [unjudgeable] = ghost.triggers
  assert.ok(unjudgeable)

  assert.equal(passes?.(Date.parse('2026-05-04T11:00:00Z')), true)
  assert.equal(passes?.(Date.parse('2026-05-05T11:00:00Z')), false)
  assert.equal(dateFilterOf({ flow: ghost, trigger: unjudgeable, schedule, scope })?.(NOON), true)
})
