import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play } from './testing/player.ts'

const RENEWING = 'retry: { type: constant, interval: PT5S, maxAttempts: 2, behavior: CREATE_NEW_EXECUTION }'

test('an execution that is replaced lets what was begun go on to its own end', () => {
  const player = play(`
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - { id: broken, type: ${JOB}, ${RENEWING} }
      - { id: slow, type: ${JOB} }
      - { id: waiting, type: ${JOB}, retry: { type: constant, interval: PT9S, maxAttempts: 2 } }
      - { id: called, type: io.kestra.plugin.core.flow.Subflow, namespace: a.b, flowId: other }
      - { id: inner, type: io.kestra.plugin.core.flow.Sequential, tasks: [{ id: deep, type: ${JOB} }] }`)
  player.settle('waiting', 'FAILED')

  player.settle('broken', 'FAILED')

  assert.equal(player.history, 'CREATED RUNNING RETRYING RETRIED')
  assert.deepEqual(player.states, {
    both: 'RETRIED',
    broken: 'RETRIED',
    slow: 'SUBMITTED',
    waiting: 'CANCELLED',
    called: 'RUNNING',
    inner: 'RUNNING',
    deep: 'SUBMITTED',
  })
  assert.deepEqual([...player.state.timers.keys()], ['renew'])
  assert.equal(player.isEnded, false)
  player.settle('slow')
  player.settle('deep', 'FAILED')
  player.childEnds('called', 'SUCCESS')
  assert.partialDeepStrictEqual(player.states, { slow: 'SUCCESS', deep: 'FAILED', inner: 'FAILED', called: 'SUCCESS' })
  assert.deepEqual([player.history, player.isEnded], ['CREATED RUNNING RETRYING RETRIED', true])
  assert.deepEqual(
    player.effects.filter(effect => effect.type === 'kill-job'),
    [],
  )
})

test('what was created together with the task that is replaced begins all the same', () => {
  const player = play(`
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - { id: broken, type: core.execution.Fail, ${RENEWING} }
      - { id: slow, type: ${JOB} }
      - { id: inner, type: io.kestra.plugin.core.flow.Sequential, tasks: [{ id: deep, type: ${JOB} }] }
afterExecution:
  - { id: after, type: ${JOB} }`)

  assert.deepEqual(player.states, { both: 'RETRIED', broken: 'RETRIED', slow: 'SUBMITTED', inner: 'CANCELLED' })
  player.settle('slow')
  assert.equal(player.isEnded, true)
  assert.deepEqual(player.states, { both: 'RETRIED', broken: 'RETRIED', slow: 'SUCCESS', inner: 'CANCELLED' })
})

test('what fails after an execution was replaced is not tried again, and replaces nothing', () => {
  const player = play(`
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - { id: broken, type: ${JOB}, ${RENEWING} }
      - { id: slow, type: ${JOB}, ${RENEWING} }`)
  player.settle('broken', 'FAILED')

  player.settle('slow', 'FAILED')

  assert.equal(player.states['slow'], 'FAILED')
  assert.deepEqual([player.history, player.isEnded], ['CREATED RUNNING RETRIED', true])
})

test('what comes after the execution is never a reason to replace it', () => {
  const player = play(`
tasks:
  - { id: fine, type: io.kestra.plugin.core.debug.Return, format: x }
afterExecution:
  - { id: report, type: ${JOB}, ${RENEWING} }`)

  player.settle('report', 'FAILED')

  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
  assert.equal(player.states['report'], 'FAILED')
  assert.equal(player.isEnded, true)
})

test('an execution whose group failed in passing is replaced all the same', () => {
  const player = play(`
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    allowFailure: true
    tasks:
      - { id: broken, type: io.kestra.plugin.core.execution.Fail }
      - { id: slow, type: ${JOB}, ${RENEWING} }
  - { id: next, type: ${JOB} }`)

  player.settle('slow', 'FAILED')

  assert.equal(player.history, 'CREATED RUNNING RETRIED')
  assert.deepEqual(player.states, { both: 'WARNING', broken: 'FAILED', slow: 'RETRIED', next: 'SUBMITTED' })
})

test('a transmitFailed that cannot be rendered when the child ends fails the task', () => {
  const player = play(`
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - id: called
        type: io.kestra.plugin.core.flow.Subflow
        namespace: a.b
        flowId: other
        transmitFailed: "{{ execution.state == 'RETRYING' ? ghost : true }}"
      - { id: again, type: ${JOB}, retry: { type: constant, interval: PT9S, maxAttempts: 2 } }`)
  player.settle('again', 'FAILED')

  player.childEnds('called', 'SUCCESS')

  assert.equal(player.states['called'], 'FAILED')
  assert.match(player.logs.join(), /ghost/)
})

test('a transmitFailed that asks the world is asked before the child is born', () => {
  const player = play(`
tasks:
  - id: called
    type: io.kestra.plugin.core.flow.Subflow
    namespace: a.b
    flowId: other
    transmitFailed: "{{ kv('x') }}"`)
  assert.deepEqual(player.sent, [])

  player.answer('called', 'transmitFailed:text', { value: 'false' })
  player.childEnds('called', 'FAILED')

  assert.equal(player.states['called'], 'SUCCESS')
})

test('a run whose execution failed says where the reason is', () => {
  const flow = `
tasks:
  - { id: called, type: io.kestra.plugin.core.flow.Subflow, namespace: a.b, flowId: other }`
  const failed = play(flow)
  const fine = play(flow)

  failed.childEnds('called', 'FAILED')
  fine.childEnds('called', 'SUCCESS')

  const childId = failed.sent.map(signal => signal.executionId)[0]
  assert.match(failed.logs.join('\n'), new RegExp(`execution ${childId} .* ended FAILED: its own log tells why`))
  assert.doesNotMatch(fine.logs.join('\n'), /tells why/)
})
