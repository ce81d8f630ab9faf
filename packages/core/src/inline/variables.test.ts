import assert from 'node:assert/strict'
import { test } from 'node:test'
import { play } from '../execution/testing/player.ts'

const flow = (set: string, unset: string): string => `
variables: { own: 1 }
tasks:
  - { id: set, type: core.execution.SetVariables, variables: ${set} }
  - { id: unset, type: core.execution.UnsetVariables, variables: ${unset} }
  - { id: show, type: core.debug.Return, format: "{{ vars }}" }`

test('variables are set and unset from templates and from JSON, too', () => {
  for (const [set, unset] of [
    ['{ a: 1, b: 2 }', '[a]'],
    [`"{{ {'a': 1, 'b': 2} }}"`, `"{{ ['a'] }}"`],
    [`'{"a": 1, "b": 2}'`, `'["a"]'`],
  ] as const) {
    const player = play(flow(set, unset))

    assert.equal(player.state.state, 'SUCCESS')
    assert.equal(player.run('show').outputs?.['value' as never], '{"own":1,"b":2}')
  }
})

test('names that are no list are refused', () => {
  const player = play(flow('{ a: 1 }', 'a'))

  assert.equal(player.state.state, 'FAILED')
  assert.match(player.logs.join(' '), /no list of names/)
})

test('2.0 tells tasks which attempt of the execution they belong to', () => {
  const task = 'tasks: [{ id: show, type: core.debug.Return, format: "{{ execution.attemptNumber ?? \'none\' }}" }]'
  const shown = [task, `labels: { dialect: "2" }\n${task}`].map(
    flow => play(flow).run('show').outputs?.['value' as never],
  )

  assert.deepEqual(shown, ['none', '1'])
})
