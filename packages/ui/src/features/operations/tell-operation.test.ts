import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tellOperation, whyLeft } from './tell-operation.ts'

const RUNNING = {
  ...{ id: 'a', resource: 'executions', action: 'labels', state: 'running', canUndo: false, created: '' },
  ...{ total: 12_408, done: 6_000, skipped: 4, failed: 0, problems: [{ item: 'x', message: 'It is RUNNING.' }] },
}

test('an operation is told in a sentence, with what was left', () => {
  assert.equal(tellOperation(RUNNING), 'Labels: 6,004 of 12,408 executions')
  assert.equal(tellOperation({ ...RUNNING, state: 'done', done: 1 }), 'Labels: 1 execution')
  assert.equal(
    tellOperation({ ...RUNNING, state: 'cancelled', undoOf: 'b' }),
    'Undo of labels: cancelled after 6,000 executions',
  )
  assert.equal(whyLeft(RUNNING), '4 were left as they are, such as: It is RUNNING.')
  assert.equal(whyLeft({ ...RUNNING, skipped: 0 }), undefined)
})
