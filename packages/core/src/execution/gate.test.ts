import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Admission } from './gate.ts'
import { ID, JOB, play, type PlayOptions, type Player } from './testing/player.ts'

const KEYS = ['flow/main/a.b/f']
const GRANTED: Admission = { type: 'granted', keys: KEYS }
const WAITS: Admission = { type: 'waits', keys: KEYS }
const FLOW = `
tasks:
  - { id: t, type: ${JOB} }
errors: [{ id: e, type: ${JOB} }]
afterExecution: [{ id: after, type: io.kestra.plugin.core.debug.Return, format: x }]`

test('who is granted a place runs, and holds it until what comes after has ended', () => {
  const player = playWith(() => GRANTED)

  assert.deepEqual(player.state.slot, { type: 'holds', keys: KEYS })
  player.settle('t')

  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
  assert.equal(player.state.slot, undefined)
})

test('who must wait is queued and begins nothing until a place is its own', () => {
  const player = playWith(() => WAITS)
  assert.equal(player.history, 'CREATED QUEUED')
  assert.equal(player.order, '')

  player.take({ type: 'limit-granted', executionId: ID })
  player.settle('t')

  assert.equal(player.history, 'CREATED QUEUED RUNNING SUCCESS')
  assert.deepEqual(player.states, { t: 'SUCCESS', after: 'SUCCESS' })
})

test('who is refused has no task run at all', () => {
  const refused = (to: 'CANCELLED' | 'FAILED'): Player =>
    playWith(() => ({ type: 'refused', keys: KEYS, to, reason: 'full' }))

  assert.deepEqual([refused('CANCELLED').history, refused('FAILED').history], ['CREATED CANCELLED', 'CREATED FAILED'])
  assert.equal(refused('FAILED').order, '')
  assert.equal(refused('FAILED').isEnded, true)
})

test('a queued execution that is killed never runs, and a place that comes later changes nothing', () => {
  const player = playWith(() => WAITS, 'tasks: [{ id: t, type: io.kestra.plugin.core.log.Log, message: m }]')

  player.kill()
  player.take({ type: 'limit-granted', executionId: ID })

  assert.equal(player.history, 'CREATED QUEUED KILLING KILLED')
  assert.equal(player.order, '')
  assert.equal(player.state.slot, undefined)
})

test('a restarted execution passes the gate again, and what failed runs when it is let in', () => {
  let admission: Admission = GRANTED
  const player = playWith(() => admission)
  player.settle('t', 'FAILED')
  player.settle('e')
  admission = WAITS

  player.restart()
  assert.equal(player.history, 'CREATED RUNNING FAILED RESTARTED QUEUED')
  assert.equal(player.out, '')
  player.take({ type: 'limit-granted', executionId: ID })
  player.settle('t')

  assert.equal(player.history, 'CREATED RUNNING FAILED RESTARTED QUEUED RUNNING SUCCESS')
})

test('a restarted execution that is refused ends, and what was to run again is killed', () => {
  let admission: Admission = GRANTED
  const player = playWith(() => admission)
  player.settle('t', 'FAILED')
  player.settle('e')
  admission = { type: 'refused', keys: KEYS, to: 'CANCELLED', reason: 'full' }

  player.restart()

  assert.equal(player.history, 'CREATED RUNNING FAILED RESTARTED CANCELLED')
  assert.equal(player.run('t').state, 'KILLED')
  assert.equal(player.isEnded, true)
})

test('unqueue lets it in beyond the limit, or ends it where it stands', () => {
  const running = playWith(() => WAITS)
  const cancelled = playWith(() => WAITS)
  running.take({ type: 'command', executionId: ID, command: { name: 'unqueue', state: 'RUNNING' } })
  cancelled.take({ type: 'command', executionId: ID, command: { name: 'unqueue', state: 'CANCELLED' } })

  assert.deepEqual(running.state.slot, { type: 'holds', keys: KEYS, isForced: true })
  assert.equal(running.out, 't')
  assert.equal(cancelled.history, 'CREATED QUEUED CANCELLED')
  assert.equal(cancelled.isEnded, true)
})

test('unqueue refuses what is not queued, and states that a queue does not lead to', () => {
  const player = playWith(() => WAITS)
  const refusalOf = (state: string): string | undefined =>
    player.take({ type: 'command', executionId: ID, command: { name: 'unqueue', state } }).refusals[0]?.code

  assert.equal(refusalOf('PAUSED'), 'invalid-state')
  assert.equal(refusalOf('RUNNING'), undefined)
  assert.equal(refusalOf('RUNNING'), 'wrong-state')
})

test('force-run starts what waits for its hour or for a place, and refuses what has ended', () => {
  const later = playWith(() => WAITS, FLOW, { birth: { scheduledMs: Date.UTC(2032, 0) } })
  assert.equal(later.history, 'CREATED')
  later.take({ type: 'command', executionId: ID, command: { name: 'force-run' } })
  assert.equal(later.history, 'CREATED RUNNING')
  assert.deepEqual([...later.state.timers.keys()], [])

  const queued = playWith(() => WAITS)
  queued.take({ type: 'command', executionId: ID, command: { name: 'force-run' } })
  queued.settle('t')
  assert.equal(queued.history, 'CREATED QUEUED RUNNING SUCCESS')
  const { refusals } = queued.take({ type: 'command', executionId: ID, command: { name: 'force-run' } })
  assert.equal(refusals[0]?.code, 'wrong-state')
})

function playWith(admit: () => Admission, flow: string = FLOW, more: PlayOptions = {}): Player {
  return play(flow, { ...more, admit })
}
