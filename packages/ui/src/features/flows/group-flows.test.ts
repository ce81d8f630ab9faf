import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chosenFlows, groupFlows, toggleClosed } from './group-flows.ts'

const flow = (namespace: string, id: string): { namespace: string; id: string } => ({ namespace, id })
const FLOWS = [flow('a', 'one'), flow('a', 'two'), flow('b', 'three')]

test('a closed namespace shows its heading with the count and none of its flows', () => {
  const lines = groupFlows(FLOWS, new Set(['a']))

  assert.deepEqual(
    lines.map(line => (line.type === 'group' ? `${line.namespace} ${line.count}` : line.flow.id)),
    ['a 2', 'b 1', 'three'],
  )
})

test('choosing a heading chooses the flows below it', () => {
  const chosen = chosenFlows(FLOWS, new Set(['namespace:a', 'b.three']))

  assert.deepEqual(
    chosen.map(({ id }) => id),
    ['one', 'two', 'three'],
  )
})

test('a namespace is opened and closed by the same link', () => {
  assert.equal(toggleClosed(new Set(['b']), 'a'), 'b,a')
  assert.equal(toggleClosed(new Set(['a', 'b']), 'a'), 'b')
})
