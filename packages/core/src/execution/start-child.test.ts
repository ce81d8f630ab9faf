// Subflow: what the end of the child makes of the task.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeValue } from '../std/value-json.ts'
import { plainRunId } from './context.ts'
import { play } from './testing/player.ts'
import type { FinalState } from './state.ts'

function subflow(more = ''): string {
  return `
tasks:
  - { id: sub, type: core.flow.Subflow, namespace: a.b, flowId: other${more} }
  - { id: next, type: core.debug.Return, format: x }`
}

const MAPPED: readonly (readonly [FinalState, string, FinalState])[] = [
  ['SUCCESS', '', 'SUCCESS'],
  ['WARNING', '', 'WARNING'],
  ['WARNING', ', allowWarning: true', 'SUCCESS'],
  ['FAILED', '', 'FAILED'],
  ['FAILED', ', allowFailure: true', 'WARNING'],
  ['FAILED', ', allowFailure: true, allowWarning: true', 'SUCCESS'],
  ['KILLED', '', 'KILLED'],
  ['CANCELLED', '', 'SUCCESS'],
  ['RETRIED', '', 'SUCCESS'],
  ['WARNING', ', transmitFailed: false', 'SUCCESS'],
  ['FAILED', ', transmitFailed: false', 'SUCCESS'],
  ['KILLED', ', transmitFailed: false', 'SUCCESS'],
]
for (const [child, flags, expected] of MAPPED) {
  test(`a child that ended ${child}${flags} makes the task ${expected}`, () => {
    const player = play(subflow(flags))

    player.childEnds('sub', child)

    assert.equal(player.states['sub'], expected)
  })
}

test('the outputs of the task tell the child, its real state and its outputs', () => {
  const player = play(subflow(', transmitFailed: false'))
  const childId = player.state.children.get(0)

  player.childEnds('sub', 'FAILED', { rows: 12 })

  assert.equal(
    encodeValue(player.run('sub').outputs ?? null),
    JSON.stringify({ executionId: childId, state: 'FAILED', outputs: { rows: 12 } }),
  )
})

test('the child is born with its parent, its depth and a trigger that names the run', () => {
  const player = play(subflow(', inputs: { name: "{{ flow.id }}" }, labels: { team: blue }'), {
    birth: {
      depth: 3,
      rootId: 'root',
      labels: [
        { key: 'system.correlationId', value: 'c' },
        { key: 'own', value: 'x' },
      ],
    },
  })

  const [born] = player.sent
  assert.ok(born?.type === 'create')
  const { birth } = born
  assert.deepEqual(birth.parentLink, { executionId: player.state.id, run: 0, isAwaited: true })
  assert.deepEqual([birth.depth, birth.rootId, birth.inputs], [4, 'root', { name: 'f' }])
  assert.deepEqual(birth.labels, [
    { key: 'system.correlationId', value: 'c' },
    { key: 'team', value: 'blue' },
  ])
  assert.equal(birth.trigger?.id, 'sub')
  assert.deepEqual(birth.trigger?.variables, {
    executionId: player.state.id,
    namespace: 'a.b',
    flowId: 'f',
    flowRevision: 3,
    taskId: 'sub',
    taskRunId: plainRunId(player.state.id, 0),
  })
})

test('a child that nobody waits for leaves the task a success at once', () => {
  const player = play(subflow(', wait: false'))

  assert.deepEqual(player.states, { sub: 'SUCCESS', next: 'SUCCESS' })
  const [born] = player.sent
  assert.ok(born?.type === 'create' && born.birth.parentLink?.isAwaited === false)
})

test('a child that cannot be started fails the task with the reason', () => {
  const player = play(subflow(), { childProblem: 'There is no flow "a.b.other".' })

  assert.deepEqual(player.states, { sub: 'FAILED' })
  assert.match(player.logs.join(), /There is no flow/)
})

test('a circle of calls ends at its depth', () => {
  const player = play(subflow(), { birth: { depth: 32 } })

  assert.deepEqual(player.states, { sub: 'FAILED' })
  assert.match(player.logs.join(), /LINEAGE_LIMIT/)
})

test('a child is heard once, and only the one that is waited for', () => {
  const player = play(subflow())
  const childId = player.state.children.get(0) ?? ''
  const ended = { type: 'child-ended', executionId: player.state.id, run: 0, state: 'SUCCESS' } as const

  assert.deepEqual(player.take({ ...ended, childId: 'stranger' }).events, [])
  player.take({ ...ended, childId })

  assert.deepEqual(player.take({ ...ended, childId }).events, [])
  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
})

test('a kill of the child alone is reported, the next tasks run, and the parent ends KILLED', () => {
  const player = play(subflow())

  player.childEnds('sub', 'KILLED')

  assert.deepEqual(player.states, { sub: 'KILLED', next: 'SUCCESS' })
  assert.equal(player.history, 'CREATED RUNNING KILLED')
})

test('each retry makes a new child', () => {
  const player = play(subflow(', retry: { type: constant, interval: PT1S, maxAttempts: 2 }'))
  player.childEnds('sub', 'FAILED')

  player.retry('sub')
  player.childEnds('sub', 'SUCCESS')

  const born = player.sent.filter(signal => signal.type === 'create').map(signal => signal.executionId)
  assert.equal(new Set(born).size, 2)
  assert.equal(player.run('sub').attempts.length, 2)
  assert.equal(player.states['sub'], 'SUCCESS')
})

test('a restart of the parent restarts the child that failed', () => {
  const player = play(subflow())
  const childId = player.state.children.get(0) ?? ''
  player.childEnds('sub', 'FAILED')

  player.restart()

  const parent = { executionId: player.state.id, run: 0 }
  assert.deepEqual(player.sent.at(-1), {
    type: 'command',
    executionId: childId,
    command: { name: 'restart', parent },
  })
  player.childEnds('sub', 'SUCCESS')
  assert.equal(player.history, 'CREATED RUNNING FAILED RESTARTED RUNNING SUCCESS')
})

test('a restart of the parent makes a new child where the task says so', () => {
  const player = play(subflow(', restartBehavior: NEW_EXECUTION'))
  player.childEnds('sub', 'FAILED')

  player.restart()

  assert.equal(player.sent.filter(signal => signal.type === 'create').length, 2)
})

test('when an execution ends its parent is told how, with the outputs', () => {
  const player = play(
    `
tasks: [{ id: t, type: core.debug.Return, format: x }]
outputs: [{ id: o, type: STRING, value: '{{ outputs.t.value }}' }]
afterExecution: [{ id: z, type: core.debug.Return, format: x }]`,
    { birth: { parentLink: { executionId: 'parent', run: 7, isAwaited: true } } },
  )

  assert.deepEqual(player.sent, [
    {
      type: 'child-ended',
      executionId: 'parent',
      run: 7,
      childId: player.state.id,
      state: 'SUCCESS',
      outputs: { o: 'x' },
    },
  ])
})
