import assert from 'node:assert/strict'
import { test } from 'node:test'
import { presentRuns } from '../execution/present-runs.ts'
import { JOB, play, type Player } from '../execution/testing/player.ts'
import { CLOSE_DIRECTORY, OPEN_DIRECTORY } from './working-directory.ts'

function directory(more = ''): string {
  return `
tasks:
  - id: dir
    type: core.flow.WorkingDirectory
    inputFiles: { a.txt: hello }
    outputFiles: ['*.txt']
    tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]
    ${more}
  - { id: end, type: core.debug.Return, format: "{{ outputs.dir.outputFiles ?? 'none' }} {{ tasks.dir.state }}" }`
}

function settleOut(player: Player, state: 'SUCCESS' | 'FAILED' = 'SUCCESS', outputs = {}): string {
  const [ordinal] = player.state.awaited
  const run = ordinal === undefined ? undefined : player.state.runs.at(ordinal)
  assert.ok(run)
  player.take(player.settlement(run, state, outputs))
  return player.plan.tasks[run.task]?.type ?? ''
}

test('the folder is opened, the tasks run in it, and it is closed with what was kept', () => {
  const player = play(directory())
  assert.equal(settleOut(player), OPEN_DIRECTORY)
  assert.equal(player.out, 'a')
  player.settle('a')
  player.settle('b')
  assert.equal(settleOut(player, 'SUCCESS', { outputFiles: { 'a.txt': 'kestra:///a' } }), CLOSE_DIRECTORY)

  assert.deepEqual(player.shown.runs, [
    'dir: CREATED RUNNING SUCCESS | SUCCESS',
    'a: CREATED RUNNING SUCCESS | SUCCESS',
    'b: CREATED RUNNING SUCCESS | SUCCESS',
    'end: CREATED SUBMITTED RUNNING SUCCESS | SUCCESS',
  ])
  assert.equal(player.run('end').outputs?.['value' as never], '{"a.txt":"kestra:///a"} SUCCESS')
})

test('after a failed task the rest is not run, the folder is closed all the same, and then errors run', () => {
  const player = play(directory('errors: [{ id: e, type: core.debug.Return, format: x }]'))
  settleOut(player)
  player.settle('a', 'FAILED')
  assert.equal('e' in player.states, false)
  settleOut(player, 'SUCCESS', { outputFiles: {} })

  assert.deepEqual(player.states, { dir: 'FAILED', a: 'FAILED', e: 'SUCCESS' })
  assert.equal(player.state.state, 'FAILED')
})

test('a folder that cannot be opened fails the directory, and no task runs', () => {
  const player = play(directory())
  settleOut(player, 'FAILED')
  settleOut(player)

  assert.deepEqual(player.states, { dir: 'FAILED' })
})

test('files that cannot be kept fail the directory', () => {
  const player = play(directory('finally: [{ id: f, type: core.debug.Return, format: x }]'))
  settleOut(player)
  player.settle('a')
  player.settle('b')
  settleOut(player, 'FAILED')

  assert.deepEqual(player.states, { dir: 'FAILED', a: 'SUCCESS', b: 'SUCCESS', f: 'SUCCESS' })
})

test('a restart runs all of it again', () => {
  const player = play(directory())
  settleOut(player)
  player.settle('a')
  player.settle('b', 'FAILED')
  settleOut(player)
  player.restart()

  assert.equal(settleOut(player), OPEN_DIRECTORY)
  player.settle('a')
  player.settle('b')
  settleOut(player)
  assert.equal(player.state.state, 'SUCCESS')
  assert.equal(player.histories['dir'], 'CREATED RUNNING FAILED RESTARTED RUNNING SUCCESS')
})

test('tasks see the value of the loop around the directory as their own', () => {
  const player = play(`
tasks:
  - id: each
    type: core.flow.ForEach
    values: [x]
    tasks:
      - id: dir
        type: core.flow.WorkingDirectory
        tasks: [{ id: say, type: core.debug.Return, format: '{{ taskrun.value }}' }]`)
  settleOut(player)

  assert.equal(player.run('say[x]').outputs?.['value' as never], 'x')
})

test('a kill does not open or close anything more', () => {
  const player = play(directory())
  settleOut(player)
  player.kill()
  player.settle('a', 'KILLED')

  assert.equal(player.state.state, 'KILLED')
  assert.deepEqual(player.states, { dir: 'KILLED', a: 'KILLED' })
})

test('tasks of a folder in a loop bear the value of their folder', () => {
  const player = play(`
tasks:
  - id: each
    type: core.flow.ForEach
    values: [x]
    tasks: [{ id: dir, type: core.flow.WorkingDirectory, tasks: [{ id: a, type: ${JOB} }] }]`)
  settleOut(player)

  const runs = JSON.parse(presentRuns(player.state, player.plan, { dialect: 'b', nowMs: player.nowMs }))

  const values = runs.map(({ taskId, value }: { taskId: string; value?: string }) => [taskId, value])
  assert.deepEqual(values, [
    ['each', undefined],
    ['dir', 'x'],
    ['a', 'x'],
  ])
})

test('its handlers stand outside of it: they have no value of a loop around it', () => {
  const seen = '{ id: seen, type: core.debug.Return, format: "{{ taskrun.value ?? 1 }}" }'
  const player = play(`
tasks:
  - id: each
    type: core.flow.ForEach
    values: [x]
    tasks:
      - { id: dir, type: core.flow.WorkingDirectory, tasks: [{ id: t, type: ${JOB} }], finally: [${seen}] }`)
  for (let job = 0; job < 3; job++) {
    const [ordinal = -1] = player.state.awaited
    player.take(player.settlement(player.state.runs.at(ordinal) ?? player.run('dir[x]'), 'SUCCESS'))
  }

  assert.equal(player.run('seen[x]').outputs?.['value' as never], '1')
})

test('what a directory had put out is seen until it is closed again', () => {
  const player = play(`
tasks:
  - id: dir
    type: core.flow.WorkingDirectory
    retry: { type: constant, interval: PT1S, maxAttempts: 2 }
    tasks: [{ id: a, type: ${JOB} }]
afterExecution:
  - { id: seen, type: core.debug.Return, format: '{{ outputs.dir.outputFiles }}' }`)
  settleOut(player)
  player.settle('a', 'FAILED')
  settleOut(player, 'SUCCESS', { outputFiles: 'first' })
  player.fire('retry:0')

  player.kill()
  settleOut(player)

  assert.equal(player.state.state, 'KILLED')
  assert.equal(player.run('seen').outputs?.['value' as never], 'first')
})

const TWICE = 'retry: { type: constant, interval: PT1S, maxAttempts: 2 }'

/** To where `two` waits for its worker. */
function inDirectory(more: { readonly dir?: string; readonly two?: string; readonly flow?: string }): Player {
  const player = play(`
${more.flow ?? ''}
tasks:
  - id: dir
    type: core.flow.WorkingDirectory
    ${more.dir ?? ''}
    tasks:
      - { id: one, type: ${JOB} }
      - { id: two, type: ${JOB}, ${more.two ?? ''} }
    errors: [{ id: local, type: core.debug.Return, format: x }]`)
  openAgain(player)
  return player
}

function openAgain(player: Player): void {
  assert.equal(settleOut(player), OPEN_DIRECTORY)
  player.settle('one')
}

function failTwo(player: Player): void {
  player.settle('two', 'FAILED')
  assert.equal(settleOut(player), CLOSE_DIRECTORY)
}

test('a directory that is tried again is done again as a whole, with a folder of its own', () => {
  const player = inDirectory({ dir: TWICE })

  failTwo(player)
  assert.deepEqual(player.shown.runs.slice(0, 1), ['dir: CREATED RUNNING FAILED RETRYING | FAILED'])
  assert.equal(player.states['local'], undefined)
  player.fire('retry:0')
  openAgain(player)
  player.settle('two')
  assert.equal(settleOut(player), CLOSE_DIRECTORY)

  assert.deepEqual(player.shown.runs, [
    'dir: CREATED RUNNING FAILED RETRYING CREATED RUNNING SUCCESS | FAILED SUCCESS',
    'one: CREATED RUNNING SUCCESS | SUCCESS',
    'two: CREATED RUNNING SUCCESS | SUCCESS',
  ])
  assert.equal(player.history, 'CREATED RUNNING RETRYING RUNNING SUCCESS')
})

test('a directory whose attempts are used up has failed, and then its errors run', () => {
  const player = inDirectory({ flow: TWICE })
  failTwo(player)
  player.fire('retry:0')
  openAgain(player)

  failTwo(player)

  assert.equal(player.history, 'CREATED RUNNING RETRYING RUNNING FAILED')
  assert.equal(player.states['local'], 'SUCCESS')
  assert.match(player.shown.runs[0] ?? '', /FAILED RETRYING CREATED RUNNING FAILED \| FAILED FAILED$/)
})

test('a task with a retry of its own is tried again in the folder as it is', () => {
  const player = inDirectory({ two: TWICE })

  player.settle('two', 'FAILED')
  assert.equal(player.states['two'], 'RETRYING')
  player.retry('two')
  player.settle('two')
  assert.equal(settleOut(player), CLOSE_DIRECTORY)

  assert.equal(player.history, 'CREATED RUNNING RETRYING RUNNING SUCCESS')
})

test('a directory that waits for its next attempt is killed at once', () => {
  const player = inDirectory({ dir: TWICE })
  failTwo(player)

  player.kill()

  assert.match(player.shown.runs[0] ?? '', /^dir: CREATED RUNNING FAILED RETRYING KILLED/)
  assert.deepEqual([player.isEnded, player.state.timers.size], [true, 0])
})

test('one that comes after the execution is not closed again when a task of it is told how it ended', () => {
  const player = play(`
tasks: [{ id: t, type: core.debug.Return, format: x }]
afterExecution: [{ id: dir, type: core.flow.WorkingDirectory, tasks: [{ id: a, type: ${JOB} }] }]`)
  settleOut(player)
  player.settle('a')
  assert.equal(settleOut(player), CLOSE_DIRECTORY)

  player.command({ name: 'change-run-state', run: player.run('a').ordinal, state: 'WARNING' })

  assert.deepEqual([player.state.awaited.size, player.isEnded, player.states['dir']], [0, true, 'WARNING'])
})
