import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play, type Player } from './testing/player.ts'

const FLOW = `
tasks:
  - id: group
    type: core.flow.Sequential
    tasks: [{ id: work, type: ${JOB} }, { id: next, type: ${JOB} }]
  - { id: end, type: ${JOB} }
errors: [{ id: handler, type: core.debug.Return, format: x }]`

function say(player: Player, name: string, state: string): string | undefined {
  const { refusals } = player.command({ name: 'change-run-state', run: player.run(name).ordinal, state })
  return refusals[0]?.code
}

test('a failed task that is declared successful is followed by the next one, and its error handler is gone', () => {
  const player = play(FLOW)
  player.settle('work', 'FAILED')

  say(player, 'work', 'SUCCESS')
  player.settle('next')
  player.settle('end')

  assert.equal(player.history, 'CREATED RUNNING FAILED RESTARTED RUNNING SUCCESS')
  assert.equal(player.histories['work'], 'CREATED SUBMITTED RUNNING FAILED SUCCESS')
  assert.equal(player.histories['group'], 'CREATED RUNNING FAILED RUNNING SUCCESS')
  assert.deepEqual(
    player.run('work').attempts.map(attempt => attempt.state),
    ['SUCCESS'],
  )
  assert.equal(player.states['handler'], undefined)
  assert.equal(player.state.attemptNumber, 1)
})

test('a successful task that is declared failed fails the execution, and its errors run', () => {
  const player = play(FLOW)
  for (const name of ['work', 'next', 'end']) player.settle(name)

  say(player, 'end', 'FAILED')

  assert.equal(player.history, 'CREATED RUNNING SUCCESS RESTARTED RUNNING FAILED')
  assert.equal(player.states['handler'], 'SUCCESS')
})

test('a task that is declared cancelled cancels the execution at once', () => {
  const player = play(FLOW)
  player.settle('work', 'FAILED')

  say(player, 'work', 'CANCELLED')

  assert.equal(player.history, 'CREATED RUNNING FAILED CANCELLED')
  assert.equal(player.isEnded, true)
  assert.equal(player.states['group'], 'CANCELLED')
})

test('the state of a run is refused while the execution runs, for a run that is not there, and for states that are no end', () => {
  const player = play(FLOW)

  assert.equal(say(player, 'work', 'SUCCESS'), 'wrong-state')
  assert.equal(say(player, 'work', 'RUNNING'), 'invalid-state')
  assert.equal(
    player.command({ name: 'change-run-state', run: 99, state: 'FAILED' }).refusals[0]?.code,
    'unknown-task-run',
  )
})

test('the status of an ended execution is a label: no task is touched', () => {
  const player = play(FLOW)
  const early = player.command({ name: 'change-status', state: 'SUCCESS' })
  player.settle('work', 'FAILED')

  player.command({ name: 'change-status', state: 'WARNING' })
  player.command({ name: 'change-status', state: 'WARNING' })
  player.command({ name: 'change-status', state: 'SUCCESS' })
  const odd = player.command({ name: 'change-status', state: 'RUNNING' })

  assert.equal(player.history, 'CREATED RUNNING FAILED WARNING SUCCESS')
  assert.equal(player.states['work'], 'FAILED')
  assert.deepEqual([early.refusals[0]?.code, odd.refusals[0]?.code], ['wrong-state', 'invalid-state'])
})

test('labels of an ended execution are replaced, those of the system stay', () => {
  const labels = [
    { key: 'team', value: 'blue' },
    { key: 'keep', value: 'me' },
    { key: 'system.correlationId', value: 'x' },
  ]
  const player = play(`tasks: [{ id: t, type: ${JOB} }]`, { birth: { labels } })
  const early = player.command({ name: 'set-labels', labels: [] })
  player.settle('t')

  player.command({ name: 'set-labels', labels: [{ key: 'team', value: 'red' }] })

  assert.equal(early.refusals[0]?.code, 'wrong-state')
  assert.deepEqual(player.state.labels, [
    { key: 'system.correlationId', value: 'x' },
    { key: 'team', value: 'red' },
  ])
})

test('when a waiting task is told how it ended, the questions of the tasks beside it are still answered', () => {
  const player = play(`
tasks:
  - id: all
    type: core.flow.Parallel
    tasks:
      - { id: waits, type: core.flow.Pause }
      - { id: asks, type: ${JOB}, runIf: "{{ kv('x') }}" }`)

  say(player, 'waits', 'SUCCESS')
  player.answer('asks', 'runIf:text', { value: 'true' })

  assert.equal(player.out, 'asks')
})

test('the hour of a Pause that was told how it ended is not waited for', () => {
  const player = play(`
tasks: [{ id: wait, type: core.flow.Pause, pauseDuration: PT1M }, { id: next, type: ${JOB} }]`)
  const run = player.run('wait').ordinal
  player.command({ name: 'change-run-state', run, state: 'SUCCESS' })

  assert.deepEqual([player.out, player.state.timers.size], ['next', 0])
})

test('a handler that runs is stopped when the run that it stands for is told otherwise', () => {
  const player = play(`
tasks: [{ id: bad, type: ${JOB} }]
errors: [{ id: both, type: core.flow.Parallel, tasks: [{ id: slow, type: ${JOB} }, { id: wait, type: core.flow.Pause }] }]`)
  player.settle('bad', 'FAILED')
  const slow = player.run('slow')
  player.command({ name: 'change-run-state', run: player.run('bad').ordinal, state: 'SUCCESS' })

  assert.equal(player.history, 'CREATED RUNNING PAUSED RESTARTED RUNNING SUCCESS')
  assert.ok(player.effects.some(effect => effect.type === 'kill-job' && effect.run === slow.ordinal))
})

test('telling how the hook of a Pause ended does not end the wait', () => {
  const player = play(`
tasks: [{ id: wait, type: core.flow.Pause, onPause: { id: tell, type: ${JOB} } }, { id: next, type: ${JOB} }]`)
  player.settle('tell', 'FAILED')
  const run = player.run('tell').ordinal
  const { refusals } = player.command({ name: 'change-run-state', run, state: 'SUCCESS' })

  assert.equal(refusals[0]?.code, 'wrong-state')
  assert.equal(player.states['wait'], 'PAUSED')
})

test('what ended while a person had paused the execution is seen when a run is told how it ended', () => {
  const player = play(`
tasks:
  - { id: a, type: ${JOB} }
  - { id: group, type: core.flow.Sequential, tasks: [{ id: b, type: ${JOB} }, { id: c, type: ${JOB} }] }`)
  player.settle('a')
  player.command({ name: 'pause' })
  player.settle('b')
  player.command({ name: 'change-run-state', run: player.run('a').ordinal, state: 'WARNING' })

  assert.equal(player.out, 'c')
})
