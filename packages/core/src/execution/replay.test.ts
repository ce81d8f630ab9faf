import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planReplay } from './replay.ts'
import { JOB, play, replayOf } from './testing/player.ts'

const SEQUENCE = `
tasks:
  - { id: a, type: ${JOB} }
  - { id: b, type: ${JOB} }
  - { id: c, type: ${JOB} }
errors: [{ id: handler, type: core.debug.Return, format: x }]`

test('a replay from the start is a new execution with the same inputs, and no run of the old one', () => {
  const source = play(SEQUENCE, { inputs: { n: 4 }, birth: { labels: [{ key: 'team', value: 'blue' }] } })
  source.settle('a', 'FAILED')

  const again = replayOf(source)

  assert.equal(again.history, 'CREATED RUNNING')
  assert.equal(again.out, 'a')
  assert.deepEqual(again.state.inputs, { n: 4 })
  assert.deepEqual(again.state.labels, [
    { key: 'team', value: 'blue' },
    { key: 'system.replay', value: 'true' },
  ])
  assert.deepEqual(
    [again.state.parentId, again.state.originalId, again.state.attemptNumber],
    [source.state.id, source.state.id, 2],
  )
})

test('a replay from a task keeps what was before it, with its outputs, and takes out what came after', () => {
  const source = play(SEQUENCE)
  source.settle('a', 'SUCCESS', { value: 1 })
  source.settle('b', 'FAILED')

  const again = replayOf(source, { run: 'b' })

  assert.equal(again.history, 'CREATED RUNNING FAILED RESTARTED RUNNING')
  assert.deepEqual(again.states, { a: 'SUCCESS', b: 'SUBMITTED' })
  assert.equal(again.histories['b'], 'CREATED SUBMITTED RUNNING FAILED RESTARTED SUBMITTED')
  again.settle('b')
  again.settle('c')
  assert.equal(again.history, 'CREATED RUNNING FAILED RESTARTED RUNNING SUCCESS')
  assert.deepEqual(again.run('a').outputs, { value: 1 })
  assert.equal(again.run('b').attempts.length, 2)
})

test('a replay of a replay carries both histories', () => {
  const source = play(SEQUENCE)
  source.settle('a')
  source.settle('b', 'FAILED')
  const second = replayOf(source, { run: 'b' })
  second.settle('b', 'FAILED')

  const third = replayOf(second, { run: 'b' })
  third.settle('b')
  third.settle('c')

  assert.equal(third.history, 'CREATED RUNNING FAILED RESTARTED RUNNING FAILED RESTARTED RUNNING SUCCESS')
  assert.equal(third.state.originalId, source.state.id)
  assert.equal(third.state.attemptNumber, 3)
})

test('what still runs beside the target begins again, because its job belongs to the source', () => {
  const source = play(`
tasks:
  - id: fan
    type: core.flow.Parallel
    tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]
  - { id: end, type: ${JOB} }`)
  source.settle('a')

  const again = replayOf(source, { run: 'a' })

  assert.equal(again.history, 'CREATED RUNNING RESTARTED RUNNING')
  assert.equal(again.out, 'a b')
  again.settle('a')
  again.settle('b')
  again.settle('end')
  assert.equal(again.isEnded, true)
  assert.equal(again.history, 'CREATED RUNNING RESTARTED RUNNING SUCCESS')
})

test('siblings in a Parallel stay, later passes of a loop that goes one by one do not', () => {
  const loop = (more: string): string => `
tasks:
  - id: each
    type: core.flow.ForEach
    values: [x, y]
    ${more}
    tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]`
  const one = play(loop(''))
  for (const name of ['a[x]', 'b[x]', 'a[y]', 'b[y]']) one.settle(name)
  const many = play(loop('concurrencyLimit: 2'))
  for (const name of ['a[x]', 'a[y]', 'b[x]', 'b[y]']) many.settle(name)

  const again = replayOf(one, { run: 'a[x]' })
  const beside = replayOf(many, { run: 'a[x]' })

  assert.deepEqual(again.states, { each: 'RUNNING', 'a[x]': 'SUBMITTED' })
  for (const name of ['a[x]', 'b[x]', 'a[y]', 'b[y]']) again.settle(name)
  assert.equal(again.isEnded, true)
  assert.deepEqual(beside.states, { each: 'RUNNING', 'a[x]': 'SUBMITTED', 'a[y]': 'SUCCESS', 'b[y]': 'SUCCESS' })
  beside.settle('a[x]')
  beside.settle('b[x]')
  assert.equal(beside.isEnded, true)
})

test('a group as the target is opened anew, without its children', () => {
  const source = play(
    `
inputs: [{ id: way, type: STRING }]
tasks:
  - id: choice
    type: core.flow.Switch
    value: "{{ inputs.way }}"
    cases:
      left: [{ id: l, type: ${JOB} }]
      right: [{ id: r, type: ${JOB} }]`,
    { inputs: { way: 'left' } },
  )
  source.settle('l')

  const again = replayOf(source, { run: 'choice', inputs: { way: 'right' } })

  assert.deepEqual(again.states, { choice: 'RUNNING', r: 'SUBMITTED' })
  again.settle('r')
  assert.equal(again.isEnded, true)
})

test('under another revision the tasks that are new there run, and one that is gone refuses', () => {
  const source = play(SEQUENCE)
  source.settle('a')
  source.settle('b', 'FAILED')

  const longer = replayOf(source, {
    run: 'b',
    body: `
tasks:
  - { id: zero, type: ${JOB} }
  - { id: a, type: ${JOB} }
  - { id: b, type: ${JOB} }
  - { id: new, type: ${JOB} }`,
  })

  longer.settle('b')
  assert.equal(longer.out, 'new')
  longer.settle('new')
  assert.equal(longer.isEnded, true)
  assert.throws(
    () => replayOf(source, { run: 'b', body: `tasks: [{ id: b, type: ${JOB} }]` }),
    /The task "a" has run already and is not in revision/,
  )
})

test('under another revision the hidden tasks of a WorkingDirectory stay what they are', () => {
  const folder = `{ id: w, type: core.flow.WorkingDirectory, tasks: [{ id: a, type: ${JOB} }] }`
  const source = play(`tasks: [${folder}, { id: b, type: ${JOB} }]`)
  source.settle('w')
  source.settle('a')
  source.settle('w')
  source.settle('b', 'FAILED')

  const again = replayOf(source, {
    run: 'b',
    body: `tasks: [{ id: zero, type: ${JOB} }, ${folder}, { id: b, type: ${JOB} }, { id: c, type: ${JOB} }]`,
  })

  const typesOf = ({ state, plan }: typeof again): readonly (string | undefined)[] =>
    state.runs.map(run => plan.tasks[run.task]?.type)
  assert.deepEqual(typesOf(again), typesOf(source))
})

test('under another revision the batches of a ForEachItem stay in their loop', () => {
  const each = '{ id: e, type: core.flow.ForEachItem, items: "x", namespace: a.b, flowId: g }'
  const source = play(`tasks: [${each}]`)
  source.settle('e_split', 'SUCCESS', { splits: 'x' })
  source.answer('e_items', 'batches:list', { value: ['one', 'two'] })

  const again = replayOf(source, {
    run: 'e_items',
    body: `tasks: [{ id: zero, type: ${JOB} }, ${each}]`,
  })

  const kindsOf = ({ state, plan }: typeof again): readonly (string | undefined)[] =>
    state.runs.map(run => plan.tasks[run.task]?.kind.type)
  assert.deepEqual(kindsOf(again), kindsOf(source))
})

test('a run whose task is elsewhere under another revision does not begin its lane twice', () => {
  const source = play(`tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]`)

  const again = replayOf(source, {
    run: 'a',
    body: `tasks: [{ id: s, type: core.flow.Sequential, tasks: [{ id: a, type: ${JOB} }] }, { id: b, type: ${JOB} }, { id: c, type: ${JOB} }]`,
  })
  again.settle('a')
  again.settle('a')

  assert.equal(again.out, 'b')
})

test('a target in a Parallel takes nothing beside it along', () => {
  const player = play(`
tasks:
  - id: fan
    type: core.flow.Parallel
    tasks: [{ id: a, type: ${JOB} }, { id: b, type: ${JOB} }]`)
  player.settle('a')
  player.settle('b')

  const plan = planReplay(player.state, player.plan, player.run('a').ordinal)

  assert.deepEqual(plan, { leaves: [1], groups: [0], removed: [] })
})

test('a replay under a revision in which nothing is enabled any more ends as its runs end', () => {
  const source = play(`tasks: [{ id: a, type: ${JOB} }]`)
  source.settle('a', 'FAILED')

  const again = replayOf(source, { run: 'a', body: `tasks: [{ id: a, type: ${JOB}, disabled: true }]` })
  assert.equal(again.out, 'a')
  again.settle('a', 'FAILED')

  assert.equal(again.state.state, 'FAILED')
})

test('a replay under a revision in which a task comes after the execution does not begin there', () => {
  const source = play(`
tasks: [{ id: a, type: ${JOB} }]
finally: [{ id: last, type: ${JOB} }]
afterExecution: [{ id: z, type: ${JOB} }]`)
  for (const name of ['a', 'last', 'z']) source.settle(name)

  const again = replayOf(source, {
    run: 'z',
    body: `
tasks: [{ id: a, type: ${JOB} }]
afterExecution: [{ id: last, type: ${JOB} }, { id: z, type: ${JOB} }]`,
  })
  again.settle('last')
  again.settle('z')

  assert.equal(again.history.split(' ').at(-1), 'SUCCESS')
  assert.equal(again.isEnded, true)
})

test('a replay from a finally task closes a group around it that has failed, as the source did', () => {
  const source = play(`
tasks:
  - id: graph
    type: core.flow.Dag
    tasks:
      - task: { id: other, type: ${JOB} }
      - task:
          id: outer
          type: core.flow.Sequential
          tasks:
            - id: inner
              type: core.flow.Sequential
              tasks: [{ id: bad, type: ${JOB} }]
              finally: [{ id: last, type: ${JOB} }]`)
  source.settle('bad', 'FAILED')
  source.settle('other', 'FAILED')

  const player = replayOf(source, { run: 'last' })

  assert.deepEqual([player.out, player.states['graph']], ['last', 'FAILED'])
})
