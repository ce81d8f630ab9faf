import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aggregate, type Aggregation } from './aggregate.ts'

const DAY_MS = 86_400_000
const startMs = Date.UTC(2031, 3, 5)

test('values fall into buckets by the span, and empty buckets are there', () => {
  const samples = [
    { value: 2, atMs: startMs + 1 },
    { value: 6, atMs: startMs + 2 },
    { value: 5, atMs: startMs + 2 * DAY_MS },
  ]
  const how = (name: Aggregation): readonly (number | null)[] =>
    aggregate(samples, { startMs, endMs: startMs + 2 * DAY_MS, how: name }).aggregations.map(({ value }) => value)

  assert.deepEqual(how('sum'), [8, null, 5])
  assert.deepEqual(how('avg'), [4, null, 5])
  assert.deepEqual(how('min'), [2, null, 5])
  assert.deepEqual(how('max'), [6, null, 5])
})

test('the longer the span, the wider the buckets', () => {
  const widths = [0.1, 1, 30, 200, 400].map(
    days => aggregate([], { startMs, endMs: startMs + days * DAY_MS, how: 'sum' }).groupBy,
  )

  assert.deepEqual(widths, ['minute', 'hour', 'day', 'week', 'month'])
})
