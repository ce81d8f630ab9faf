import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play } from './testing/player.ts'

test('a failure beside a task that waits for a person stops it, and the execution waits no more', () => {
  const player = play(`
labels: { dialect: "2" }
tasks:
  - id: all
    type: core.flow.Parallel
    tasks:
      - { id: waits, type: core.flow.Approval }
      - { id: fails, type: ${JOB} }`)
  assert.equal(player.history, 'CREATED RUNNING PAUSED')

  player.settle('fails', 'FAILED')

  assert.equal(player.states['waits'], 'FAILED')
  assert.equal(player.history, 'CREATED RUNNING PAUSED RUNNING FAILED')
})

test('a task that still waits when its iteration has ended is stopped, and the execution waits no more', () => {
  const player = play(`
labels: { dialect: "2" }
tasks:
  - id: loop
    type: core.flow.Loop
    values: [x]
    tasks:
      - id: dag
        type: core.flow.Dag
        allowFailure: true
        tasks:
          - { task: { id: fails, type: ${JOB} } }
          - { task: { id: waits, type: core.flow.Pause } }
  - { id: end, type: ${JOB} }`)

  player.settle('fails', 'FAILED')

  assert.equal(player.state.paused, 0)
  assert.equal(player.out, 'end')
  player.settle('end')
  assert.equal(player.state.state, 'WARNING')
})

test('the next pass of a loop begins although a task of the one before still waited', () => {
  const player = play(`
tasks:
  - id: again
    type: core.flow.LoopUntil
    condition: "false"
    checkFrequency: { interval: PT1S, maxIterations: 2 }
    tasks:
      - id: dag
        type: core.flow.Dag
        allowFailure: true
        tasks:
          - { task: { id: fails, type: ${JOB} } }
          - { task: { id: waits, type: core.flow.Pause } }`)
  player.settle('fails', 'FAILED')
  assert.equal(player.state.state, 'PAUSED')

  player.fire(`pass:${player.run('again').ordinal}`)

  assert.equal(player.out, 'fails')
  assert.equal(player.state.paused, 1)
  assert.equal(player.state.state, 'PAUSED')
})
