import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play } from '../execution/testing/player.ts'

test('tasks run one after the other, each when the one before has ended', () => {
  const player = play(`
tasks:
  - id: group
    type: core.flow.Sequential
    tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]
  - { id: c, type: ${JOB} }`)

  assert.equal(player.out, 'a')
  player.settle('a')
  assert.equal(player.out, 'b')
  player.settle('b', 'WARNING')
  assert.equal(player.out, 'c')
  player.settle('c')

  assert.equal(player.order, 'group a b c')
  assert.equal(player.histories['group'], 'CREATED RUNNING WARNING')
  assert.equal(player.history, 'CREATED RUNNING WARNING')
})

test('a task that fails stops the group, its errors and finally run, then those of the flow', () => {
  const player = play(`
tasks:
  - id: group
    type: core.flow.Sequential
    tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]
    errors: [{ id: e1, type: ${JOB} }]
    finally: [{ id: f1, type: ${JOB} }]
  - { id: c, type: ${JOB} }
errors: [{ id: e2, type: ${JOB} }]
finally: [{ id: f2, type: ${JOB} }]`)

  player.settle('a', 'FAILED')
  for (const handler of ['e1', 'f1', 'e2', 'f2']) {
    assert.equal(player.out, handler)
    assert.equal(player.history, 'CREATED RUNNING')
    player.settle(handler)
  }

  assert.equal(player.order, 'group a e1 f1 e2 f2')
  assert.deepEqual([player.states['group'], player.history], ['FAILED', 'CREATED RUNNING FAILED'])
})

test('handlers that fail stop neither the next ones nor change how it ends', () => {
  const player = play(`
tasks:
  - { id: a, type: core.debug.Return, format: x }
finally:
  - { id: f1, type: core.execution.Fail }
  - { id: f2, type: core.execution.Fail }
  - { id: f3, type: core.debug.Return, format: x }
afterExecution:
  - { id: z1, type: core.execution.Fail }
  - { id: z2, type: core.debug.Return, format: x }`)

  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
  assert.deepEqual(player.states, {
    a: 'SUCCESS',
    f1: 'FAILED',
    f2: 'FAILED',
    f3: 'SUCCESS',
    z1: 'FAILED',
    z2: 'SUCCESS',
  })
})

test('a group whose tasks are all disabled or skipped is a success', () => {
  const disabled = play(`
tasks:
  - { id: group, type: core.flow.Sequential, tasks: [{ id: a, type: ${JOB}, disabled: true }] }`)
  const skipped = play(`
tasks:
  - { id: group, type: core.flow.Sequential, tasks: [{ id: a, type: ${JOB}, runIf: 'false' }] }`)

  assert.deepEqual(disabled.states, { group: 'SUCCESS' })
  assert.deepEqual(skipped.states, { group: 'SUCCESS', a: 'SKIPPED' })
  assert.deepEqual([disabled.history, skipped.history], ['CREATED RUNNING SUCCESS', 'CREATED RUNNING SUCCESS'])
})

test('a flow whose tasks are all disabled succeeds without ever running', () => {
  const player = play(`tasks: [{ id: a, type: ${JOB}, disabled: true }]`)

  assert.equal(player.history, 'CREATED SUCCESS')
  assert.equal(player.isEnded, true)
})

test('a group with allowFailure is a warning, its own errors run, and the sequence goes on', () => {
  const player = play(`
tasks:
  - id: group
    type: core.flow.Sequential
    allowFailure: true
    tasks: [{ id: a, type: core.execution.Fail }, { id: b, type: ${JOB} }]
    errors: [{ id: e, type: core.debug.Return, format: x }]
  - { id: c, type: core.debug.Return, format: x }
errors: [{ id: never, type: ${JOB} }]`)

  assert.deepEqual(player.states, { group: 'WARNING', a: 'FAILED', e: 'SUCCESS', c: 'SUCCESS' })
  assert.equal(player.history, 'CREATED RUNNING WARNING')
})

test('allowFailure and allowWarning together make a failure a success', () => {
  const player = play(`
tasks:
  - { id: a, type: core.execution.Fail, allowFailure: true, allowWarning: true }
  - { id: b, type: ${JOB}, allowWarning: true }
  - { id: c, type: ${JOB}, allowFailure: true }`)

  player.settle('b', 'WARNING')
  player.settle('c', 'FAILED')

  assert.deepEqual(player.states, { a: 'SUCCESS', b: 'SUCCESS', c: 'WARNING' })
  assert.equal(player.history, 'CREATED RUNNING WARNING')
})

test('groups in groups are opened from the outside in and end from the inside out', () => {
  const player = play(`
tasks:
  - id: g1
    type: core.flow.Sequential
    tasks:
      - id: g2
        type: core.flow.Sequential
        tasks:
          - { id: g3, type: core.flow.Sequential, tasks: [{ id: leaf, type: ${JOB} }] }
          - { id: last, type: core.debug.Return, format: x }`)

  player.settle('leaf')

  assert.equal(player.order, 'g1 g2 g3 leaf last')
  const ends = player.turns.flatMap(turn => turn.events).flatMap(event => (event.type === 'run-moved' ? [event] : []))
  assert.deepEqual(
    ends.map(event => `${player.nameOf(player.state.runs.at(event.run) ?? player.run('leaf'))} ${event.to}`),
    ['g3 SUCCESS', 'g2 SUCCESS', 'g1 SUCCESS'],
  )
})
