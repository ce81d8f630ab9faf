import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play } from '../execution/testing/player.ts'

function parallel(head: string, count: number): string {
  const tasks = Array.from({ length: count }, (_, at) => `{ id: t${at + 1}, type: ${JOB} }`)
  return `tasks: [{ id: all, type: core.flow.Parallel, ${head} tasks: [${tasks.join(', ')}] }]`
}

test('without a limit all begin at once, and it ends with the last of them', () => {
  const player = play(parallel('', 3))

  assert.equal(player.out, 't1 t2 t3')
  player.settle('t2')
  player.settle('t3', 'WARNING')
  assert.equal(player.states['all'], 'RUNNING')
  player.settle('t1')

  assert.equal(player.states['all'], 'WARNING')
  assert.equal(player.history, 'CREATED RUNNING WARNING')
})

test('with a limit the next one begins when one has ended, in the order in which they are written', () => {
  const player = play(parallel('concurrent: 2,', 4))

  assert.equal(player.out, 't1 t2')
  player.settle('t2')
  assert.equal(player.out, 't1 t3')
  player.settle('t3')
  assert.equal(player.out, 't1 t4')
  player.settle('t4')
  player.settle('t1')

  assert.equal(player.order, 'all t1 t2 t3 t4')
  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
})

test('zero and less than zero are no limit', () => {
  assert.equal(play(parallel('concurrent: 0,', 3)).out, 't1 t2 t3')
  assert.equal(play(parallel('concurrent: -1,', 3)).out, 't1 t2 t3')
})

test('after a failure nothing more begins, it closes at once, and what runs is recorded when it ends', () => {
  const player = play(`
tasks:
  - id: all
    type: core.flow.Parallel
    concurrent: 2
    tasks: [{ id: t1, type: ${JOB} }, { id: t2, type: ${JOB} }, { id: t3, type: ${JOB} }]
  - { id: next, type: ${JOB} }`)

  player.settle('t1', 'FAILED')

  assert.deepEqual(player.states, { all: 'FAILED', t1: 'FAILED', t2: 'SUBMITTED' })
  assert.equal(player.history, 'CREATED RUNNING')
  player.settle('t2')
  assert.deepEqual(player.states, { all: 'FAILED', t1: 'FAILED', t2: 'SUCCESS' })
  assert.equal(player.history, 'CREATED RUNNING FAILED')
})

test('its errors and finally run one after the other, beside what still runs', () => {
  const player = play(`
tasks:
  - id: all
    type: core.flow.Parallel
    tasks: [{ id: t1, type: ${JOB} }, { id: t2, type: ${JOB} }]
    errors: [{ id: e1, type: ${JOB} }, { id: e2, type: ${JOB} }]
    finally: [{ id: f1, type: ${JOB} }]`)

  player.settle('t1', 'FAILED')
  assert.equal(player.out, 't2 e1')
  player.settle('e1', 'FAILED')
  assert.equal(player.out, 't2 e2')
  player.settle('e2')
  assert.equal(player.out, 't2 f1')
  player.settle('f1')

  assert.equal(player.states['all'], 'FAILED')
  player.settle('t2')
  assert.equal(player.isEnded, true)
})

test('groups that run when it closes take its state, their running tasks end by themselves', () => {
  const player = play(`
tasks:
  - id: all
    type: core.flow.Parallel
    allowFailure: true
    tasks:
      - { id: t1, type: ${JOB} }
      - { id: inner, type: core.flow.Sequential, tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }] }
  - { id: next, type: ${JOB} }`)

  player.settle('t1', 'FAILED')

  assert.deepEqual(player.states, { all: 'WARNING', t1: 'FAILED', inner: 'WARNING', a: 'SUBMITTED', next: 'SUBMITTED' })
  player.settle('a')
  player.settle('next')
  assert.equal(player.history, 'CREATED RUNNING WARNING')
  assert.equal(player.order, 'all t1 inner a next')
})

test('disabled and skipped tasks take no place', () => {
  const player = play(`
tasks:
  - id: all
    type: core.flow.Parallel
    concurrent: 1
    tasks:
      - { id: t1, type: ${JOB}, disabled: true }
      - { id: t2, type: ${JOB}, runIf: 'false' }
      - { id: t3, type: ${JOB} }`)

  assert.equal(player.out, 't3')
  player.settle('t3')
  assert.deepEqual(player.states, { all: 'SUCCESS', t2: 'SKIPPED', t3: 'SUCCESS' })
})

test('all of its tasks skipped or disabled, it is a success', () => {
  const player = play(`
tasks:
  - { id: p1, type: core.flow.Parallel, tasks: [{ id: a, type: ${JOB}, disabled: true }] }
  - { id: p2, type: core.flow.Parallel, tasks: [{ id: b, type: ${JOB}, runIf: '' }] }`)

  assert.deepEqual(player.states, { p1: 'SUCCESS', p2: 'SUCCESS', b: 'SKIPPED' })
})

test('in 2.0 a failure ends a Pause beside it, and the execution waits for nobody any more', () => {
  const player = play(`
labels: { dialect: '2' }
tasks:
  - id: all
    type: core.flow.Parallel
    tasks: [{ id: wait, type: core.flow.Pause }, { id: bad, type: ${JOB} }]`)
  player.settle('bad', 'FAILED')

  assert.deepEqual(player.states, { all: 'FAILED', wait: 'FAILED', bad: 'FAILED' })
  assert.equal(player.history, 'CREATED RUNNING PAUSED RUNNING FAILED')
})

test('in 2.0 a failure stops also what runs on in a Dag that has ended', () => {
  const player = play(`
labels: { dialect: '2' }
tasks:
  - id: all
    type: core.flow.Parallel
    tasks:
      - id: graph
        type: core.flow.Dag
        tasks: [{ task: { id: bad, type: ${JOB} } }, { task: { id: slow, type: ${JOB} } }]`)
  player.settle('bad', 'FAILED')

  assert.deepEqual(player.states, { all: 'FAILED', graph: 'FAILED', bad: 'FAILED', slow: 'FAILED' })
})

test('who looks at the task beside it finds it running', () => {
  const player = play(`
tasks:
  - id: all
    type: core.flow.Parallel
    tasks:
      - { id: long, type: ${JOB} }
      - { id: look, type: core.flow.Sequential, tasks: [{ id: show, type: core.debug.Return, format: "{{ tasks.long.state }}" }] }`)

  assert.deepEqual(player.run('show').outputs, { value: 'RUNNING' })
})
