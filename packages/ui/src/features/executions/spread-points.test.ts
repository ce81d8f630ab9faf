import assert from 'node:assert/strict'
import { test } from 'node:test'
import { spreadPoints } from './spread-points.ts'

const NOW = Date.parse('2026-05-04T12:00:00Z')
const HOUR_MS = 3_600_000
const WHEN = { fromMs: NOW - HOUR_MS, toMs: NOW }

function run(id: string, atMs: number, lengthMs: number | undefined, current = 'SUCCESS') {
  const startDate = new Date(atMs).toISOString()
  const end = lengthMs === undefined ? {} : { endDate: new Date(atMs + lengthMs).toISOString() }
  return { id, state: { current, startDate, ...end } }
}

test('points lie where they began, as high as they took long', () => {
  const { points, ticks } = spreadPoints(
    [run('a', NOW - HOUR_MS, 0), run('b', NOW - HOUR_MS / 2, 999), run('c', NOW, 999_999)],
    WHEN,
    NOW,
  )

  assert.deepEqual(
    points.map(({ row, x, y }) => [row.id, x, Math.round(y * 100) / 100]),
    [
      ['a', 0, 0],
      ['b', 0.5, 0.5],
      ['c', 1, 1],
    ],
  )
  assert.deepEqual(
    ticks.map(({ ms }) => ms),
    [1, 100, 10_000, 600_000],
  )
})

test('what runs is as long as it has run until now', () => {
  const { points } = spreadPoints([run('a', NOW - 60_000, undefined, 'RUNNING')], WHEN, NOW)

  assert.deepEqual(
    points.map(({ durationMs, y }) => [durationMs, y]),
    [[60_000, 0.5]],
  )
})

test('what began before or after is left out, and nothing makes no point', () => {
  const rows = [run('a', NOW - 2 * HOUR_MS, 5), run('b', NOW + 1, 5)]

  assert.deepEqual(spreadPoints(rows, WHEN, NOW).points, [])
  assert.deepEqual(spreadPoints([], WHEN, NOW).ticks, [])
  assert.equal(spreadPoints([], WHEN, NOW).buckets.length, 60)
})

test('slices of the time count states, and the last one holds its end', () => {
  const rows = [run('a', NOW - HOUR_MS, 10), run('b', NOW - HOUR_MS + 59_000, 30, 'FAILED'), run('c', NOW, 7)]

  const { buckets } = spreadPoints(rows, WHEN, NOW)

  assert.deepEqual([buckets[0]?.states, buckets[0]?.durationMs], [{ SUCCESS: 1, FAILED: 1 }, 20])
  assert.deepEqual(buckets[1]?.states, {})
  assert.deepEqual(buckets.at(-1)?.states, { SUCCESS: 1 })
  assert.ok((buckets.at(-1)?.end ?? '') > new Date(NOW).toISOString())
})
