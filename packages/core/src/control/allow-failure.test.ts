import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play } from '../execution/testing/player.ts'

test('the failure of a child is a warning, its errors run, and the sequence goes on', () => {
  const player = play(`
tasks:
  - id: tolerant
    type: core.flow.AllowFailure
    tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]
    errors: [{ id: e, type: core.debug.Return, format: x }]
  - { id: c, type: core.debug.Return, format: x }
errors: [{ id: never, type: ${JOB} }]`)

  player.settle('a', 'FAILED')

  assert.deepEqual(player.states, { tolerant: 'WARNING', a: 'FAILED', e: 'SUCCESS', c: 'SUCCESS' })
  assert.equal(player.history, 'CREATED RUNNING WARNING')
})

test('a failure inside a group inside is a failure of that group, and a warning here', () => {
  const player = play(`
tasks:
  - id: tolerant
    type: core.flow.AllowFailure
    tasks: [{ id: group, type: core.flow.Sequential, tasks: [{ id: a, type: core.execution.Fail }] }]`)

  assert.deepEqual(player.states, { tolerant: 'WARNING', group: 'FAILED', a: 'FAILED' })
})

test('the warning that it makes of a failure stays one, whatever its allowWarning says', () => {
  const player = play(`
tasks:
  - { id: tolerant, type: core.flow.AllowFailure, allowWarning: true, tasks: [{ id: a, type: core.execution.Fail }] }
  - { id: warned, type: core.flow.AllowFailure, allowWarning: true, tasks: [{ id: b, type: ${JOB} }] }`)

  player.settle('b', 'WARNING')

  assert.deepEqual([player.states['tolerant'], player.states['warned']], ['WARNING', 'SUCCESS'])
})

test('without a failure it is a group like any other', () => {
  const player = play(`
tasks:
  - { id: tolerant, type: core.flow.AllowFailure, tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB}, runIf: 'false' }] }`)

  player.settle('a')

  assert.deepEqual(player.states, { tolerant: 'SUCCESS', a: 'SUCCESS', b: 'SKIPPED' })
})
