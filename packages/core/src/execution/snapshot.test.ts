import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { AssertionError } from '../std/assert.ts'
import { Double } from '../std/value.ts'
import { foldOn } from './journal.ts'
import { PACKED_FROM } from './run-list.ts'
import { readSnapshot, SNAPSHOT_VERSION, takeSnapshot } from './snapshot.ts'
import type { ExecutionState } from './state.ts'
import { canonical } from './testing/canonical.ts'
import { ID, JOB, play, readBack, type Player } from './testing/player.ts'

const LOOPS: readonly (readonly [string, string])[] = [
  ['that is over', '{ id: note, type: io.kestra.plugin.core.debug.Return, format: "v{{ taskrun.value }}" }'],
  ['with jobs that are out', `{ id: note, type: ${JOB} }`],
  [
    'of loops',
    '{ id: inner, type: io.kestra.plugin.core.flow.ForEach, values: [a, b], tasks: [{ id: note, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.value }}" }] }',
  ],
]

function loopOf(task: string, count = 1_500): Player {
  return play(
    `
tasks:
  - id: loop
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, ${count}) }}"
    concurrencyLimit: 0
    tasks:
      - ${task}
  - { id: seen, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.note['471'].value ?? 'none' }}" }`,
    { isUnfolded: true },
  )
}

for (const [name, task] of LOOPS)
  test(`a large loop ${name} is read of its snapshot as it was, and looks up outputs as before`, () => {
    const { state, plan } = loopOf(task)

    const read = readBack(state, plan)

    assert.equal(canonical(read), canonical(state))
    assert.equal(read.runs.openCount, state.runs.openCount)
    const [before, after] = [state, read].map(of => of.outputsByTask.get('note'))
    assert.ok(before === undefined || (before instanceof Map && after instanceof Map))
    if (before instanceof Map && after instanceof Map) assert.deepEqual(after.get('471'), before.get('471'))
  })

test('what goes on from a snapshot and the journal after it is what the whole journal tells', () => {
  const player = loopOf(`{ id: note, type: ${JOB} }`, 600)
  for (let value = 1; value <= 300; value++) player.settle(`note[${value}]`)
  const { head, chunks } = takeSnapshot(player.state, structuredClone)
  const { turn } = player.state
  for (let value = 301; value <= 600; value++) player.settle(`note[${value}]`, value === 500 ? 'FAILED' : 'SUCCESS')

  const rows = player.rows.filter(row => row.turn > turn)
  const state = foldOn(ID, readSnapshot({ head, chunks: structuredClone(chunks) }), { rows, plan: player.plan })

  assert.ok(chunks.length > 0 && rows.length > 200)
  assert.equal(canonical(state), canonical(player.state))
})

test('what is packed in a snapshot is packed again when it changes', () => {
  const { state, plan } = loopOf(LOOPS[0]?.[1] ?? '')
  const read = readBack(state, plan)
  const count = read.runs.openCount

  const run = read.runs.reopen(PACKED_FROM + 30)
  run.isRemoved = true
  read.runs.close(run)

  assert.equal(read.runs.openCount, count)
  assert.equal(read.runs.at(PACKED_FROM + 30)?.isRemoved, true)
  assert.equal(state.runs.at(PACKED_FROM + 30)?.isRemoved, false)
  assert.deepEqual(read.runs.at(PACKED_FROM + 31), state.runs.at(PACKED_FROM + 31))
})

test('values keep what structured clones do not know: the point of 4.0, wide whole numbers, the order of keys', () => {
  const player = play('tasks: [{ id: a, type: io.kestra.plugin.core.debug.Return, format: x }]')
  const numbers = Array.from({ length: 70 }, (_, index) => (index === 69 ? -0 : index))
  const inputs = {
    double: new Double(4),
    wide: 2n ** 70n,
    keyed: new Map<string, unknown>([
      ['2', new Double(1)],
      ['1', 'one'],
    ]),
    numbers,
    lines: [0.5, ...numbers.slice(1)],
    numbered: numbers.slice(0, 69),
  } as unknown as ExecutionState['inputs']
  const state: ExecutionState = { ...player.state, inputs }

  const read = readBack(state, player.plan)

  assert.deepStrictEqual(read.inputs, inputs)
})

const OF_ALL_SORTS = `
inputs: [{ id: name, type: STRING, defaults: you }]
variables: { greeting: hello }
labels: { team: sales }
tasks:
  - { id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ vars.greeting }} {{ inputs.name }}" }
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks: [{ id: left, type: ${JOB} }, { id: right, type: ${JOB}, retry: { type: constant, interval: PT1S, maxAttempts: 3 } }]
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [1, 2]
    tasks: [{ id: note, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.value }}" }]
  - { id: wait, type: io.kestra.plugin.core.flow.Pause }
errors: [{ id: mend, type: io.kestra.plugin.core.log.Log, message: x }]
outputs: [{ id: out, type: STRING, value: "{{ outputs.say.value }}" }]`

test('whoever changes what a journal is folded to raises the version of snapshots', () => {
  const player = play(OF_ALL_SORTS)
  player.settle('left')
  player.settle('right', 'FAILED')

  const hash = createHash('sha256').update(canonical(player.state)).digest('hex').slice(0, 12)

  assert.equal(
    `${SNAPSHOT_VERSION} ${hash}`,
    '1 761068d801ce',
    'the state is another: raise SNAPSHOT_VERSION, and write down what it is now',
  )
})

test('a state that holds what no snapshot knows has none', () => {
  const player = play('tasks: [{ id: a, type: io.kestra.plugin.core.debug.Return, format: x }]')
  const state = { ...player.state, labels: [new URL('http://localhost')] } as unknown as ExecutionState

  assert.throws(() => takeSnapshot(state, structuredClone), AssertionError)
})
