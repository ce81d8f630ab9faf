import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BASE_MS, JOB, play, replayOf } from './testing/player.ts'

const TWO = `tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]`

test('a pause by hand lets run what runs, and begins nothing until it is resumed', () => {
  const player = play(TWO)

  player.command({ name: 'pause' })
  player.settle('a')
  assert.equal(player.out, '')
  assert.equal(player.history, 'CREATED RUNNING PAUSED')
  player.command({ name: 'force-run' })

  assert.equal(player.out, 'b')
  player.settle('b')
  assert.equal(player.history, 'CREATED RUNNING PAUSED RUNNING SUCCESS')
})

test('a retry that is due during a pause waits for its end', () => {
  const player = play(`
tasks:
  - { id: a, type: ${JOB}, retry: { type: constant, interval: PT1S, maxAttempts: 2 } }`)
  player.command({ name: 'pause' })
  player.settle('a', 'FAILED')

  player.retry('a')
  assert.equal(player.out, '')
  player.command({ name: 'force-run' })

  assert.equal(player.out, 'a')
})

test('only a running execution can be paused, and a kill ends a paused one', () => {
  const player = play(TWO)
  player.command({ name: 'pause' })

  const again = player.command({ name: 'pause' })
  player.kill()
  player.settle('a', 'KILLED')

  assert.equal(again.refusals[0]?.code, 'wrong-state')
  assert.equal(player.state.state, 'KILLED')
})

test('an execution that waits for its hour begins at once when it is forced', () => {
  const player = play(TWO, { birth: { scheduledMs: BASE_MS + 60_000 } })
  assert.equal(player.history, 'CREATED')

  player.command({ name: 'force-run' })

  assert.equal(player.out, 'a')
  assert.equal(player.state.timers.size, 0)
  player.settle('a')
  player.settle('b')
  assert.equal(player.command({ name: 'force-run' }).refusals[0]?.code, 'wrong-state')
})

test('an execution stops before a breakpoint, and goes on to the next one', () => {
  const player = play(`tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }, { id: c, type: ${JOB} }]`, {
    birth: { breakpoints: [{ id: 'b' }] },
  })
  player.settle('a')
  assert.equal(player.history, 'CREATED RUNNING BREAKPOINT')
  assert.equal(player.histories['b'], 'CREATED BREAKPOINT')

  player.command({ name: 'resume-from-breakpoint', breakpoints: [{ id: 'c' }] })
  player.settle('b')

  assert.equal(player.history, 'CREATED RUNNING BREAKPOINT RUNNING BREAKPOINT')
  player.command({ name: 'resume-from-breakpoint' })
  player.settle('c')
  assert.equal(player.history, 'CREATED RUNNING BREAKPOINT RUNNING BREAKPOINT RUNNING SUCCESS')
  assert.equal(player.command({ name: 'resume-from-breakpoint' }).refusals[0]?.code, 'wrong-state')
})

test('a breakpoint may name one value of a loop, and comes with a replay', () => {
  const source = play(`
tasks:
  - id: each
    type: core.flow.ForEach
    values: [x, y]
    tasks: [{ id: a, type: ${JOB} }]`)
  source.settle('a[x]')
  source.settle('a[y]')

  const again = replayOf(source, { breakpoints: [{ id: 'a', value: 'y' }] })

  assert.equal(again.out, 'a[x]')
  again.settle('a[x]')
  assert.equal(again.history, 'CREATED RUNNING BREAKPOINT')
  again.kill()
  assert.equal(again.state.state, 'KILLED')
})

test('only a queued execution can be taken out of the queue', () => {
  const player = play(TWO)

  assert.equal(player.command({ name: 'unqueue', state: 'RUNNING' }).refusals[0]?.code, 'wrong-state')
})

test('a restart during a pause begins again what waits, and leaves alone what runs', () => {
  const player = play(`
tasks:
  - id: fan
    type: core.flow.Parallel
    tasks: [{ id: gate, type: core.flow.Pause }, { id: a, type: ${JOB} }]
  - { id: end, type: ${JOB} }`)
  assert.equal(player.state.state, 'PAUSED')

  player.restart()

  assert.equal(player.histories['gate'], 'CREATED RUNNING PAUSED RESTARTED RUNNING PAUSED')
  assert.equal(player.out, 'a')
  player.command({ name: 'resume' })
  player.settle('a')
  player.settle('end')
  assert.equal(player.state.state, 'SUCCESS')
})

test('what comes after an execution stops at no breakpoint', () => {
  const player = play(
    `
tasks: [{ id: a, type: ${JOB} }]
afterExecution: [{ id: z, type: ${JOB} }]`,
    { birth: { breakpoints: [{ id: 'z' }] } },
  )

  player.settle('a')

  assert.equal(player.out, 'z')
})

test('a run that comes to its breakpoint while another one waits is waited for afterwards, and can go on before', () => {
  const beside = `
tasks:
  - id: fan
    type: core.flow.Parallel
    tasks: [{ id: gate, type: core.flow.Pause }, { id: a, type: ${JOB} }]`
  const [first, second] = [0, 1].map(() => play(beside, { birth: { breakpoints: [{ id: 'a' }] } }))
  assert.ok(first && second)
  assert.equal(first.history, 'CREATED RUNNING PAUSED')
  assert.equal(first.states['a'], 'BREAKPOINT')

  first.command({ name: 'resume' })
  assert.equal(first.state.state, 'BREAKPOINT')
  first.command({ name: 'resume-from-breakpoint' })
  first.settle('a')
  assert.equal(first.state.state, 'SUCCESS')

  second.command({ name: 'resume-from-breakpoint' })
  assert.equal(second.state.state, 'PAUSED')
  second.settle('a')
  second.command({ name: 'resume' })
  assert.equal(second.state.state, 'SUCCESS')
})

test('a run that stands at its breakpoint ends with the group that fails around it', () => {
  const player = play(
    `
tasks:
  - id: fan
    type: core.flow.Parallel
    tasks:
      - { id: gate, type: core.flow.Pause }
      - { id: group, type: core.flow.Sequential, tasks: [{ id: b, type: ${JOB} }] }
      - { id: a, type: ${JOB} }`,
    { birth: { breakpoints: [{ id: 'b' }] } },
  )
  assert.equal(player.states['b'], 'BREAKPOINT')

  player.settle('a', 'FAILED')

  assert.equal(player.states['b'], 'FAILED')
  player.command({ name: 'resume' })
  assert.equal(player.state.state, 'FAILED')
})
