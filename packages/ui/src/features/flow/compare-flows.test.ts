import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareFlows, type FlowChange } from './compare-flows.ts'

const shown = (changes: readonly FlowChange[]): readonly string[] =>
  changes.map(({ type, part, name, keys }) => [type, part, name, ...keys].join(' '))

test('a task that is new, one that is gone and one that changed are told by name, at any depth', () => {
  const before = {
    tasks: [
      { id: 'a', type: 'x.Log', message: 'old' },
      { id: 'p', type: 'x.Parallel', tasks: [{ id: 'gone', type: 'x.Log' }] },
    ],
  }
  const after = {
    tasks: [
      { id: 'a', type: 'x.Log', message: 'new', retry: {} },
      { id: 'p', type: 'x.Parallel', tasks: [{ id: 'fresh', type: 'x.Log' }] },
    ],
  }

  assert.deepEqual(shown(compareFlows(before, after)), [
    'changed task a message retry',
    'added task fresh',
    'removed task gone',
  ])
})

test('what belongs to the flow itself is told by the name of the property', () => {
  const changes = compareFlows(
    { revision: 1, description: 'a', triggers: [{ id: 't', cron: '1' }] },
    { revision: 2, description: 'b', triggers: [{ id: 't', cron: '2' }] },
  )

  assert.deepEqual(shown(changes), ['changed flow description description', 'changed trigger t cron'])
})
