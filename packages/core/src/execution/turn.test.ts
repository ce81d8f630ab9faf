import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeEvents } from './event-codec.ts'
import { play, type Player } from './testing/player.ts'
import { TURN_EVENTS_MAX } from './turn.ts'

function loop(iterations: number, more = ''): Player {
  const values = JSON.stringify(Array.from({ length: iterations }, (_, at) => `v${at}`))
  return play(
    `
tasks:
  - id: loop
    type: core.flow.ForEach
    values: '${values}'
    ${more}
    tasks: [{ id: t, type: core.debug.Return, format: '{{ taskrun.value }}' }]`,
    { isUnfolded: true },
  )
}

test('a flow of inline tasks runs to its end in one turn', () => {
  const player = play(
    'tasks: [{ id: a, type: core.debug.Return, format: x }, { id: b, type: core.log.Log, message: x }]',
  )

  assert.equal(player.turns.length, 1)
  assert.equal(player.turns[0]?.isUnfinished, false)
  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
})

test('a long loop crosses many turns, each within its budget, and ends', () => {
  const player = loop(10_000)

  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
  assert.equal(player.state.runs.length, 10_001)
  assert.ok(player.turns.length > 50, `${player.turns.length} turns`)
  for (const turn of player.turns) assert.ok(turn.events.length < TURN_EVENTS_MAX + 130, `${turn.events.length} events`)
  assert.equal(player.turns.filter(turn => !turn.isUnfinished).length, 1)
})

test('a long loop with all values at once ends as well', () => {
  const player = loop(10_000, 'concurrencyLimit: 0')

  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
})

test('time and journal grow with the length of a loop, not with its square', () => {
  loop(2_000)
  const [short, long] = [measure(2_500), measure(10_000)]

  assert.ok(long.bytes < short.bytes * 4.4, `${short.bytes} bytes, then ${long.bytes}`)
  // Four times as long is four times the work; ten leaves room for a busy machine, sixteen would be a square.
  assert.ok(long.ms < short.ms * 10, `${short.ms} ms, then ${long.ms} ms`)
})

test('a turn takes its signals in their order, and each gets its own answer', () => {
  const player = play(`tasks: [{ id: t, type: core.debug.Return, format: x }]`)
  const command = (name: 'kill' | 'restart') =>
    ({
      type: 'command',
      executionId: player.state.id,
      command: name === 'kill' ? { name, isCascading: false } : { name },
    }) as const

  const { refusals } = player.take(command('restart'), command('kill'), { type: 'wake', executionId: player.state.id })

  assert.deepEqual(
    refusals.map(refusal => refusal?.code),
    ['nothing-to-restart', 'wrong-state', undefined],
  )
})

test('a turn in which nothing happens is no turn of the journal', () => {
  const player = play(`tasks: [{ id: t, type: core.debug.Return, format: x }]`)
  const { turn } = player.state

  player.take({ type: 'wake', executionId: player.state.id })

  assert.equal(player.state.turn, turn)
})

function measure(iterations: number): { readonly ms: number; readonly bytes: number } {
  const startMs = performance.now()
  const player = loop(iterations)
  const ms = performance.now() - startMs
  const bytes = player.turns.reduce((sum, turn) => sum + encodeEvents(turn.events).length, 0)
  return { ms, bytes }
}
