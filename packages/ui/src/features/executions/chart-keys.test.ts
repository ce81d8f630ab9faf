import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeAfter, sumOf } from './chart-keys.ts'

test('keys go from slice to slice, by pages and to the ends, and stay within', () => {
  assert.equal(placeAfter('ArrowLeft', undefined, 30), 29)
  assert.equal(placeAfter('ArrowLeft', 29, 30), 28)
  assert.equal(placeAfter('ArrowRight', 29, 30), 29)
  assert.equal(placeAfter('PageDown', 29, 30), 19)
  assert.equal(placeAfter('PageDown', 4, 30), 0)
  assert.equal(placeAfter('Home', undefined, 30), 0)
  assert.equal(placeAfter('End', 3, 30), 29)
})

test('other keys, and a chart without slices, move nothing', () => {
  assert.equal(placeAfter('x', 3, 30), undefined)
  assert.equal(placeAfter('Home', undefined, 0), undefined)
})

test('several slices are told as one, with the mean of all that is in them', () => {
  const slice = (hour: number, states: Readonly<Record<string, number>>, durationMs?: number) => ({
    start: `2026-01-01T0${hour}:00:00Z`,
    end: `2026-01-01T0${hour + 1}:00:00Z`,
    states,
    ...(durationMs === undefined ? {} : { durationMs }),
  })

  assert.deepEqual(sumOf([slice(1, { SUCCESS: 3 }, 100), slice(2, {}), slice(3, { SUCCESS: 0, FAILED: 1 }, 500)]), {
    start: '2026-01-01T01:00:00Z',
    end: '2026-01-01T04:00:00Z',
    states: { SUCCESS: 3, FAILED: 1 },
    durationMs: 200,
  })
  assert.equal(sumOf([]), undefined)
})
