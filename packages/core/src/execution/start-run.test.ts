import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play } from './testing/player.ts'

test('a runIf that cannot be rendered fails the task before it has begun: no attempt, nothing to try again', () => {
  const retry = 'retry: { type: constant, interval: PT1S, maxAttempts: 3 }'
  const player = play(`
tasks:
  - id: all
    type: core.flow.Parallel
    tasks:
      - { id: inline, type: core.debug.Return, format: x, runIf: '{{ ghost }}', ${retry} }
      - { id: job, type: ${JOB}, runIf: '{{ ghost }}', ${retry} }
      - { id: group, type: core.flow.Sequential, runIf: '{{ ghost }}', tasks: [{ id: t, type: ${JOB} }] }`)

  assert.deepEqual(player.histories, {
    all: 'CREATED RUNNING FAILED',
    inline: 'CREATED FAILED',
    job: 'CREATED FAILED',
    group: 'CREATED FAILED',
  })
  assert.equal(player.run('inline').attempts.length, 0)
  assert.equal(player.history, 'CREATED RUNNING FAILED')
})

test('a restart looks at the condition again where the task never began', () => {
  const player = play(`
tasks:
  - { id: t, type: ${JOB}, runIf: "{{ kv('go') }}" }`)
  player.answer('t', 'runIf:text', { error: 'there is no key "go"' })
  assert.equal(player.history, 'CREATED RUNNING FAILED')

  player.restart()
  player.answer('t', 'runIf:text', { value: 'false' })

  assert.equal(player.states['t'], 'SKIPPED')
  assert.equal(player.history, 'CREATED RUNNING FAILED RESTARTED RUNNING SUCCESS')
})

test('a condition is looked at once: neither a retry nor a lost worker asks again', () => {
  const player = play(`
tasks:
  - { id: t, type: ${JOB}, runIf: "{{ kv('go') }}", retry: { type: constant, interval: PT1S, maxAttempts: 2 } }`)
  player.answer('t', 'runIf:text', { value: 'true' })
  player.lose('t')
  assert.equal(player.run('t').epoch, 2)
  player.settle('t', 'FAILED')
  player.retry('t')

  assert.equal(player.run('t').epoch, 3)
  assert.equal(player.effects.filter(effect => effect.type === 'evaluate').length, 1)
})

test('a task whose template cannot be rendered fails with an attempt, and is tried again', () => {
  const player = play(`
tasks:
  - id: t
    type: core.debug.Return
    format: "{{ execution.state == 'RUNNING' ? ghost : 'fine' }}"
    retry: { type: constant, interval: PT1S, maxAttempts: 2 }`)
  assert.equal(player.states['t'], 'RETRYING')

  player.retry('t')

  assert.equal(player.run('t').attempts.length, 2)
})
