import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apply } from '../execution/apply.ts'
import { play } from '../execution/testing/player.ts'
import { variablesOf } from '../execution/variables.ts'
import { mapEntries } from '../std/value.ts'

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

const FLOW = 'variables: { unit: kg, box: { w: 1, tags: [a] } }'

test('what is set is merged deeply into what the flow declares', () => {
  const player = play(`
${FLOW}
tasks:
  - { id: set, type: core.execution.SetVariables, variables: { box: { h: 2, tags: [b] } } }
  - { id: t, type: core.debug.Return, format: "{{ vars.box }} {{ vars.unit }}" }`)

  assert.deepEqual(player.run('t').outputs, { value: '{"w":1,"tags":["a","b"],"h":2} kg' })
})

test('a variable of the flow is one that is there: it is not overwritten unasked, and it can be unset', () => {
  const careful = play(`
${FLOW}
tasks: [{ id: set, type: core.execution.SetVariables, overwrite: false, variables: { unit: g } }]`)
  const unset = play(`
${FLOW}
labels: { dialect: "2" }
tasks:
  - { id: drop, type: core.execution.UnsetVariables, variables: [unit, box] }
  - { id: t, type: core.debug.Return, format: "{{ vars.unit ?? 'gone' }}" }`)

  assert.equal(careful.states['set'], 'FAILED')
  assert.deepEqual(unset.run('t').outputs, { value: 'gone' })
})

test('a journal of before, which kept apart what was set, is read as it was meant', () => {
  const { state, plan, nowMs } = play(`
${FLOW}
tasks: [{ id: rest, type: core.flow.Pause }]`)

  apply(state, { type: 'variables', variables: { unit: 'g' } }, plan, nowMs)

  assert.deepEqual(Object.fromEntries(mapEntries(variablesOf(state, plan))), {
    unit: 'g',
    box: { w: 1, tags: ['a'] },
  })
})
