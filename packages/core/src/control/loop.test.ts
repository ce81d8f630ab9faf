import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play, type Player } from '../execution/testing/player.ts'
import { toPlain } from '../std/value-plain.ts'

const SAY = '{ id: say, type: core.debug.Return, format: "{{ item.index }}-{{ item.value }}" }'
const LINE = 'outputs: [{ id: line, type: STRING, value: "{{ outputs.say.value }}" }]'

function loop(properties: string, tasks = SAY, more = ''): string {
  return `
tasks:
  - id: each
    type: core.flow.Loop
    ${properties}
    tasks: [${tasks}]
${more}`
}

function outputsOf(player: Player): unknown {
  return toPlain(player.run('each').outputs ?? null)
}

test('each item has an iteration of its own, and leaves what it declares', () => {
  const player = play(loop(`values: [ant, bee, ant]\n    ${LINE}`))

  assert.deepEqual(outputsOf(player), {
    iterationCount: 2,
    runningIterations: 0,
    terminatedIterations: { SUCCESS: 2 },
    outputs: [
      { item: { value: 'ant', iteration: 0 }, outputs: { line: '0-ant' } },
      { item: { value: 'bee', iteration: 1 }, outputs: { line: '1-bee' } },
    ],
  })
  assert.deepEqual(player.shown.runs, ['each: CREATED RUNNING SUCCESS | SUCCESS'])
})

test('over nothing it ends at once', () => {
  const player = play(loop('values: []'))

  assert.deepEqual(player.shown.runs, ['each: CREATED SUCCESS | '])
  assert.deepEqual(outputsOf(player), { iterationCount: 0, runningIterations: 0 })
  assert.equal(player.state.state, 'SUCCESS')
})

test('a map is gone over entry by entry', () => {
  const say = '{ id: say, type: core.debug.Return, format: "{{ item.key }}={{ item.value }}" }'
  const player = play(loop(`values: { a: 1, b: { c: 2 } }\n    ${LINE}`, say))

  assert.deepEqual((outputsOf(player) as { outputs: unknown }).outputs, [
    { item: { value: '1', iteration: 0, key: 'a' }, outputs: { line: 'a=1' } },
    { item: { value: '{"c":2}', iteration: 1, key: 'b' }, outputs: { line: 'b={"c":2}' } },
  ])
})

test('loops within loops know the items around them', () => {
  const inner = `
      { id: inner, type: core.flow.Loop, values: [c1, c2], ${LINE.replace('line', 'cell')},
        tasks: [{ id: say, type: core.debug.Return, format: "{{ item.parent.value }}{{ item.value }}{{ item.parents | length }}" }] }`
  const cells = `outputs: [{ id: cells, type: STRING, value: "{{ loopOutputs(outputs.inner.outputs, 'cell') | join(',') }}" }]`
  const player = play(loop(`values: [r1, r2]\n    ${cells}`, inner))

  assert.deepEqual(
    (outputsOf(player) as { outputs: { outputs: unknown }[] }).outputs.map(({ outputs }) => outputs),
    [{ cells: 'r1c11,r1c21' }, { cells: 'r2c11,r2c21' }],
  )
})

test('one iteration runs at a time, unless more may', () => {
  const job = `{ id: job, type: ${JOB} }`
  assert.equal(play(loop('values: [a, b, c]', job)).state.awaited.size, 1)
  assert.equal(play(loop('values: [a, b, c]\n    concurrencyLimit: 2', job)).state.awaited.size, 2)
  assert.equal(play(loop('values: [a, b, c]\n    concurrencyLimit: 0', job)).state.awaited.size, 3)
})

test('with fetchType STORE the outputs of iterations are a file, of which the Loop tells the address', () => {
  const player = play(loop(`values: [ant, bee]\n    fetchType: STORE\n    ${LINE}`))

  assert.deepEqual([...player.state.asked], ['0 loop:outputs'])
  player.answer('each', 'loop:outputs', { value: 'kestra:///x/outputs.ion' })

  assert.deepEqual(outputsOf(player), {
    iterationCount: 2,
    runningIterations: 0,
    terminatedIterations: { SUCCESS: 2 },
    uri: 'kestra:///x/outputs.ion',
  })
  assert.equal(player.state.state, 'SUCCESS')
})

test('a list of outputs that is too large for the journal lies in storage and stays an output; what cannot be kept fails', () => {
  const values = JSON.stringify(Array.from({ length: 70 }, (_, index) => `${index} ${'x'.repeat(4_000)}`))
  const source = loop(`values: ${values}\n    concurrencyLimit: 0\n    ${LINE}`)
  const mark = { type: 'io.batuta.datatype:stored', uri: 'kestra:///x/outputs.json', size: 300_000, format: 'JSON' }

  const kept = play(source)
  kept.answer('each', 'loop:outputs', { value: mark })
  const failed = play(source)
  failed.answer('each', 'loop:outputs', { error: 'the disk is full' })

  assert.deepEqual((outputsOf(kept) as { outputs: unknown }).outputs, mark)
  assert.equal(kept.state.hasStored, true)
  assert.equal(failed.state.state, 'FAILED')
})

test('without outputs there is nothing to keep', () => {
  const player = play(loop('values: [ant]\n    fetchType: STORE'))

  assert.equal((outputsOf(player) as { uri?: string }).uri, undefined)
  assert.equal(player.state.state, 'SUCCESS')
})

const TWO = `{ id: job, type: ${JOB} }, { id: more, type: ${JOB} }`

function settleNext(player: Player, state: 'SUCCESS' | 'FAILED' | 'WARNING'): void {
  const [ordinal] = player.state.awaited
  const run = ordinal === undefined ? undefined : player.state.runs.at(ordinal)
  assert.ok(run)
  player.take(player.settlement(run, state))
}

test('a failed iteration stops the later ones, and errors run', () => {
  const player = play(loop('values: [a, b, c]\n    errors: [{ id: e, type: core.debug.Return, format: x }]', TWO))
  settleNext(player, 'SUCCESS')
  settleNext(player, 'SUCCESS')
  settleNext(player, 'FAILED')

  assert.equal(player.states['each'], 'FAILED')
  assert.equal(player.states['e'], 'SUCCESS')
  assert.equal(player.state.state, 'FAILED')
  assert.deepEqual(outputsOf(player), {
    iterationCount: 3,
    runningIterations: 0,
    terminatedIterations: { SUCCESS: 1, FAILED: 1 },
  })
})

test('with transmitFailed false all run, and it ends well', () => {
  const player = play(loop('values: [a, b]\n    transmitFailed: false', TWO))
  settleNext(player, 'FAILED')
  settleNext(player, 'SUCCESS')
  settleNext(player, 'SUCCESS')

  assert.equal(player.state.state, 'SUCCESS')
  assert.deepEqual((outputsOf(player) as { terminatedIterations: unknown }).terminatedIterations, {
    FAILED: 1,
    SUCCESS: 1,
  })
})

test('a warning in an iteration is one of the loop', () => {
  const player = play(loop('values: [a]', `{ id: job, type: ${JOB} }`))
  settleNext(player, 'WARNING')

  assert.equal(player.history, 'CREATED RUNNING WARNING')
})

test('a restart runs the failed iteration again, and then the rest', () => {
  const player = play(loop(`values: [a, b, c]\n    ${LINE}`, `${SAY}, { id: job, type: ${JOB} }`))
  settleNext(player, 'SUCCESS')
  settleNext(player, 'FAILED')
  assert.equal(player.state.state, 'FAILED')
  player.restart()
  settleNext(player, 'SUCCESS')
  settleNext(player, 'SUCCESS')

  assert.equal(player.state.state, 'SUCCESS')
  assert.deepEqual(
    (outputsOf(player) as { outputs: { outputs: unknown }[] }).outputs.map(({ outputs }) => outputs),
    [{ line: '0-a' }, { line: '1-b' }, { line: '2-c' }],
  )
})

test('breakWhen ends the loop with the iteration after which it holds', () => {
  const player = play(loop(`values: [a, b, c]\n    breakWhen: "{{ item.value == 'b' }}"\n    ${LINE}`))

  assert.equal((outputsOf(player) as { iterationCount: number }).iterationCount, 2)
  assert.equal(player.state.state, 'SUCCESS')
})

test('outputs that cannot be rendered fail the iteration', () => {
  const player = play(
    loop('values: [a, b]\n    outputs: [{ id: o, type: STRING, value: "{{ outputs.ghost.value }}" }]'),
  )

  assert.equal(player.states['each'], 'FAILED')
  assert.match(player.logs.join(), /Iteration 0: .*ghost/)
})

test('outputs that ask the world are asked for each iteration', () => {
  const player = play(loop('values: [a, b]\n    outputs: [{ id: o, type: STRING, value: "{{ kv(item.value) }}" }]'))
  for (const value of ['1', '2']) {
    const [question = ''] = player.state.asked
    const [run = '', slot = ''] = question.split(' ')
    player.take({ type: 'evaluated', executionId: player.state.id, run: Number(run), slot, value })
  }

  assert.deepEqual(
    (outputsOf(player) as { outputs: { outputs: unknown }[] }).outputs.map(({ outputs }) => outputs),
    [{ o: '1' }, { o: '2' }],
  )
})

test('an iteration sees what was before the loop, and nothing of other iterations', () => {
  const player = play(`
tasks:
  - { id: before, type: core.debug.Return, format: x }
  - id: each
    type: core.flow.Loop
    values: [a, b]
    ${LINE}
    tasks:
      - id: cond
        type: core.flow.If
        condition: "{{ item.value == 'a' }}"
        then: [{ id: only, type: core.debug.Return, format: a }]
      - { id: say, type: core.debug.Return, format: "{{ outputs.before.value }}{{ outputs.only.value ?? '-' }}" }`)

  assert.deepEqual(
    (outputsOf(player) as { outputs: { outputs: unknown }[] }).outputs.map(({ outputs }) => outputs),
    [{ line: 'xa' }, { line: 'x-' }],
  )
})

test('a kill ends what is open', () => {
  const player = play(loop('values: [a, b]\n    concurrencyLimit: 2', TWO))
  player.kill()
  settleNext(player, 'FAILED')
  settleNext(player, 'FAILED')

  assert.equal(player.state.state, 'KILLED')
  assert.equal(player.states['each'], 'KILLED')
})

for (const [what, values] of [
  ['null among the values', `'["a", null]'`],
  ['a text that is no JSON', 'nonsense'],
  ['a number', `'12'`],
] as const) {
  test(`${what} fails the loop`, () => {
    assert.equal(play(loop(`values: ${values}`)).states['each'], 'FAILED')
  })
}

test('the runs of iterations that are over are let go of', () => {
  const player = play(
    loop(`values: "{{ range(1, 2000) }}"`, `${SAY}, { id: again, type: core.debug.Return, format: x }`),
    {
      isUnfolded: true,
    },
  )

  assert.equal(player.state.state, 'SUCCESS')
  assert.equal(player.state.runs.filter(run => !run.isRemoved).length, 1)
})

test('of a file each line is an item', () => {
  const player = play(loop(`values: "{{ 'kestra:///lines.txt' }}"\n    ${LINE}`))
  player.answer('each', 'loop:values', { value: ['a', 'b'] })

  assert.deepEqual(
    (outputsOf(player) as { outputs: { outputs: unknown }[] }).outputs.map(({ outputs }) => outputs),
    [{ line: '0-a' }, { line: '1-b' }],
  )
})

test('the outputs of an iteration may ask the world in a large loop as well', () => {
  const values = Array.from({ length: 100 }, (_, index) => `v${index}`)
  const player = play(`
tasks:
  - id: loop
    type: core.flow.Loop
    values: ${JSON.stringify(values)}
    outputs: [{ id: o, type: STRING, value: "{{ kv('x') }}" }]
    tasks: [{ id: t, type: core.debug.Return, format: x }]`)

  for (let lane = 0; lane < values.length; lane++) {
    const [asked = ''] = player.state.asked
    const [run = '', slot = ''] = asked.split(' ')
    player.take({ type: 'evaluated', executionId: player.state.id, run: Number(run), slot, value: `y${lane}` })
  }

  assert.equal(player.isEnded, true)
  assert.equal(player.state.state, 'SUCCESS')
})

test('a task of an iteration is tried again while the execution runs on: an iteration has a state of its own', () => {
  const player = play(`
tasks:
  - id: loop
    type: core.flow.Loop
    values: [a]
    tasks:
      - { id: t, type: ${JOB}, retry: { type: constant, interval: PT1S, maxAttempts: 2 } }`)

  player.settle('t', 'FAILED')
  assert.equal(player.history, 'CREATED RUNNING')
  player.retry('t')
  player.settle('t')

  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
})

test('an iteration whose task was killed is still counted after a restart: it is not run again', () => {
  const player = play(loop('values: [a, b]', `{ id: one, type: ${JOB} }`))
  player.settle('one', 'KILLED')
  player.settle('one', 'FAILED')
  player.restart()

  player.settle('one')

  assert.deepEqual((outputsOf(player) as { terminatedIterations: unknown }).terminatedIterations, {
    KILLED: 1,
    SUCCESS: 1,
  })
  assert.equal(player.states['each'], 'KILLED')
})

test('left by an Exit it ends as its iterations did, those before a restart as well', () => {
  const player = play(`
tasks:
  - id: all
    type: core.flow.Parallel
    tasks:
      - { id: each, type: core.flow.Loop, values: [a, b], tasks: [{ id: one, type: ${JOB} }] }
      - id: way
        type: core.flow.Sequential
        tasks: [{ id: gate, type: ${JOB} }, { id: out, type: core.execution.Exit }]`)
  player.settle('one', 'WARNING')
  player.settle('one', 'FAILED')
  player.restart()
  player.settle('gate')

  player.settle('one')

  assert.equal(player.states['each'], 'WARNING')
})

test('of an iteration that counts as killed nothing runs on: the loop and the execution end', () => {
  const player = play(
    loop(
      'values: [a]',
      `{ id: one, type: ${JOB} }, { id: graph, type: core.flow.Parallel, tasks: [{ id: bad, type: core.execution.Fail }, { id: slow, type: ${JOB} }] }`,
    ),
  )

  player.settle('one', 'KILLED')

  assert.deepEqual([player.out, player.history, player.isEnded], ['', 'CREATED RUNNING KILLED', true])
})
