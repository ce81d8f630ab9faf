import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stepTo } from './debug-steps.ts'

const events = [
  {},
  { to: 'RUNNING' },
  { taskRunId: 'a' },
  { taskRunId: 'a', to: 'SUCCESS' },
  { taskRunId: 'b' },
  { taskRunId: 'b', to: 'FAILED' },
]
const at = (seq: number) => ({ events, seq, total: events.length })

test('steps go by events and stay within them', () => {
  assert.equal(stepTo('back', at(0)), 0)
  assert.equal(stepTo('forward', at(2)), 3)
  assert.equal(stepTo('forward', at(5)), 5)
})

test('a step by tasks goes to the next state that one of them reached', () => {
  assert.equal(stepTo('task', at(0)), 3)
  assert.equal(stepTo('taskBack', at(5)), 3)
})

test('after the last failure comes the first one again', () => {
  assert.equal(stepTo('failure', at(0)), 5)
  assert.equal(stepTo('failure', at(5)), 5)
})
