import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dateOf, moveBy, parseDay, rangeOf } from './calendar-range.ts'

const NOW = new Date(2026, 10, 22, 15, 30).getTime()
const datesOf = (days: readonly number[]): readonly string[] => days.map(dateOf)

test('a month is whole weeks from Monday on', () => {
  const { days, fromMs, toMs } = rangeOf('month', parseDay(undefined, NOW))

  assert.equal(days.length % 7, 0)
  assert.equal(dateOf(fromMs), '2026-10-26')
  assert.equal(datesOf(days).at(-1), '2026-12-06')
  assert.equal(dateOf(toMs), '2026-12-07')
})

test('a week begins on Monday', () => {
  assert.deepEqual(datesOf(rangeOf('week', parseDay('2026-11-22', NOW)).days), [
    '2026-11-16',
    '2026-11-17',
    '2026-11-18',
    '2026-11-19',
    '2026-11-20',
    '2026-11-21',
    '2026-11-22',
  ])
  assert.deepEqual(datesOf(rangeOf('day', parseDay('2026-11-22', NOW)).days), ['2026-11-22'])
})

test('one goes on by the length of the view', () => {
  const at = parseDay('2026-01-31', NOW)

  assert.equal(dateOf(moveBy('month', at, 1)), '2026-02-01')
  assert.equal(dateOf(moveBy('week', at, -1)), '2026-01-24')
  assert.equal(dateOf(moveBy('day', at, 1)), '2026-02-01')
  assert.equal(dateOf(parseDay('no date', NOW)), '2026-11-22')
})
