import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatElapsed } from './elapsed.ts'

test('the longer it took, the coarser it is told', () => {
  assert.deepEqual([-5, 0, 340, 59_949, 60_000, 187_000, 3_600_000, 7_500_000].map(formatElapsed), [
    '0.0 s',
    '0.0 s',
    '0.3 s',
    '59.9 s',
    '1 m 00 s',
    '3 m 07 s',
    '1 h 00 m',
    '2 h 05 m',
  ])
})
