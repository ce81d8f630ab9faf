import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KILL_GRACE_MS } from './kill.ts'
import { JOB, play } from './testing/player.ts'

const NESTED = `
tasks:
  - id: outer
    type: core.flow.Sequential
    tasks:
      - id: inner
        type: core.flow.Parallel
        tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]
      - { id: never, type: ${JOB} }
errors: [{ id: e, type: ${JOB} }]
finally: [{ id: f, type: ${JOB} }]`

test('attempts that run are told to stop, and the execution is KILLED when the last of them has ended', () => {
  const player = play(NESTED)

  const { effects } = player.kill()

  assert.deepEqual(
    effects.filter(effect => effect.type === 'kill-job'),
    [
      { type: 'kill-job', run: 2, epoch: 1 },
      { type: 'kill-job', run: 3, epoch: 1 },
    ],
  )
  assert.equal(player.history, 'CREATED RUNNING KILLING')
  player.settle('a', 'KILLED')
  assert.equal(player.history, 'CREATED RUNNING KILLING')
  player.settle('b', 'KILLED')
  assert.equal(player.history, 'CREATED RUNNING KILLING KILLED')
})

test('groups end KILLED, the innermost first, and neither errors nor finally run', () => {
  const player = play(NESTED)
  player.kill()
  player.settle('a', 'KILLED')

  const { events } = player.settle('b', 'KILLED')

  const moved = events.flatMap(event =>
    event.type === 'run-moved' ? [player.nameOf(player.state.runs.at(event.run) ?? player.run('a'))] : [],
  )
  assert.deepEqual(moved, ['inner', 'outer'])
  assert.deepEqual(player.states, { outer: 'KILLED', inner: 'KILLED', a: 'KILLED', b: 'KILLED' })
})

test('an attempt that succeeds all the same keeps its state, and nothing follows it', () => {
  const player = play(NESTED)
  player.kill()
  player.settle('a', 'SUCCESS')
  player.settle('b', 'FAILED')

  assert.deepEqual([player.states['a'], player.states['b']], ['SUCCESS', 'KILLED'])
  assert.equal(player.history.split(' ').at(-1), 'KILLED')
  assert.equal(player.order, 'outer inner a b')
})

test('when the grace is over the execution goes on without what does not end, and late results are stale', () => {
  const player = play(NESTED)
  const late = player.settlement(player.run('b'), 'SUCCESS')
  player.kill()
  player.settle('a', 'KILLED')
  const killedMs = player.nowMs

  player.fire('kill')

  assert.equal(player.nowMs - killedMs, KILL_GRACE_MS)
  assert.equal(player.history.split(' ').at(-1), 'KILLED')
  assert.equal(player.states['b'], 'KILLED')
  assert.deepEqual(player.take(late).events, [])
})

test('a worker that is lost while its attempt is killed is as good as dead', () => {
  const player = play(NESTED)
  player.kill()
  player.lose('a')
  player.lose('b')

  assert.equal(player.history.split(' ').at(-1), 'KILLED')
})

test('a kill is taken once, and refused when all is over', () => {
  const player = play(NESTED)

  assert.deepEqual(player.kill().refusals, [undefined])
  assert.deepEqual(player.kill().events, [])
  player.settle('a', 'KILLED')
  player.settle('b', 'KILLED')

  assert.equal(player.kill().refusals[0]?.code, 'wrong-state')
  assert.equal(player.kill(true).refusals[0], undefined)
})

test('an execution that waits for its hour is killed without ever running', () => {
  const player = play(`tasks: [{ id: t, type: ${JOB} }]`, { birth: { scheduledMs: Date.UTC(2040, 0) } })
  assert.deepEqual([...player.state.timers.keys()], ['schedule'])

  player.kill()

  assert.equal(player.history, 'CREATED KILLING KILLED')
  assert.equal(player.state.timers.size, 0)
})

test('children are killed with a cascade, and waited for', () => {
  const player = play(`
tasks:
  - id: all
    type: core.flow.Parallel
    tasks:
      - { id: sub, type: core.flow.Subflow, namespace: a.b, flowId: other }
      - { id: t, type: ${JOB} }`)
  const childId = player.state.children.get(1)

  player.kill(true)

  assert.deepEqual(player.sent.at(-1), {
    type: 'command',
    executionId: childId,
    command: { name: 'kill', isCascading: true },
  })
  player.settle('t', 'KILLED')
  assert.equal(player.isEnded, false)
  player.childEnds('sub', 'KILLED')
  assert.equal(player.history.split(' ').at(-1), 'KILLED')
})

test('without a cascade the children go on, and are waited for up to the grace', () => {
  const player = play('tasks: [{ id: sub, type: core.flow.Subflow, namespace: a.b, flowId: other }]')

  player.kill()
  assert.equal(player.sent.length, 1)
  player.fire('kill')

  assert.equal(player.states['sub'], 'KILLED')
  assert.equal(player.history.split(' ').at(-1), 'KILLED')
})

test('flow outputs of a killed execution are not computed', () => {
  const player = play(`
tasks: [{ id: t, type: ${JOB} }]
outputs: [{ id: o, type: STRING, value: '{{ flow.id }}' }]`)
  player.kill()
  player.settle('t', 'KILLED')

  assert.equal(player.state.outputs, undefined)
})

test('a restart of a killed execution finds nothing to run again', () => {
  const player = play(`tasks: [{ id: t, type: ${JOB} }]`)
  player.kill()
  player.settle('t', 'KILLED')

  assert.equal(player.restart().refusals[0]?.code, 'nothing-to-restart')
})

test('the grace of the kill is not for what comes after the execution', () => {
  const player = play(`
tasks: [{ id: a, type: ${JOB} }]
afterExecution: [{ id: z, type: ${JOB} }]`)
  player.kill()
  player.settle('a', 'KILLED')

  assert.equal(player.history, 'CREATED RUNNING KILLING KILLED')
  assert.equal(player.out, 'z')
  assert.equal(player.state.timers.size, 0)
})

test('a kill does not wait for what the outputs of the flow had asked', () => {
  const player = play(`
tasks: [{ id: a, type: ${JOB} }]
afterExecution: [{ id: z, type: ${JOB} }]
outputs: [{ id: o, type: STRING, value: "{{ kv('x') }}" }]`)
  player.settle('a')
  assert.equal(player.state.asked.size, 1)
  player.kill()

  assert.equal(player.history, 'CREATED RUNNING KILLING KILLED')
  assert.equal(player.state.asked.size, 0)
})
