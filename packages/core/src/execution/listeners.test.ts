import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play } from './testing/player.ts'

const on = (states: string): string => `[{ type: core.condition.ExecutionStatus, in: [${states}] }]`
const LISTENERS = `
listeners:
  - conditions: ${on('SUCCESS, WARNING')}
    tasks: [{ id: well1, type: core.execution.Fail }, { id: well2, type: core.debug.Return, format: "{{ execution.state }}" }]
  - conditions: ${on('FAILED')}
    tasks: [{ id: badly, type: core.debug.Return, format: "{{ execution.state }}" }]
  - tasks: [{ id: always, type: ${JOB} }]
afterExecution: [{ id: last, type: core.debug.Return, format: x }]`

test('listeners whose conditions hold run when the execution is over, before what comes after it, and change nothing', () => {
  const player = play(`tasks: [{ id: t, type: ${JOB} }]${LISTENERS}`)
  player.settle('t')
  assert.equal(player.isEnded, false)
  player.settle('always')

  assert.equal(player.order, 't well1 well2 always last')
  assert.deepEqual(player.run('well2').outputs, { value: 'SUCCESS' })
  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
  assert.equal(player.isEnded, true)
})

test('they are judged again after a restart', () => {
  const player = play(`tasks: [{ id: t, type: ${JOB} }]${LISTENERS}`)
  player.settle('t', 'FAILED')
  player.settle('always')
  assert.equal(player.order, 't badly always last')

  player.restart()
  player.settle('t')
  player.settle('always')

  assert.equal(player.order, 't well1 well2 always last')
})

test('a condition that cannot be judged does not hold, and a disabled task does not run', () => {
  const player = play(`
tasks: [{ id: t, type: core.debug.Return, format: x }]
listeners:
  - conditions: [{ type: core.condition.Expression, expression: "{{ ghost }}" }]
    tasks: [{ id: never, type: ${JOB} }]
  - conditions: [{ type: core.condition.Expression, expression: "{{ kv('answer') }}" }]
    tasks: [{ id: nor, type: ${JOB} }]
  - conditions: [{ type: core.condition.Expression, expression: "{{ outputs.t.value == 'x' }}" }]
    tasks: [{ id: off, type: ${JOB}, disabled: true }, { id: heard, type: core.debug.Return, format: x }]`)

  assert.equal(player.order, 't heard')
  assert.equal(player.isEnded, true)
})
