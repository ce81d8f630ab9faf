import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonical } from './testing/canonical.ts'
import { JOB, play } from './testing/player.ts'
import { foldOn } from './journal.ts'
import type { ExecutionState } from './state.ts'
import { PACKED_FROM } from './run-list.ts'

const LARGE = 6_000

test('a large loop packs its ended runs, and whoever looks sees them as they were', () => {
  const player = play(
    `
tasks:
  - id: loop
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, ${LARGE}) }}"
    tasks:
      - { id: note, type: io.kestra.plugin.core.debug.Return, format: "v{{ taskrun.value }}" }
  - { id: seen, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.note['4711'].value }} {{ outputs.note | length }}" }`,
    { isUnfolded: true },
  )
  const { runs } = player.state

  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
  assert.ok(runs.openCount < PACKED_FROM + 10, `${runs.openCount} of ${runs.length} are objects`)
  const packed = runs.at(LARGE - 5)
  const object = runs.at(5)
  assert.deepEqual(Object.keys(packed ?? {}).sort(), Object.keys(object ?? {}).sort())
  assert.deepEqual(packed?.outputs, { value: `v${LARGE - 5}` })
  assert.deepEqual([packed?.value, packed?.iteration, packed?.state], [String(LARGE - 5), LARGE - 6, 'SUCCESS'])
  assert.deepEqual(
    packed?.attempts[0]?.metrics?.map(metric => metric.name),
    object?.attempts[0]?.metrics?.map(metric => metric.name),
  )
  assert.deepEqual(player.run('seen').outputs, { value: `v4711 ${LARGE}` })
})

for (const [name, tasks, limit] of [
  ['all at once', '{ id: note, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.value }}" }', 0],
  ['that fail and may', '{ id: note, type: io.kestra.plugin.core.execution.Fail, allowFailure: true }', 7],
  [
    'of loops',
    '{ id: inner, type: io.kestra.plugin.core.flow.ForEach, values: [a, b], tasks: [{ id: note, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.value }}" }] }',
    3,
  ],
] as const)
  test(`a large loop ${name} is folded to what it was, page by page`, () => {
    const player = play(
      `
tasks:
  - id: loop
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, 1500) }}"
    concurrencyLimit: ${limit}
    tasks:
      - ${tasks}`,
      { isUnfolded: true },
    )

    let state: ExecutionState | undefined
    for (let from = 0; from < player.rows.length; from += 5)
      state = foldOn(player.state.id, state, { rows: player.rows.slice(from, from + 5), plan: player.plan })

    assert.ok(player.rows.length > 5 && player.state.runs.openCount < PACKED_FROM + 10)
    assert.equal(canonical(state ?? player.state), canonical(player.state))
    assert.notEqual(state, player.state)
  })

test('a failed run of a large loop runs again, and so does what is taken out of the packed ones', () => {
  const player = play(
    `
tasks:
  - id: loop
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, ${LARGE}) }}"
    tasks:
      - { id: note, type: io.kestra.plugin.core.debug.Return, format: x }
  - { id: job, type: ${JOB} }`,
    { isUnfolded: true },
  )
  player.settle('job', 'FAILED')
  player.restart()
  player.settle('job')
  const run = player.state.runs.reopen(LARGE - 7)
  run.isRemoved = true

  assert.equal(player.history, 'CREATED RUNNING FAILED RESTARTED RUNNING SUCCESS')
  assert.equal(player.state.runs.at(LARGE - 7)?.isRemoved, true)
  assert.deepEqual(player.state.runs.at(LARGE - 8)?.outputs, { value: 'x' })
})
