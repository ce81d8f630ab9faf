import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitStart } from './fit-range.ts'

const hours = (counts: readonly number[]): Parameters<typeof fitStart>[0] => ({
  to: '2026-01-01T10:00:00.000Z',
  buckets: counts.map((count, hour) => ({
    start: `2026-01-01T0${hour}:00:00.000Z`,
    states: count === 0 ? {} : { SUCCESS: count },
  })),
})

test('a chart begins where there is something to see', () => {
  assert.equal(fitStart(hours([0, 0, 0, 0, 0, 0, 0, 0, 3, 1])), '2026-01-01T08:00:00.000Z')
})

test('a range that is in use stays whole, and so does an empty one', () => {
  assert.equal(fitStart(hours([0, 1, 0, 0, 0, 0, 0, 0, 3, 1])), undefined)
  assert.equal(fitStart(hours([0, 0, 0])), undefined)
})
