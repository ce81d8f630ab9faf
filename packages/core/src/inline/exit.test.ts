import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play } from '../execution/testing/player.ts'

function exiting(state: string, more = ''): string {
  return `
tasks:
  - id: both
    type: core.flow.Parallel
    tasks:
      - { id: long, type: ${JOB} }
      - id: short
        type: core.flow.Sequential
        tasks: [{ id: nap, type: ${JOB} }, { id: leave, type: core.execution.Exit, state: ${state} }]
  - { id: never, type: ${JOB} }
errors: [{ id: e, type: ${JOB} }]
finally: [{ id: f, type: ${JOB} }]
outputs: [{ id: o, type: STRING, value: x }]
${more}`
}

const AFTER = 'afterExecution: [{ id: z, type: core.debug.Return, format: "{{ execution.state }}" }]'

for (const state of ['SUCCESS', 'WARNING', 'FAILED', 'CANCELLED'] as const) {
  test(`an Exit with ${state} gives its state to task, ancestors and execution, and what runs goes on to its end`, () => {
    const player = play(exiting(state, AFTER))
    player.settle('nap')

    assert.equal(player.history, `CREATED RUNNING ${state}`)
    assert.deepEqual(player.states, {
      both: state,
      long: 'SUBMITTED',
      short: state,
      nap: 'SUCCESS',
      leave: state,
      z: 'SUCCESS',
    })
    assert.equal(player.isEnded, false)
    player.settle('long', 'FAILED')

    assert.equal(player.isEnded, true)
    assert.equal(player.history, `CREATED RUNNING ${state}`)
    assert.equal(player.run('z').outputs?.['value' as never], state)
    assert.equal(player.state.outputs, undefined)
  })
}

test('an Exit with KILLED stops what runs', () => {
  const player = play(exiting('KILLED'))
  player.settle('nap')

  assert.equal(player.history, 'CREATED RUNNING KILLED')
  assert.equal(player.states['long'], 'KILLED')
  assert.equal(player.isEnded, true)
  assert.ok(player.effects.some(effect => effect.type === 'kill-job'))
})

test('groups beside the Exit close when their last task has ended, and nothing more is begun in them', () => {
  const player = play(`
tasks:
  - id: both
    type: core.flow.Parallel
    tasks:
      - { id: seq, type: core.flow.Sequential, tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }] }
      - { id: gate, type: core.flow.Pause, pauseDuration: PT1H }
      - { id: leave, type: core.execution.Exit }`)
  assert.equal(player.state.state, 'SUCCESS')
  assert.equal(player.states['gate'], 'CANCELLED')
  player.settle('a')

  assert.equal(player.states['seq'], 'SUCCESS')
  assert.equal('b' in player.states, false)
  assert.equal(player.isEnded, true)
})

test('the old spelling is read, and an unknown state fails the task', () => {
  assert.equal(play('tasks: [{ id: x, type: core.execution.Exit, state: CANCELED }]').state.state, 'CANCELLED')
  assert.equal(play('tasks: [{ id: x, type: core.execution.Exit, state: "{{ \'GONE\' }}" }]').state.state, 'FAILED')
})
