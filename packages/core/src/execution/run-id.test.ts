import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isId } from '../std/id.ts'
import { ordinalOf, plainRunId, taskRunId } from './context.ts'

const ID = '0VbdnW0X0eq6VNGXe8kPwB'

test('a run has an id of one word, which leads back to it', () => {
  for (const ordinal of [0, 1, 61, 62, 1_000_000]) {
    const id = plainRunId(ID, ordinal)
    assert.equal(isId(id), true)
    assert.equal(ordinalOf(ID, id), ordinal)
    assert.equal(ordinalOf(ID, taskRunId(ID, ordinal)), ordinal)
  }
})

test('the ids go round at the end of their range', () => {
  const last = '0VbdnW0X0ezzzzzzzzzzzz'
  assert.equal(plainRunId(last, 0), '0VbdnW0X0e000000000000')
  assert.equal(ordinalOf(last, plainRunId(last, 5)), 5)
})

test('the id of another execution is no id of a run', () => {
  assert.equal(ordinalOf(ID, ID), undefined)
  assert.equal(ordinalOf(ID, '0VbdnW0X1eq6VNGXe8kPwC'), undefined)
  assert.equal(ordinalOf(ID, 'nonsense'), undefined)
})
