import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, ID, play } from './testing/player.ts'

test('a task waits for all before it that a restart began again, tolerated failures included', () => {
  const player = play(`
tasks:
  - { id: tolerant, type: io.kestra.plugin.core.flow.AllowFailure, tasks: [{ id: a, type: ${JOB} }] }
  - { id: b, type: ${JOB} }
  - { id: c, type: ${JOB} }`)
  player.settle('a', 'FAILED')
  player.settle('b', 'FAILED')

  player.restart()
  assert.equal(player.out, 'a b')
  player.settle('b')

  assert.equal(player.out, 'a')
  player.settle('a')
  assert.equal(player.out, 'c')
  player.settle('c')
  assert.equal(player.history, 'CREATED RUNNING FAILED RESTARTED RUNNING SUCCESS')
})

test('a task that ran before a restart is not followed until the one that began again before it has ended', () => {
  const player = play(`
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [x, y]
    concurrencyLimit: 2
    tasks:
      - { id: tolerant, type: io.kestra.plugin.core.flow.AllowFailure, tasks: [{ id: a, type: ${JOB} }] }
      - { id: b, type: ${JOB} }
      - { id: c, type: ${JOB} }`)
  player.settle('a[x]', 'FAILED')
  player.settle('b[x]')
  player.settle('a[y]')
  player.settle('b[y]', 'FAILED')
  player.settle('c[x]')
  assert.equal(player.isEnded, true)

  player.restart()

  assert.equal(player.out, 'a[x] b[y]')
  player.settle('b[y]')
  player.settle('c[y]')
  assert.equal(player.isEnded, false)
  player.settle('a[x]')
  assert.equal(player.history, 'CREATED RUNNING FAILED RESTARTED RUNNING SUCCESS')
})

test('a parent that asked for a restart which cannot be is told how its child ended', () => {
  const player = play('tasks: [{ id: t, type: io.kestra.plugin.core.debug.Return, format: x }]', {
    birth: { parentLink: { executionId: 'parent', run: 4, isAwaited: true } },
  })

  const { refusals } = player.restart()

  assert.equal(refusals[0]?.code, 'nothing-to-restart')
  assert.deepEqual(player.sent.at(-1), {
    type: 'child-ended',
    executionId: 'parent',
    run: 4,
    childId: ID,
    state: 'SUCCESS',
  })
})

test('flow outputs that asked the world ask again after a restart', () => {
  const player = play(`
tasks:
  - { id: t, type: ${JOB} }
outputs:
  - { id: o, type: STRING, value: "{{ kv('x') }}" }`)
  player.settle('t', 'FAILED')
  player.answer('', 'outputs.o:typed', { value: 'old' })
  assert.equal(player.isEnded, true)

  player.restart()
  player.settle('t')

  assert.equal(player.isEnded, false)
  player.answer('', 'outputs.o:typed', { value: 'new' })
  assert.deepEqual(player.state.outputs, { o: 'new' })
})

test('a restart of a task that waits forgets no question of the tasks beside it', () => {
  const player = play(`
tasks:
  - id: all
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - { id: waits, type: io.kestra.plugin.core.flow.Pause }
      - { id: asks, type: ${JOB}, runIf: "{{ kv('x') }}" }`)
  assert.equal(player.state.state, 'PAUSED')

  player.restart()
  player.answer('asks', 'runIf:text', { value: 'true' })

  assert.equal(player.out, 'asks')
  player.settle('asks')
  player.command({ name: 'resume' })
  assert.equal(player.history, 'CREATED RUNNING PAUSED RESTARTED RUNNING PAUSED RESTARTED RUNNING SUCCESS')
})

test('a task that waits in a group which has failed waits anew, and its group has still ended', () => {
  const player = play(`
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [x, y]
    concurrencyLimit: 1
    tasks:
      - id: all
        type: io.kestra.plugin.core.flow.Parallel
        allowFailure: true
        tasks:
          - { id: waits, type: io.kestra.plugin.core.flow.Pause }
          - { id: fails, type: ${JOB} }`)
  player.settle('fails[x]', 'FAILED')
  assert.equal(player.states['all[x]'], 'WARNING')
  const before = player.histories['all[x]']

  player.restart()

  assert.equal(player.histories['all[x]'], before)
  assert.equal(player.histories['waits[x]'], 'CREATED RUNNING PAUSED RESTARTED RUNNING PAUSED')
  player.settle('fails[y]')
  player.command({ name: 'resume' })
  player.command({ name: 'resume' })
  assert.equal(player.state.state, 'WARNING')
})

test('a loop asks again at the end of an iteration when the answer came too late for its first end', () => {
  const player = play(`
tasks:
  - id: all
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - id: loop
        type: io.kestra.plugin.core.flow.Loop
        values: [x]
        outputs: [{ id: o, type: STRING, value: "{{ kv('x') }}" }]
        tasks: [{ id: inner, type: ${JOB} }]
      - { id: fails, type: ${JOB} }`)
  player.settle('inner')
  const [asked] = [...player.state.asked]
  assert.ok(asked)
  player.settle('fails', 'FAILED')
  assert.equal(player.states['loop'], 'FAILED')

  player.restart()

  assert.deepEqual([...player.state.asked], [asked])
})

test('a Pause that is restarted while its hook runs waits again, and so does the execution', () => {
  const player = play(`tasks: [{ id: wait, type: core.flow.Pause, onPause: { id: tell, type: ${JOB} } }]`)
  player.restart()

  assert.equal(player.history, 'CREATED RUNNING PAUSED RESTARTED RUNNING PAUSED')
  assert.equal(player.states['wait'], 'PAUSED')
})

test('what was asked of the world beside a restarted Pause is still answered', () => {
  const player = play(`
tasks:
  - id: both
    type: core.flow.Parallel
    tasks:
      - { id: asks, type: ${JOB}, runIf: "{{ kv('go') }}" }
      - { id: wait, type: core.flow.Pause }`)
  player.restart()

  player.answer('asks', 'runIf:text', { value: 'true' })

  assert.equal(player.out, 'asks')
})

test('a Pause that a restart could not begin waits once it begins', () => {
  const player = play(
    `tasks: [{ id: wait, type: core.flow.Pause, tasks: [{ id: t, type: ${JOB} }], runIf: "{{ kv('go') }}" }]`,
  )
  player.answer('wait', 'runIf:text', { value: 'true' })
  player.restart()
  player.answer('wait', 'runIf:text', { error: 'no such key' })
  assert.equal(player.state.state, 'FAILED')

  player.restart()
  player.answer('wait', 'runIf:text', { value: 'true' })

  assert.deepEqual([player.states['wait'], player.out], ['PAUSED', ''])
})

test('of failures within one another the inner one comes first after a restart that waits for its turn: its errors are begun', () => {
  const body = `
tasks:
  - id: graph
    type: io.kestra.plugin.core.flow.Dag
    tasks:
      - task:
          id: inner
          type: io.kestra.plugin.core.flow.Parallel
          tasks:
            - { id: each, type: io.kestra.plugin.core.flow.EachSequential, value: [x, "y"], tasks: [{ id: a, type: ${JOB} }] }
            - { id: bad, type: io.kestra.plugin.core.flow.Switch, value: z, cases: { a: [{ id: never, type: ${JOB} }] } }
          errors: [{ id: told, type: ${JOB}, runIf: "{{ kv('go') }}" }]
      - task: { id: worse, type: io.kestra.plugin.core.execution.Fail }`
  const player = play(body, { admit: () => ({ type: 'waits', keys: ['limit'] }) })
  const grant = (): unknown => player.take({ type: 'limit-granted', executionId: ID })
  grant()
  player.settle('a[x]')
  assert.equal(player.isEnded, true)

  player.restart()
  grant()

  assert.deepEqual([player.out, player.states['told'], player.states['inner']], ['a[y]', 'FAILED', 'FAILED'])
})

test('a group that failed closes once what failed within it has, though all else there runs on', () => {
  const player = play(`
tasks:
  - id: outer
    type: core.flow.Parallel
    tasks:
      - { id: bad, type: core.execution.Fail }
      - id: middle
        type: core.flow.Parallel
        tasks:
          - { id: each, type: core.flow.EachSequential, value: [x, "y"], tasks: [{ id: a, type: ${JOB} }] }
          - id: inner
            type: core.flow.Parallel
            allowFailure: true
            tasks: [{ id: worse, type: core.execution.Fail }, { id: b, type: ${JOB} }]`)
  player.settle('a[x]')
  player.settle('b')

  player.restart()

  assert.equal(player.out, 'a[y]')
  assert.equal(player.states['outer'], 'FAILED')
})

test('an iteration that was over before a restart is, before a failure closes what is around it', () => {
  const player = play(`
labels: { dialect: "2" }
tasks:
  - id: graph
    type: core.flow.Dag
    tasks:
      - task: { id: refused, type: core.execution.Labels, labels: { system.x: y } }
      - task: { id: each, type: core.flow.Loop, values: [x], tasks: [{ id: a, type: ${JOB} }] }`)
  player.settle('a')
  assert.equal(player.isEnded, true)

  player.restart()

  assert.equal(player.states['each'], 'SUCCESS')
})

test('what ends in the moment in which one that waits is restarted is heard', () => {
  const player = play(`
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - { id: wait, type: io.kestra.plugin.core.flow.Pause }
      - { id: beside, type: io.kestra.plugin.core.flow.Sequential, tasks: [{ id: a, type: ${JOB} }] }`)
  const settled = player.settlement(player.run('a'), 'SUCCESS')

  player.take({ type: 'command', executionId: ID, command: { name: 'restart' } }, settled)

  assert.equal(player.states['beside'], 'SUCCESS')
  player.command({ name: 'resume' })
  assert.equal(player.history.endsWith('SUCCESS'), true)
})
