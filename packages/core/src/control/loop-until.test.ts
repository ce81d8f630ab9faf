import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ID, JOB, play } from '../execution/testing/player.ts'

interface Loop {
  readonly condition?: string
  readonly frequency?: string
  readonly more?: string
  readonly tasks?: string
  readonly head?: string
}

const PROBE = '{ id: probe, type: core.debug.Return, format: "{{ outputs.poll.iterationCount }}" }'

function loop({
  condition = '{{ false }}',
  frequency = 'interval: PT1S',
  more = '',
  tasks = PROBE,
  head = '',
}: Loop): string {
  return `${head}
tasks:
  - id: poll
    type: core.flow.LoopUntil
    condition: "${condition}"
    checkFrequency: { ${frequency} }
    tasks: [${tasks}]
    ${more}
  - { id: end, type: core.debug.Return, format: "{{ outputs.poll.iterationCount }} {{ outputs.probe.value ?? '' }}" }`
}

test('the passes go on until the condition holds, and the execution is paused between them', () => {
  const player = play(loop({ condition: "{{ outputs.probe.value == '3' }}" }))
  assert.equal(player.history, 'CREATED RUNNING PAUSED')
  player.fire('pass:0')
  player.fire('pass:0')

  assert.equal(player.history, 'CREATED RUNNING PAUSED RUNNING PAUSED RUNNING SUCCESS')
  assert.deepEqual(player.shown.runs, [
    'poll: CREATED RUNNING PAUSED RUNNING PAUSED RUNNING SUCCESS | SUCCESS',
    'probe: CREATED SUBMITTED RUNNING SUCCESS | SUCCESS',
    'end: CREATED SUBMITTED RUNNING SUCCESS | SUCCESS',
  ])
  assert.equal(player.run('end').outputs?.['value' as never], '3 3')
  assert.deepEqual([player.run('poll').iteration, player.run('probe').iteration], [2, 2])
})

test('of three passes dialect 1 runs three and dialect 2 four', () => {
  const frequency = 'interval: PT1S, maxIterations: 3'
  const first = play(loop({ frequency }))
  first.fire('pass:0')
  first.fire('pass:0')
  assert.equal(first.run('end').outputs?.['value' as never], '4 3')

  const second = play(loop({ frequency, head: 'labels: { dialect: "2" }' }))
  for (let pass = 0; pass < 3; pass++) second.fire('pass:0')
  assert.equal(second.run('end').outputs?.['value' as never], '4 4')
})

test('failOnMaxReached makes the maximum a failure', () => {
  const player = play(loop({ frequency: 'interval: PT1S, maxIterations: 1', more: 'failOnMaxReached: true' }))

  assert.deepEqual(player.shown.runs[0], 'poll: CREATED RUNNING FAILED | FAILED')
  assert.equal(player.state.state, 'FAILED')
})

test('the maximum of the duration counts from the creation of the loop', () => {
  const player = play(loop({ frequency: 'interval: PT1S, maxDuration: PT1.5S' }))
  player.fire('pass:0')
  assert.equal(player.state.state, 'PAUSED')
  player.fire('pass:0')

  assert.equal(player.state.state, 'SUCCESS')
})

test('a failed task without errors ends the loop at once', () => {
  const player = play(loop({ tasks: `{ id: job, type: ${JOB} }` }))
  player.settle('job', 'FAILED')

  assert.equal(player.states['poll'], 'FAILED')
  assert.equal(player.state.state, 'FAILED')
})

const HANDLED = { tasks: `{ id: job, type: ${JOB} }`, more: 'errors: [{ id: e, type: core.debug.Return, format: x }]' }

test('one errors task for one failed task completes the pass, and the loop goes on', () => {
  const player = play(loop({ ...HANDLED, condition: '{{ outputs.poll.iterationCount == 2 }}' }))
  player.settle('job', 'FAILED')
  assert.equal(player.history, 'CREATED RUNNING PAUSED')
  player.fire('pass:0')
  assert.equal('e' in player.states, false)
  player.settle('job')

  assert.equal(player.state.state, 'SUCCESS')
})

test('a condition that holds after a failed pass does not save the loop', () => {
  const player = play(loop({ ...HANDLED, condition: '{{ true }}' }))
  player.settle('job', 'FAILED')

  assert.deepEqual([player.states['poll'], player.states['e']], ['FAILED', 'SUCCESS'])
})

test('runs of errors that do not make up for the failed ones end the loop', () => {
  const tasks = `{ id: job, type: ${JOB} }, { id: next, type: ${JOB} }`
  const player = play(loop({ ...HANDLED, tasks }))
  player.settle('job', 'FAILED')

  assert.equal(player.states['poll'], 'FAILED')
})

test('a condition that cannot be rendered fails the loop, and its finally runs', () => {
  const more = 'finally: [{ id: last, type: core.debug.Return, format: x }]'
  const player = play(loop({ condition: '{{ ghost }}', more }))

  assert.deepEqual([player.states['poll'], player.states['last']], ['FAILED', 'SUCCESS'])
  assert.match(player.logs.join(), /ghost/)
})

test('a condition that asks the world asks again after every pass', () => {
  const player = play(loop({ condition: "{{ kv('n') == 2 }}" }))
  player.answer('poll', 'condition:text', { value: 'false' })
  player.fire('pass:0')
  player.answer('poll', 'condition:text', { value: 'true' })

  assert.equal(player.state.state, 'SUCCESS')
})

test('a resume does not wait for the interval', () => {
  const player = play(loop({ condition: '{{ outputs.poll.iterationCount == 2 }}' }))
  player.take({ type: 'command', executionId: ID, command: { name: 'resume' } })

  assert.equal(player.state.state, 'SUCCESS')
})

test('a kill between two passes ends the loop', () => {
  const player = play(loop({}))
  player.kill()

  assert.deepEqual([player.states['poll'], player.state.state], ['KILLED', 'KILLED'])
})

test('a loop that waits is closed by the failure of the group around it', () => {
  const player = play(`
tasks:
  - id: all
    type: core.flow.Parallel
    tasks:
      - { id: poll, type: core.flow.LoopUntil, condition: '{{ false }}', tasks: [${PROBE}] }
      - { id: job, type: ${JOB} }`)
  player.settle('job', 'FAILED')

  assert.equal(player.states['poll'], 'FAILED')
  assert.equal(player.history, 'CREATED RUNNING PAUSED RUNNING FAILED')
})

test('of the tasks of a loop inside of it nothing is left when the next pass begins', () => {
  const body = `{ id: each, type: core.flow.ForEach, values: [x], tasks: [{ id: seen, type: core.debug.Return, format: '{{ outputs.job is defined }}' }, { id: job, type: ${JOB} }] }`
  const player = play(loop({ tasks: body }))
  player.settle('job[x]', 'SUCCESS', { a: 1 })
  player.fire('pass:0')

  assert.equal(player.run('seen[x]').outputs?.['value' as never], 'false')
})

test('a Pause that a failure left in it cancels a loop that waits for its next pass: no hour of it is left', () => {
  const player = play(`
tasks:
  - id: again
    type: core.flow.LoopUntil
    condition: "false"
    tasks:
      - id: all
        type: core.flow.Parallel
        allowFailure: true
        tasks:
          - { id: wait, type: core.flow.Pause, pauseDuration: PT1S, behavior: CANCEL }
          - { id: bad, type: ${JOB} }
          - { id: slow, type: ${JOB} }`)
  player.settle('bad', 'FAILED')
  assert.equal(player.state.timers.has('pass:0'), true)

  player.fire(`delay:${player.run('wait').ordinal}`)

  assert.deepEqual([player.states['again'], [...player.state.timers.keys()]], ['CANCELLED', []])
})
