import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePattern } from './input-pattern.ts'

test('a pattern has a bound, and what is none is a problem', () => {
  assert.equal(parsePattern('a'.repeat(2_000)).type, 'pattern')
  assert.deepEqual(parsePattern('a'.repeat(2_001)), { type: 'problem', problem: 'longer than 2000 characters' })
  assert.equal(parsePattern('(').type, 'problem')
})
