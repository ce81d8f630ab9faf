import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { clampTop, rowsInSight, scrollOfTop, spacerPx, topOfScroll } from './log-window.ts'

test('a million rows need no element that is higher than browsers can count', () => {
  assert.equal(spacerPx(1_000_000 * 22), 8_000_000)
  assert.equal(spacerPx(100 * 22), 2_200)
})

test('only rows that there are come into sight, and never many more than fit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000_000 }),
      fc.double({ min: 1, max: 80, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (count, viewRows, part) => {
        const size = { count, viewRows }
        const { first, last } = rowsInSight(clampTop(part * count, size), size)

        assert.ok(first >= 0 && last <= count && first < last)
        assert.ok(last - first <= Math.ceil(viewRows) + 2)
      },
    ),
  )
})

test('the last row is reached by scrolling to the end', () => {
  const size = { count: 1_000_000, viewRows: 40 }
  const end = clampTop(Infinity, size)
  const scale = { end, room: 8_000_000 - 880 }

  assert.equal(topOfScroll(scale.room, scale), end)
  assert.equal(rowsInSight(end, size).last, 1_000_000)
})

test('scrolling to a place and reading it back agree', () => {
  const scale = { end: 999_960, room: 7_999_120 }

  assert.ok(Math.abs(topOfScroll(scrollOfTop(731_204, scale), scale) - 731_204) < 0.001)
  assert.equal(topOfScroll(5, { end: 0, room: 0 }), 0)
})
