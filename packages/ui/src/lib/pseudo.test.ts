import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pseudoOf } from './pseudo.ts'

test('a text grows and bears marks, what stands in braces stays', () => {
  assert.equal(pseudoOf('Run {count} flows'), '⟦Rüñ {count} flöwš·······⟧')
})
