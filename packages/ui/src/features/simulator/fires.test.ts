import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareFires, daysOf, icalOf } from './fires.ts'

const fire = (at: string): { at: string; local: string } => ({ at: `${at}:00.000Z`, local: `${at}:00+00:00` })

test('dates are counted by days, also those without', () => {
  const fires = ['2026-11-20T06:00', '2026-11-20T18:00', '2026-11-22T06:00'].map(fire)

  assert.deepEqual(daysOf(fires, 100), [
    { date: '2026-11-20', count: 2 },
    { date: '2026-11-21', count: 0 },
    { date: '2026-11-22', count: 1 },
  ])
  assert.deepEqual(daysOf([], 100), [])
})

test('two schedules are compared as far as both are known', () => {
  const old = ['2026-11-20T06:00', '2026-11-21T06:00'].map(fire)
  const next = ['2026-11-20T06:00', '2026-11-20T18:00', '2026-11-21T06:00', '2026-11-21T18:00'].map(fire)

  assert.deepEqual(compareFires(old, next), { added: 1, removed: 0 })
  assert.deepEqual(compareFires(old, []), { added: 0, removed: 2 })
})

test('dates are saved for calendars', () => {
  const text = icalOf('nightly, sales', [fire('2026-11-20T06:00')])

  assert.match(text, /^BEGIN:VCALENDAR\r\n/)
  assert.match(text, /DTSTART:20261120T060000Z\r\n/)
  assert.match(text, /SUMMARY:nightly\\, sales\r\n/)
})
