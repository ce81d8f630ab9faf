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

test('a condition that cannot be rendered is a failure whatever is allowed, and shows no attempt', () => {
  const tolerant = "runIf: '{{ ghost }}', allowFailure: true"
  const player = play(`
labels: { dialect: "2" }
tasks:
  - id: all
    type: core.flow.Parallel
    onChildFailure: CONTINUE
    tasks:
      - { id: leaf, type: core.debug.Return, format: x, ${tolerant} }
      - { id: group, type: core.flow.Sequential, ${tolerant}, tasks: [{ id: t, type: ${JOB} }] }
      - { id: mark, type: core.execution.Labels, labels: {}, ${tolerant} }
      - { id: call, type: core.flow.Subflow, namespace: a.b, flowId: g, ${tolerant} }`)

  assert.deepEqual(player.shown.runs, [
    'all: CREATED RUNNING FAILED | FAILED',
    'leaf: CREATED FAILED | ',
    'group: CREATED FAILED | ',
    'mark: CREATED FAILED | ',
    'call: CREATED FAILED | ',
  ])
})

test('what is skipped has that as its one attempt, groups too', () => {
  const player = play(`
tasks:
  - { id: leaf, type: core.debug.Return, format: x, runIf: 'false' }
  - { id: group, type: core.flow.Sequential, runIf: '0', tasks: [{ id: t, type: ${JOB} }] }
  - { id: rest, type: core.flow.Pause, runIf: '' }
  - { id: mark, type: core.execution.Labels, labels: {}, runIf: '-0' }
  - { id: call, type: core.flow.Subflow, namespace: a.b, flowId: g, runIf: 'false' }`)

  assert.deepEqual(
    player.shown.runs,
    ['leaf', 'group', 'rest', 'mark', 'call'].map(name => `${name}: CREATED SKIPPED | SKIPPED`),
  )
})

test('a subflow that cannot be made is tried again as one that failed, and then is a failure', () => {
  const player = play(
    `
tasks:
  - id: call
    type: core.flow.Subflow
    namespace: a.b
    flowId: gone
    allowFailure: true
    retry: { type: constant, interval: PT1S, maxAttempts: 2 }`,
    { childProblem: 'there is no flow "gone"' },
  )
  assert.equal(player.states['call'], 'RETRYING')

  player.retry('call')

  assert.deepEqual(player.shown, {
    execution: 'CREATED RUNNING FAILED RETRYING RUNNING FAILED',
    runs: ['call: CREATED FAILED RETRYING CREATED FAILED | FAILED FAILED'],
  })
})

test('a group that cannot be opened was begun, and a change that cannot be made was not', () => {
  const player = play(`
tasks:
  - { id: which, type: core.flow.If, condition: '{{ ghost }}', allowFailure: true, then: [{ id: t, type: ${JOB} }] }
  - { id: vars, type: core.execution.SetVariables, variables: { a: '{{ ghost }}' } }`)

  assert.deepEqual(player.shown.runs, ['which: CREATED RUNNING WARNING | WARNING', 'vars: CREATED FAILED | FAILED'])
})

test('a restart opens a group again without a step between, and begins a task again with one', () => {
  const player = play(`
tasks:
  - { id: which, type: core.flow.If, condition: '{{ ghost }}', then: [{ id: t, type: ${JOB} }] }`)

  player.restart()

  assert.deepEqual(player.shown, {
    execution: 'CREATED RUNNING FAILED RESTARTED RUNNING FAILED',
    runs: ['which: CREATED RUNNING FAILED RUNNING FAILED | FAILED'],
  })
})
