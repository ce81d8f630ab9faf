import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ID, JOB, play, type Player } from '../execution/testing/player.ts'
import type { Answer } from '../execution/event.ts'
import type { TurnResult } from '../execution/turn.ts'

const AFTER = '{ id: after, type: core.debug.Return, format: "{{ tasks.gate.state }}" }'

function pausing(properties: string, more = ''): string {
  return `tasks: [{ id: gate, type: core.flow.Pause${properties} }, ${AFTER}]\n${more}`
}

function resume(player: Player, answer: Answer & { readonly run?: number } = {}): TurnResult {
  return player.take({ type: 'command', executionId: ID, command: { name: 'resume', ...answer } })
}

test('a Pause waits for a resume, then the flow goes on', () => {
  const player = play(pausing(''))

  assert.equal(player.history, 'CREATED RUNNING PAUSED')
  resume(player, { by: 'ada' })

  assert.equal(player.history, 'CREATED RUNNING PAUSED RESTARTED RUNNING SUCCESS')
  assert.deepEqual(player.histories['gate'], 'CREATED RUNNING PAUSED SUCCESS')
  assert.deepEqual(player.run('gate').outputs, {
    resumed: { by: 'ada', on: '2031-04-05T06:07:08.000Z', to: 'RUNNING' },
  })
  assert.deepEqual(player.run('after').outputs, { value: 'SUCCESS' })
})

test('a second resume is refused', () => {
  const player = play(`tasks: [{ id: gate, type: core.flow.Pause }, { id: job, type: ${JOB} }]`)
  resume(player)

  assert.equal(resume(player).refusals[0]?.code, 'wrong-state')
})

test('tasks of a Pause begin with the resume, and its finally follows them', () => {
  const player = play(
    pausing(`, tasks: [{ id: inside, type: ${JOB} }], finally: [{ id: last, type: core.debug.Return, format: x }]`),
  )
  assert.equal(player.order, 'gate')
  resume(player)
  player.settle('inside')

  assert.equal(player.order, 'gate inside last after')
  assert.equal(player.histories['gate'], 'CREATED RUNNING PAUSED RUNNING SUCCESS')
})

for (const [behavior, run, execution] of [
  ['RESUME', 'SUCCESS', 'CREATED RUNNING PAUSED RESTARTED RUNNING SUCCESS'],
  ['WARN', 'WARNING', 'CREATED RUNNING PAUSED RESTARTED RUNNING WARNING'],
  ['FAIL', 'FAILED', 'CREATED RUNNING PAUSED RESTARTED RUNNING FAILED'],
  ['CANCEL', 'CANCELLED', 'CREATED RUNNING PAUSED CANCELLED'],
] as const) {
  test(`the behavior ${behavior} says what the end of the duration means`, () => {
    const player = play(pausing(`, pauseDuration: PT5M, behavior: "{{ '${behavior}' }}"`))
    player.fire('delay:0')

    assert.equal(player.states['gate'], run)
    assert.equal(player.history, execution)
    assert.equal(player.isEnded, true)
    assert.equal('after' in player.states, behavior === 'RESUME' || behavior === 'WARN')
  })
}

test('a resume before the duration succeeds whatever the behavior, and the timer goes', () => {
  const player = play(pausing(', delay: PT5M, behavior: FAIL'))
  resume(player)

  assert.equal(player.states['gate'], 'SUCCESS')
  assert.equal(player.state.timers.size, 0)
})

test('a Pause that is not resumed within its timeout fails, and errors run', () => {
  const player = play(pausing(', timeout: PT1S', 'errors: [{ id: e, type: core.debug.Return, format: x }]'))
  player.fire('timeout:0')

  assert.deepEqual(player.states, { gate: 'FAILED', e: 'SUCCESS' })
  assert.equal(player.history, 'CREATED RUNNING PAUSED RESTARTED RUNNING FAILED')
  assert.match(player.logs.join(), /timeout/)
})

test('with a duration and a timeout only the duration counts', () => {
  const player = play(pausing(', timeout: PT1S, pauseDuration: PT5S'))

  assert.deepEqual([...player.state.timers.keys()], ['delay:0'])
})

test('a delay that renders to nothing waits for a person', () => {
  const player = play(pausing(', delay: "{{ null }}"'))

  assert.equal(player.state.timers.size, 0)
  assert.equal(player.states['gate'], 'PAUSED')
})

test('a duration that is none fails the task', () => {
  const player = play(pausing(', pauseDuration: "{{ \'soon\' }}"'))

  assert.equal(player.states['gate'], 'FAILED')
  assert.match(player.logs.join(), /must be an ISO 8601 duration/)
})

test('what the person answered is an output', () => {
  const player = play(pausing(', onResume: [{ id: why, type: STRING }]'))
  resume(player, { inputs: { why: 'because' } })

  assert.deepEqual(player.run('gate').outputs?.['onResume' as never], { why: 'because' })
})

test('a resume without answers takes the defaults, and is refused when one is missing', () => {
  const player = play(pausing(', onResume: [{ id: why, type: STRING }, { id: n, type: INT, defaults: 3 }]'))
  const refused = resume(player).refusals[0]
  assert.equal(refused?.code, 'invalid-inputs')
  assert.equal(player.states['gate'], 'PAUSED')

  const other = play(pausing(', onResume: [{ id: n, type: INT, defaults: 3 }]'))
  resume(other)
  assert.deepEqual(other.run('gate').outputs?.['onResume' as never], { n: 3 })
})

test('the end of the duration does not wait for required answers', () => {
  const player = play(
    pausing(', pauseDuration: PT1S, onResume: [{ id: why, type: STRING }, { id: n, type: INT, defaults: 3 }]'),
  )
  player.fire('delay:0')

  assert.deepEqual(player.run('gate').outputs?.['onResume' as never], { n: 3 })
})

test('onPause runs while the execution waits', () => {
  const player = play(pausing(`, onPause: { id: tell, type: ${JOB} }`))

  assert.equal(player.out, 'tell')
  assert.equal(player.history, 'CREATED RUNNING PAUSED')
  player.settle('tell')
  assert.equal(player.states['gate'], 'PAUSED')
  resume(player)
  assert.equal(player.history, 'CREATED RUNNING PAUSED RESTARTED RUNNING SUCCESS')
})

const BRANCHES = `
tasks:
  - id: all
    type: core.flow.Parallel
    tasks:
      - { id: first, type: core.flow.Pause }
      - { id: second, type: core.flow.Pause }
      - id: other
        type: core.flow.Sequential
        tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]`

test('while one branch waits the others go on', () => {
  const player = play(BRANCHES)
  player.settle('a')

  assert.equal(player.out, 'b')
  assert.equal(player.history, 'CREATED RUNNING PAUSED')
})

test('a resume goes to the first that waits, or to the one it names, and the execution stays paused until none waits', () => {
  const player = play(BRANCHES)
  resume(player, { run: player.run('second').ordinal })
  assert.deepEqual([player.states['first'], player.states['second']], ['PAUSED', 'SUCCESS'])
  assert.equal(player.history, 'CREATED RUNNING PAUSED')
  resume(player)
  assert.equal(player.states['first'], 'SUCCESS')
  assert.equal(player.history, 'CREATED RUNNING PAUSED RESTARTED RUNNING')
})

test('a kill ends the wait', () => {
  const player = play(pausing('', 'errors: [{ id: e, type: core.debug.Return, format: x }]'))
  player.kill()

  assert.equal(player.shown.execution, 'CREATED RUNNING PAUSED RESTARTED KILLING KILLED')
  assert.deepEqual(player.shown.runs, ['gate: CREATED RUNNING PAUSED KILLED | KILLED'])
})

test('a Wait goes on after its time', () => {
  const player = play(`tasks: [{ id: gate, type: core.flow.Wait, pauseDuration: PT1M }, ${AFTER}]`)
  player.fire('delay:0')

  assert.equal(player.history, 'CREATED RUNNING PAUSED RESTARTED RUNNING SUCCESS')
})
