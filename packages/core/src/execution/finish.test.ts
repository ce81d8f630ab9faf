import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play } from './testing/player.ts'

test('what comes after an execution may be groups of tasks', () => {
  const player = play(`
tasks:
  - { id: t, type: io.kestra.plugin.core.debug.Return, format: x }
afterExecution:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]
  - { id: last, type: ${JOB} }`)

  assert.equal(player.out, 'a b')
  player.settle('a')
  player.settle('b', 'FAILED')
  player.settle('last')

  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
  assert.deepEqual(player.states, { t: 'SUCCESS', both: 'FAILED', a: 'SUCCESS', b: 'FAILED', last: 'SUCCESS' })
  assert.equal(player.isEnded, true)
})

test('a killed execution runs what comes after it, with retries, and sees KILLED there', () => {
  const player = play(`
tasks:
  - { id: t, type: ${JOB} }
errors: [{ id: e, type: ${JOB} }]
finally: [{ id: f, type: ${JOB} }]
afterExecution:
  - id: group
    type: io.kestra.plugin.core.flow.Sequential
    tasks:
      - { id: seen, type: io.kestra.plugin.core.debug.Return, format: '{{ execution.state }}' }
      - { id: report, type: ${JOB}, retry: { type: constant, interval: PT1S, maxAttempts: 2 } }`)
  player.kill()
  player.settle('t', 'KILLED')

  assert.deepEqual(player.run('seen').outputs, { value: 'KILLED' })
  player.settle('report', 'FAILED')
  player.retry('report')
  player.settle('report')

  assert.equal(player.history, 'CREATED RUNNING KILLING KILLED')
  assert.deepEqual(player.states, { t: 'KILLED', group: 'SUCCESS', seen: 'SUCCESS', report: 'SUCCESS' })
  assert.equal(player.isEnded, true)
})

test('an execution that is killed while its outputs ask the world forgets the question', () => {
  const player = play(`
tasks: [{ id: t, type: ${JOB} }]
outputs: [{ id: o, type: STRING, value: "{{ kv('x') }}" }]`)
  player.settle('t')

  player.kill()

  assert.equal(player.history, 'CREATED RUNNING KILLING KILLED')
  assert.equal(player.state.asked.size, 0)
  assert.deepEqual(player.answer('', 'outputs.o:typed', { value: 'late' }).events, [])
})

test('an execution ends when the last task after it has ended, groups closed over it included', () => {
  const player = play(`
tasks:
  - { id: t, type: io.kestra.plugin.core.debug.Return, format: x }
afterExecution:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]`)

  player.settle('a', 'FAILED')

  assert.equal(player.states['both'], 'FAILED')
  assert.equal(player.isEnded, false)
  player.settle('b')
  assert.equal(player.isEnded, true)
})

test('whoever takes the execution over does not ask again what is asked already', () => {
  const body = `
tasks: [{ id: t, type: ${JOB} }]
outputs: [{ id: o, type: STRING, value: "{{ kv('x') }}" }]`
  const player = play(body, { isTwinned: true })
  player.settle('t')

  assert.deepEqual(player.take().events, [])
})
