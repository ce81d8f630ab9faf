import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Admission } from './gate.ts'
import { KILL_SWITCH_LABEL, type SwitchedOff } from './kill-switch.ts'
import { JOB, play, type Player } from './testing/player.ts'

const FLOW = `
tasks:
  - id: both
    type: core.flow.Parallel
    tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]
  - { id: next, type: ${JOB} }
errors: [{ id: e, type: ${JOB} }]`

function off(how: SwitchedOff['how']): SwitchedOff {
  return { how, by: 'payments' }
}

function begin(how: SwitchedOff['how']): Player {
  return play(FLOW, { admit: (): Admission => ({ type: 'switched-off', ...off(how) }) })
}

function labelOf({ state }: Player): string | undefined {
  return state.labels.find(({ key }) => key === KILL_SWITCH_LABEL)?.value
}

test('what begins under a switch has no task run and says which switch it was', () => {
  const [killed, cancelled] = [begin('KILL'), begin('CANCEL')]

  assert.deepEqual([killed.history, cancelled.history], ['CREATED KILLING KILLED', 'CREATED CANCELLED'])
  for (const player of [killed, cancelled]) {
    assert.equal(player.order, '')
    assert.equal(player.isEnded, true)
    assert.equal(labelOf(player), 'payments')
  }
})

test('what is ignored is held, and goes on when it is released after the switch is gone', () => {
  let admission: Admission | undefined = { type: 'switched-off', ...off('IGNORE') }
  const player = play(FLOW, { admit: () => admission })
  assert.equal(player.history, 'CREATED')
  assert.equal(player.state.isHeld, true)

  player.command({ name: 'release' })
  assert.equal(player.state.isHeld, true)
  admission = undefined
  player.command({ name: 'release' })

  assert.equal(player.history, 'CREATED RUNNING')
  assert.equal(player.out, 'a b')
})

test('what runs is killed at once, with whatever it has out', () => {
  const player = play(FLOW)

  const { effects } = player.command({ name: 'switch-off', ...off('KILL') })

  assert.equal(effects.filter(({ type }) => type === 'kill-job').length, 2)
  player.settle('a', 'KILLED')
  player.settle('b', 'KILLED')
  assert.equal(player.history, 'CREATED RUNNING KILLING KILLED')
  assert.equal(labelOf(player), 'payments')
})

test('what is cancelled begins nothing more, and ends when what runs has ended', () => {
  const player = play(FLOW)

  player.command({ name: 'switch-off', ...off('CANCEL') })
  assert.equal(player.history, 'CREATED RUNNING CANCELLED')
  assert.equal(player.isEnded, false)
  player.settle('a')
  assert.equal(player.isEnded, false)
  player.settle('b', 'FAILED')

  assert.equal(player.isEnded, true)
  assert.equal(player.history, 'CREATED RUNNING CANCELLED')
  assert.equal(player.order.includes('next'), false)
})

test('what waits for its hour is switched off as well, and nobody forces it past a switch', () => {
  const birth = { scheduledMs: Date.UTC(2032, 0) }
  const told = play(FLOW, { birth })
  told.command({ name: 'switch-off', ...off('CANCEL') })
  assert.equal(told.history, 'CREATED CANCELLED')
  assert.equal(told.isEnded, true)
  assert.deepEqual([...told.state.timers.keys()], [])

  for (const how of ['KILL', 'CANCEL'] as const) {
    const forced = play(FLOW, { birth, admit: (): Admission => ({ type: 'switched-off', ...off(how) }) })
    assert.equal(forced.history, 'CREATED')
    forced.command({ name: 'force-run' })
    assert.equal(forced.isEnded, true)
    assert.equal(forced.order, '')
    assert.deepEqual([...forced.state.timers.keys()], [])
  }
})

test('a switch finds nothing to do where everything has ended or is being killed', () => {
  const ended = play('tasks: [{ id: t, type: io.kestra.plugin.core.log.Log, message: m }]')
  const killed = play(FLOW)
  killed.kill()

  for (const player of [ended, killed])
    assert.equal(player.command({ name: 'switch-off', ...off('CANCEL') }).refusals[0]?.code, 'wrong-state')
})
