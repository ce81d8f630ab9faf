import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { packColumn, readColumn } from './number-column.ts'

test('a column gives back the numbers that were put into it', () => {
  const numbers = fc.array(
    fc.oneof(fc.integer({ min: -3, max: 300 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    { maxLength: 40 },
  )

  fc.assert(
    fc.property(numbers, list => {
      const column = packColumn(list)
      assert.deepEqual(
        list.map((_, index) => readColumn(column, index)),
        list,
      )
    }),
  )
})

test('a column of one number, or of numbers in a row, takes no room', () => {
  assert.equal(packColumn([7, 7, 7]).cells, undefined)
  assert.equal(packColumn([5, 6, 7, 8]).cells, undefined)
  assert.ok(packColumn([1_000, 1_200, 1_001]).cells instanceof Uint8Array)
})
