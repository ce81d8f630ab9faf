import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitted } from './print.ts'

test('the widest column gives way until the row fits the terminal', () => {
  assert.deepEqual(fitted([10, 60, 5], ['ID', 'DESCRIPTION', 'STATE'], 50), [10, 31, 5])
})

test('no column becomes narrower than its name', () => {
  assert.deepEqual(fitted([30, 30], ['IDENTIFIER', 'DESCRIPTION'], 10), [10, 11])
})

test('what fits stays as it is', () => {
  assert.deepEqual(fitted([3, 4], ['A', 'B'], 80), [3, 4])
})
