import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play } from '../execution/testing/player.ts'

const TASKS = `tasks: [{ id: t1, type: ${JOB} }, { id: t2, type: ${JOB} }]`

function loop(values: string, more = ''): string {
  return `
tasks:
  - id: loop
    type: core.flow.ForEach
    values: ${values}
    ${more}
    ${TASKS}`
}

test('one value after the other, its tasks in order', () => {
  const player = play(loop('[x, y]'))

  for (const name of ['t1[x]', 't2[x]', 't1[y]', 't2[y]']) {
    assert.equal(player.out, name)
    player.settle(name)
  }

  assert.equal(player.order, 'loop t1[x] t2[x] t1[y] t2[y]')
  assert.deepEqual(
    player.state.runs.map(run => run.iteration ?? '-'),
    ['-', 0, 0, 1, 1],
  )
  assert.equal(player.histories['loop'], 'CREATED RUNNING SUCCESS')
})

test('with a limit so many values are under way, each at its own pace', () => {
  const player = play(loop('[a, b, c, d]', 'concurrencyLimit: 2'))

  assert.equal(player.out, 't1[a] t1[b]')
  player.settle('t1[b]')
  player.settle('t2[b]')
  assert.equal(player.out, 't1[a] t1[c]')
  player.settle('t1[a]')
  assert.equal(player.out, 't1[c] t2[a]')
  for (const name of ['t2[a]', 't1[c]', 't1[d]', 't2[c]', 't2[d]']) player.settle(name)

  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
})

test('the limit 0 begins all values at once', () => {
  const player = play(loop('[a, b, c]', 'concurrencyLimit: 0'))

  assert.equal(player.out, 't1[a] t1[b] t1[c]')
})

test('a failure stops all values; what runs goes on, the loop has failed, its errors run once without a value', () => {
  const player = play(`
tasks:
  - id: loop
    type: core.flow.ForEach
    values: [a, b, c]
    concurrencyLimit: 2
    ${TASKS}
    errors: [{ id: e, type: core.debug.Return, format: '{{ taskrun.value ?? "none" }}' }]
    finally: [{ id: f, type: core.debug.Return, format: x }]`)

  player.settle('t1[a]', 'FAILED')

  assert.deepEqual(player.states, {
    loop: 'FAILED',
    't1[a]': 'FAILED',
    't1[b]': 'SUBMITTED',
    e: 'SUCCESS',
    f: 'SUCCESS',
  })
  assert.deepEqual(player.run('e').outputs, { value: 'none' })
  player.settle('t1[b]')
  assert.equal(player.history, 'CREATED RUNNING FAILED')
  assert.equal(player.order, 'loop t1[a] t1[b] e f')
})

test('values become texts, duplicates go, and children see theirs', () => {
  const player = play(`
tasks:
  - id: loop
    type: core.flow.ForEach
    values: '{{ [1, "1", 2.50, true, {"k": [1, 2]}, "x", "x"] }}'
    tasks: [{ id: t, type: core.debug.Return, format: '{{ taskrun.value }}/{{ taskrun.iteration }}' }]`)

  assert.deepEqual(
    player.state.runs
      .filter(() => true)
      .slice(1)
      .map(run => [run.value, run.outputs?.['value' as never]]),
    [
      ['1', '1/0'],
      ['2.5', '2.5/1'],
      ['true', 'true/2'],
      ['{"k":[1,2]}', '{"k":[1,2]}/3'],
      ['x', 'x/4'],
    ],
  )
})

test('nothing to loop over is a success without children', () => {
  assert.deepEqual(play(loop('[]')).states, { loop: 'SUCCESS' })
  assert.deepEqual(play(loop("'{{ [] }}'")).states, { loop: 'SUCCESS' })
})

const BROKEN: readonly (readonly [string, string, RegExp])[] = [
  ['an empty text', "''", /JSON array/],
  ['what is no JSON', "'[a'", /JSON array/],
  ['what is no list', "'{{ 12 }}'", /no list/],
  ['what cannot be rendered', "'{{ ghost }}'", /ghost/],
  ['a null', "'[1, null, null]'", /Found '2' null values/],
]
for (const [what, values, reason] of BROKEN) {
  test(`${what} for values fails the loop`, () => {
    const player = play(loop(values))

    assert.deepEqual(player.states, { loop: 'FAILED' })
    assert.match(player.logs.join(), reason)
  })
}

test('the values are frozen when the loop opens', () => {
  const player = play(`
tasks:
  - { id: set, type: core.execution.SetVariables, variables: { list: [a, b] } }
  - id: loop
    type: core.flow.ForEach
    values: '{{ vars.list }}'
    tasks:
      - { id: grow, type: core.execution.SetVariables, overwrite: true, variables: { list: [a, b, c, d] } }`)

  assert.equal(player.order, 'set loop grow[a] grow[b]')
})

test('loops in loops key runs and outputs by all their values', () => {
  const player = play(`
tasks:
  - id: outer
    type: core.flow.ForEach
    values: [a, b]
    tasks:
      - id: inner
        type: core.flow.ForEach
        values: '{{ [1, 2] }}'
        tasks: [{ id: t, type: core.debug.Return, format: '{{ parent.taskrun.value }}{{ taskrun.value }}' }]
  - { id: read, type: core.debug.Return, format: "{{ outputs.t['b']['1'].value }}" }`)

  assert.equal(player.order, 'outer inner[a] t[a/1] t[a/2] inner[b] t[b/1] t[b/2] read')
  assert.deepEqual(player.run('read').outputs, { value: 'b1' })
})

test('tasks of a value that are skipped or disabled are passed over', () => {
  const player = play(`
tasks:
  - id: loop
    type: core.flow.ForEach
    values: [a, b]
    tasks:
      - { id: s, type: ${JOB}, runIf: 'false' }
      - { id: d, type: ${JOB}, disabled: true }
      - { id: t, type: core.debug.Return, format: x }`)

  assert.deepEqual(player.states, {
    loop: 'SUCCESS',
    's[a]': 'SKIPPED',
    't[a]': 'SUCCESS',
    's[b]': 'SKIPPED',
    't[b]': 'SUCCESS',
  })
})

test('a restart goes on with the value that failed and those after it', () => {
  const player = play(loop('[a, b, c]'))
  for (const name of ['t1[a]', 't2[a]', 't1[b]']) player.settle(name)
  player.settle('t2[b]', 'FAILED')

  player.restart()

  assert.equal(player.out, 't2[b]')
  for (const name of ['t2[b]', 't1[c]', 't2[c]']) player.settle(name)
  assert.equal(player.history, 'CREATED RUNNING FAILED RESTARTED RUNNING SUCCESS')
  assert.equal(player.order, 'loop t1[a] t2[a] t1[b] t2[b] t1[c] t2[c]')
})

test('a failure in one lane stops the others where they are, also when nothing of it takes any time', () => {
  const body = (concurrencyLimit: number): string => `
tasks:
  - id: loop
    type: core.flow.ForEach
    values: [1, 2, 3, 4]
    concurrencyLimit: ${concurrencyLimit}
    tasks:
      - { id: a, type: core.execution.Fail, condition: "{{ taskrun.value == '2' }}" }
      - { id: b, type: core.debug.Return, format: x }`

  assert.deepEqual(play(body(2)).states, { loop: 'FAILED', 'a[1]': 'SUCCESS', 'a[2]': 'FAILED' })
  assert.deepEqual(play(body(1)).states, { loop: 'FAILED', 'a[1]': 'SUCCESS', 'b[1]': 'SUCCESS', 'a[2]': 'FAILED' })
})

test('what is to be looked at does not grow with the loop', () => {
  const player = play(
    `
tasks:
  - id: loop
    type: core.flow.ForEach
    values: "{{ range(1, 20000) }}"
    concurrencyLimit: 0
    tasks:
      - { id: out, type: core.debug.Return, format: "{{ taskrun.value }}" }`,
    { isUnfolded: true },
  )
  assert.equal(player.state.state, 'SUCCESS')
  assert.ok(player.turns.length > 30)
  assert.ok(player.agendaMax <= 100, `${player.agendaMax} entries`)
})
