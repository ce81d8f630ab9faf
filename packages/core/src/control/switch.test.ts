import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play } from '../execution/testing/player.ts'

function switchTask(value: string, more = 'defaults: [{ id: d, type: core.debug.Return, format: x }]'): string {
  return `
tasks:
  - id: which
    type: core.flow.Switch
    value: ${value}
    cases:
      a: [{ id: ta, type: core.debug.Return, format: x }]
      1: [{ id: t1, type: core.debug.Return, format: x }]
      true: [{ id: tt, type: core.debug.Return, format: x }]
      '': [{ id: te, type: core.debug.Return, format: x }]
    ${more}`
}

const CASES: readonly (readonly [string, string, unknown])[] = [
  ["'a'", 'which ta', { value: 'a', defaults: false }],
  ["'{{ 0 + 1 }}'", 'which t1', { value: '1', defaults: false }],
  ["'{{ 1 == 1 }}'", 'which tt', { value: 'true', defaults: false }],
  ["'{{ null }}'", 'which te', { value: '', defaults: false }],
  ["'b'", 'which d', { value: 'b', defaults: true }],
]
for (const [value, order, outputs] of CASES) {
  test(`the value ${value} takes "${order}"`, () => {
    const player = play(switchTask(value))

    assert.equal(player.order, order)
    assert.deepEqual(player.run('which').outputs, outputs)
    assert.equal(player.history, 'CREATED RUNNING SUCCESS')
  })
}

test('no case and no defaults fail the task', () => {
  const player = play(`${switchTask("'b'", '')}
errors: [{ id: e, type: core.debug.Return, format: x }]`)

  assert.deepEqual(player.states, { which: 'FAILED', e: 'SUCCESS' })
  assert.deepEqual(player.run('which').outputs, { value: 'b', defaults: true })
  assert.match(player.logs.join(), /no case for the value "b"/)
})

test('no case and no defaults with allowFailure are a warning', () => {
  const player = play(switchTask("'b'", 'allowFailure: true'))

  assert.deepEqual(player.states, { which: 'WARNING' })
})

test('defaults alone are enough', () => {
  const player = play(`
tasks: [{ id: which, type: core.flow.Switch, value: 'x', defaults: [{ id: d, type: core.debug.Return, format: x }] }]`)

  assert.deepEqual(player.states, { which: 'SUCCESS', d: 'SUCCESS' })
})

test('a value that cannot be rendered fails the task', () => {
  const player = play(switchTask("'{{ ghost }}'"))

  assert.deepEqual(player.states, { which: 'FAILED' })
})

test('a child that fails stops the case; skipped children are a success', () => {
  const failing = play(`
tasks:
  - id: which
    type: core.flow.Switch
    value: a
    cases: { a: [{ id: x, type: core.execution.Fail }, { id: never, type: ${JOB} }] }`)
  const skipped = play(`
tasks: [{ id: which, type: core.flow.Switch, value: a, cases: { a: [{ id: x, type: ${JOB}, runIf: 'false' }] } }]`)

  assert.deepEqual(failing.states, { which: 'FAILED', x: 'FAILED' })
  assert.deepEqual(skipped.states, { which: 'SUCCESS', x: 'SKIPPED' })
})
