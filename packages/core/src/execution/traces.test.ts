// The worked traces of the flow model, as the API shows them: one test per line of its table.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play } from './testing/player.ts'

test('T1: a failure, its handlers, and what comes after the end', () => {
  const player = play(`
tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }, { id: c, type: ${JOB} }]
errors: [{ id: e, type: ${JOB} }]
finally: [{ id: f, type: ${JOB} }]
afterExecution: [{ id: z, type: ${JOB} }]`)
  player.settle('a')
  player.settle('b', 'FAILED')
  player.settle('e')
  player.settle('f')
  assert.equal(player.history, 'CREATED RUNNING FAILED')
  player.settle('z')

  assert.deepEqual(player.shown, {
    execution: 'CREATED RUNNING FAILED',
    runs: [
      'a: CREATED SUBMITTED RUNNING SUCCESS | SUCCESS',
      'b: CREATED SUBMITTED RUNNING FAILED | FAILED',
      'e: CREATED SUBMITTED RUNNING SUCCESS | SUCCESS',
      'f: CREATED SUBMITTED RUNNING SUCCESS | SUCCESS',
      'z: CREATED SUBMITTED RUNNING SUCCESS | SUCCESS',
    ],
  })
})

test('T2: a loop over two values with two tasks', () => {
  const player = play(`
tasks:
  - id: loop
    type: core.flow.ForEach
    values: [x, y]
    tasks: [{ id: t1, type: core.debug.Return, format: x }, { id: t2, type: core.debug.Return, format: x }]`)

  assert.deepEqual(player.shown, {
    execution: 'CREATED RUNNING SUCCESS',
    runs: [
      'loop: CREATED RUNNING SUCCESS | SUCCESS',
      't1[x]: CREATED SUBMITTED RUNNING SUCCESS | SUCCESS',
      't2[x]: CREATED SUBMITTED RUNNING SUCCESS | SUCCESS',
      't1[y]: CREATED SUBMITTED RUNNING SUCCESS | SUCCESS',
      't2[y]: CREATED SUBMITTED RUNNING SUCCESS | SUCCESS',
    ],
  })
})

const THREE = 'retry: { type: constant, interval: PT1S, maxAttempts: 3 }'
const TRIED =
  'CREATED SUBMITTED RUNNING FAILED RETRYING CREATED SUBMITTED RUNNING FAILED RETRYING CREATED SUBMITTED RUNNING FAILED'

test('T4: a task at the top that is tried three times in vain', () => {
  const player = play(`
tasks: [{ id: t, type: ${JOB}, ${THREE} }]
errors: [{ id: e, type: core.debug.Return, format: x }]`)
  for (let attempt = 1; attempt <= 3; attempt++) {
    player.settle('t', 'FAILED')
    if (attempt < 3) player.retry('t')
  }

  assert.deepEqual(player.shown, {
    execution: 'CREATED RUNNING FAILED RETRYING RUNNING FAILED RETRYING RUNNING FAILED',
    runs: [`t: ${TRIED} | FAILED FAILED FAILED`, 'e: CREATED SUBMITTED RUNNING SUCCESS | SUCCESS'],
  })
})

test('T4: the same task inside a group', () => {
  const player = play(`
tasks: [{ id: g, type: core.flow.Parallel, tasks: [{ id: t, type: ${JOB}, ${THREE} }] }]`)
  for (let attempt = 1; attempt <= 3; attempt++) {
    player.settle('t', 'FAILED')
    if (attempt < 3) player.retry('t')
  }

  assert.deepEqual(player.shown, {
    execution: 'CREATED RUNNING RETRYING RUNNING RETRYING RUNNING FAILED',
    runs: ['g: CREATED RUNNING FAILED | FAILED', `t: ${TRIED} | FAILED FAILED FAILED`],
  })
})

test('T8: a subflow that is waited for', () => {
  const player = play('tasks: [{ id: sub, type: core.flow.Subflow, namespace: a.b, flowId: other }]')
  assert.equal(player.states['sub'], 'RUNNING')

  player.childEnds('sub', 'SUCCESS', { x: 1 })

  assert.deepEqual(player.shown, {
    execution: 'CREATED RUNNING SUCCESS',
    runs: ['sub: CREATED RUNNING SUCCESS | SUCCESS'],
  })
})

test('T9: a kill while one task of a Parallel runs and another waits', () => {
  const player = play(`
tasks:
  - id: all
    type: core.flow.Parallel
    tasks: [{ id: t1, type: ${JOB} }, { id: t2, type: ${JOB}, runIf: "{{ kv('x') }}" }]
errors: [{ id: e, type: ${JOB} }]
finally: [{ id: f, type: ${JOB} }]`)

  player.kill()
  assert.equal(player.history, 'CREATED RUNNING KILLING')
  player.settle('t1', 'KILLED')

  const { execution, runs } = player.shown
  assert.equal(execution, 'CREATED RUNNING KILLING KILLED')
  assert.deepEqual(runs, [
    'all: CREATED RUNNING KILLED | KILLED',
    't1: CREATED SUBMITTED RUNNING KILLED | KILLED',
    't2: CREATED KILLED | ',
  ])
})

test('T11: a restart after a failure, then all is well', () => {
  const player = play(`
tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }, { id: c, type: ${JOB} }]
errors: [{ id: e, type: core.debug.Return, format: x }]
finally: [{ id: f, type: core.debug.Return, format: x }]`)
  player.settle('a')
  player.settle('b', 'FAILED')
  assert.equal(player.order, 'a b e f')

  player.restart()
  assert.equal(player.order, 'a b')
  player.settle('b')
  player.settle('c')

  assert.deepEqual(player.shown, {
    execution: 'CREATED RUNNING FAILED RESTARTED RUNNING SUCCESS',
    runs: [
      'a: CREATED SUBMITTED RUNNING SUCCESS | SUCCESS',
      'b: CREATED SUBMITTED RUNNING FAILED RESTARTED SUBMITTED RUNNING SUCCESS | FAILED SUCCESS',
      'c: CREATED SUBMITTED RUNNING SUCCESS | SUCCESS',
      'f: CREATED SUBMITTED RUNNING SUCCESS | SUCCESS',
    ],
  })
})

test('T13: a task whose runIf is false', () => {
  const player = play(`tasks: [{ id: t, type: ${JOB}, runIf: 'false' }]`)

  assert.deepEqual(player.shown, {
    execution: 'CREATED RUNNING SUCCESS',
    runs: ['t: CREATED SKIPPED | SKIPPED'],
  })
})

const RENEWING = 'retry: { type: constant, interval: PT1S, maxAttempts: 3, behavior: CREATE_NEW_EXECUTION }'

test('T14: a nested task whose failure makes a new execution, until there have been three', () => {
  const flow = `tasks: [{ id: seq, type: core.flow.Sequential, tasks: [{ id: t, type: ${JOB}, ${RENEWING} }] }]
errors: [{ id: e, type: core.debug.Return, format: x }]`
  const first = play(flow)
  first.settle('t', 'FAILED')
  first.fire('renew')

  assert.deepEqual(first.shown, {
    execution: 'CREATED RUNNING RETRIED',
    runs: ['seq: CREATED RUNNING RETRIED | RUNNING', 't: CREATED SUBMITTED RUNNING FAILED RETRIED | FAILED'],
  })
  const born = first.sent.at(-1)
  assert.ok(born?.type === 'create')
  assert.deepEqual(
    [born.birth.parentId, born.birth.originalId, born.birth.attemptNumber],
    [first.state.id, first.state.id, 2],
  )

  const last = play(flow, { birth: { ...born.birth, attemptNumber: 3 } })
  last.settle('t', 'FAILED')

  assert.equal(last.shown.execution, 'CREATED RUNNING FAILED')
  assert.equal(last.order, 'seq t e')
})

test('T14: the same task at the top', () => {
  const player = play(`tasks: [{ id: t, type: ${JOB}, ${RENEWING} }]`)

  player.settle('t', 'FAILED')

  assert.equal(player.shown.execution, 'CREATED RUNNING FAILED RETRIED')
  assert.equal(player.isEnded, true)
})

test('T15: a task that is allowed to fail', () => {
  const player = play(`
tasks: [{ id: a, type: ${JOB}, allowFailure: true }, { id: b, type: ${JOB} }]
errors: [{ id: e, type: ${JOB} }]`)
  player.settle('a', 'FAILED')
  player.settle('b')

  assert.deepEqual(player.shown, {
    execution: 'CREATED RUNNING WARNING',
    runs: ['a: CREATED SUBMITTED RUNNING WARNING | FAILED', 'b: CREATED SUBMITTED RUNNING SUCCESS | SUCCESS'],
  })
})

test('T17: flow outputs that cannot be rendered', () => {
  const player = play(`
tasks: [{ id: one, type: core.debug.Return, format: x }]
errors: [{ id: never, type: ${JOB} }]
outputs: [{ id: o, type: STRING, value: '{{ outputs.one.ghost }}' }]
afterExecution: [{ id: after, type: core.debug.Return, format: '{{ execution.state }}' }]`)

  assert.equal(player.shown.execution, 'CREATED RUNNING SUCCESS FAILED')
  assert.equal(player.order, 'one after')
  assert.deepEqual(player.run('after').outputs, { value: 'FAILED' })
  assert.equal(player.state.outputs, undefined)
})
