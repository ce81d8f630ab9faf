import assert from 'node:assert/strict'
import { test } from 'node:test'
import { controlsMissed, listsMissed } from './coverage.ts'

test('random flows have every control task of the catalogue', () => {
  assert.deepEqual(controlsMissed(), [])
})

test('random flows have everything that can be put on a flow or a task', () => {
  assert.deepEqual(listsMissed(), [])
})
