// How groups end while something of them is still out.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play } from './testing/player.ts'

test('an execution does not end while a task of a group that was closed over it is tried again', () => {
  const player = play(`
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - { id: broken, type: ${JOB} }
      - id: inner
        type: io.kestra.plugin.core.flow.Sequential
        tasks:
          - { id: stubborn, type: ${JOB}, retry: { type: constant, interval: PT5S, maxAttempts: 2 } }`)
  player.settle('broken', 'FAILED')
  player.settle('stubborn', 'FAILED')

  player.retry('stubborn')

  assert.equal(player.isEnded, false)
  assert.equal(player.out, 'stubborn')
  player.settle('stubborn')
  assert.equal(player.history, 'CREATED RUNNING RETRYING RUNNING FAILED')
  assert.deepEqual(player.states, { both: 'FAILED', broken: 'FAILED', inner: 'FAILED', stubborn: 'SUCCESS' })
})

test('all tasks of a Parallel begin before one that fails at once closes it', () => {
  const player = play(`
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - { id: inner, type: io.kestra.plugin.core.flow.Sequential, tasks: [{ id: slow, type: ${JOB} }] }
      - { id: job, type: ${JOB} }
      - { id: broken, type: io.kestra.plugin.core.execution.Fail }`)

  assert.equal(player.out, 'slow job')
  assert.deepEqual(player.states, {
    both: 'FAILED',
    inner: 'FAILED',
    job: 'SUBMITTED',
    broken: 'FAILED',
    slow: 'SUBMITTED',
  })
  player.settle('job')
  player.settle('slow')
  assert.equal(player.history, 'CREATED RUNNING FAILED')
})

test('a task that has not begun when its group is closed over it does not begin', () => {
  const player = play(`
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - { id: broken, type: ${JOB} }
      - id: inner
        type: io.kestra.plugin.core.flow.Sequential
        tasks:
          - { id: asks, type: ${JOB}, runIf: "{{ kv('x') }}" }`)

  player.settle('broken', 'FAILED')

  assert.deepEqual(player.states, { both: 'FAILED', broken: 'FAILED', inner: 'FAILED', asks: 'FAILED' })
  assert.equal(player.history, 'CREATED RUNNING FAILED')
})

test('a task that waits to be tried again takes the state of the group that is closed over it', () => {
  const player = play(`
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - { id: broken, type: ${JOB} }
      - id: inner
        type: io.kestra.plugin.core.flow.Sequential
        tasks:
          - { id: stubborn, type: ${JOB}, retry: { type: constant, interval: PT5S, maxAttempts: 2 } }`)
  player.settle('stubborn', 'FAILED')

  player.settle('broken', 'FAILED')

  assert.deepEqual(player.states, { both: 'FAILED', broken: 'FAILED', inner: 'FAILED', stubborn: 'FAILED' })
  assert.equal(player.isEnded, true)
  assert.equal(player.state.timers.size, 0)
})

test('tasks of a Parallel begin in the order in which they are written', () => {
  const tasks = Array.from({ length: 100 }, (_, at) => `{ id: t${at}, type: ${JOB} }`)
  const player = play(`
tasks:
  - { id: all, type: io.kestra.plugin.core.flow.Parallel, tasks: [${tasks.join(', ')}] }`)

  assert.equal(player.out, Array.from({ length: 100 }, (_, at) => `t${at}`).join(' '))
})

test('a group that fails closes over no task that was created and not looked at yet', () => {
  const player = play(`
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - { id: broken, type: io.kestra.plugin.core.execution.Fail }
      - id: each
        type: io.kestra.plugin.core.flow.ForEach
        values: [x, y]
        concurrencyLimit: 2
        tasks: [{ id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: a, flowId: b }]`)

  const { each, 'call[x]': first, 'call[y]': second } = player.states
  assert.deepEqual([each, first, second], ['FAILED', 'RUNNING', 'RUNNING'])
})

test('a group in which nothing runs ends by itself before a failure beside it closes the group around', () => {
  const player = play(`
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - { id: broken, type: io.kestra.plugin.core.execution.Fail }
      - { id: empty, type: io.kestra.plugin.core.flow.If, condition: 'false', then: [{ id: t, type: ${JOB} }] }`)

  assert.deepEqual(player.states, { both: 'FAILED', broken: 'FAILED', empty: 'SUCCESS' })
})

test('a group that has failed does not wait for an answer that a task further in asks for', () => {
  const player = play(`
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - { id: broken, type: io.kestra.plugin.core.execution.Fail }
      - id: inner
        type: io.kestra.plugin.core.flow.Sequential
        tasks: [{ id: asks, type: ${JOB}, runIf: "{{ kv('x') }}" }]`)

  assert.deepEqual(player.states, { both: 'FAILED', broken: 'FAILED', inner: 'FAILED', asks: 'FAILED' })
  assert.equal(player.isEnded, true)
})
