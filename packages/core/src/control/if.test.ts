import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play } from '../execution/testing/player.ts'

function ifTask(condition: string, more = 'else: [{ id: b, type: core.debug.Return, format: x }]'): string {
  return `
tasks:
  - id: which
    type: core.flow.If
    condition: ${condition}
    then: [{ id: a, type: core.debug.Return, format: x }]
    ${more}`
}

test('the branch follows the condition, and the answer is an output', () => {
  const yes = play(ifTask("'{{ 1 == 1 }}'"))
  const no = play(ifTask("'{{ 1 == 2 }}'"))

  assert.deepEqual([yes.order, yes.run('which').outputs], ['which a', { evaluationResult: true }])
  assert.deepEqual([no.order, no.run('which').outputs], ['which b', { evaluationResult: false }])
})

for (const falsy of ["''", "'{{ null }}'", "'false'", "'0'", "'-0'", "' '"]) {
  test(`the condition ${falsy} is false`, () => {
    assert.equal(play(ifTask(falsy)).order, 'which b')
  })
}

test('a branch that is not there is a success without children', () => {
  const player = play(ifTask("'false'", ''))

  assert.deepEqual(player.states, { which: 'SUCCESS' })
  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
})

test('a condition that cannot be rendered fails the task', () => {
  const player = play(`${ifTask("'{{ ghost }}'")}
  - { id: never, type: ${JOB} }
errors: [{ id: e, type: core.debug.Return, format: x }]`)

  assert.deepEqual(player.states, { which: 'FAILED', e: 'SUCCESS' })
  assert.equal(player.history, 'CREATED RUNNING FAILED')
  assert.match(player.logs.join(), /ghost/)
})

test('the condition is looked at once, even when what it read changes', () => {
  const player = play(`
tasks:
  - { id: set, type: core.execution.SetVariables, variables: { go: 'true' } }
  - id: which
    type: core.flow.If
    condition: '{{ vars.go }}'
    then:
      - { id: reset, type: core.execution.SetVariables, overwrite: true, variables: { go: 'false' } }
      - { id: a, type: core.debug.Return, format: '{{ vars.go }}' }
    else: [{ id: b, type: ${JOB} }]`)

  assert.equal(player.order, 'set which reset a')
  assert.deepEqual(player.run('a').outputs, { value: 'false' })
})

test('a condition that asks the world waits for the answer, and never asks again', () => {
  const player = play(ifTask(`"{{ kv('go') }}"`))
  assert.deepEqual(player.states, { which: 'CREATED' })

  player.answer('which', 'condition:text', { value: 'true' })

  assert.equal(player.order, 'which a')
  assert.deepEqual(player.answer('which', 'condition:text', { value: 'false' }).events, [])
})

test('a question that finds no answer fails the task with the reason', () => {
  const player = play(ifTask(`"{{ kv('go') }}"`))

  player.answer('which', 'condition:text', { error: 'there is no key "go"' })

  assert.equal(player.states['which'], 'FAILED')
  assert.match(player.logs.join(), /no key "go"/)
})

test('a child that fails stops the branch and fails the task', () => {
  const player = play(`
tasks:
  - id: which
    type: core.flow.If
    condition: 'true'
    then: [{ id: a, type: core.execution.Fail }, { id: never, type: ${JOB} }]
    errors: [{ id: e, type: core.debug.Return, format: x }]
    finally: [{ id: f, type: core.debug.Return, format: x }]`)

  assert.deepEqual(player.states, { which: 'FAILED', a: 'FAILED', e: 'SUCCESS', f: 'SUCCESS' })
})

test('a branch of skipped tasks is a success', () => {
  const player = play(`
tasks: [{ id: which, type: core.flow.If, condition: 'true', then: [{ id: a, type: ${JOB}, runIf: 'false' }] }]`)

  assert.deepEqual(player.states, { which: 'SUCCESS', a: 'SKIPPED' })
})
