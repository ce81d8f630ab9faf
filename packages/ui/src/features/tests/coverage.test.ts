import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coverageOf } from './coverage.ts'

const FLOW = {
  tasks: [
    { id: 'read', type: 'Return' },
    {
      id: 'choose',
      type: 'io.kestra.plugin.core.flow.If',
      then: [{ id: 'pay', type: 'Log' }],
      else: [{ id: 'refuse', type: 'Log' }],
    },
  ],
}

test('a branch that no case takes is missing', () => {
  const cases = [{ tasks: [{ id: 'read' }, { id: 'choose' }, { id: 'pay' }] }]

  assert.deepEqual(coverageOf(FLOW, cases), { covered: ['read', 'choose', 'pay'], missing: ['refuse'] })
})

test('without a run nothing is known', () => {
  assert.equal(coverageOf(FLOW, []), undefined)
  assert.equal(coverageOf(FLOW, [{}]), undefined)
})
