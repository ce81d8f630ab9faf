import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredEdges } from './declared-edges.ts'

test('what the tasks of a Dag wait for is read wherever the Dag stands', () => {
  const dag = {
    id: 'dag',
    tasks: [
      { task: { id: 'a' } },
      { task: { id: 'b' }, dependsOn: ['a'] },
      { task: { id: 'c' }, dependsOn: ['a', 'b'] },
    ],
  }
  const flow = { id: 'f', tasks: [{ id: 'plain' }, { id: 'loop', tasks: [dag] }] }

  assert.deepEqual(
    [...declaredEdges(flow)],
    [
      ['a', []],
      ['b', ['a']],
      ['c', ['a', 'b']],
    ],
  )
})

test('what is no flow declares nothing', () => {
  assert.equal(declaredEdges(undefined).size, 0)
  assert.equal(declaredEdges({ tasks: 'none', task: 7 }).size, 0)
})
