import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play } from './testing/player.ts'

const FLOW = `
tasks:
  - { id: skipped, type: core.debug.Return, format: x, runIf: '{{ false }}' }
  - { id: silent, type: core.log.Log, message: x }
  - id: seen
    type: core.debug.Return
    format: "{{ outputs.skipped is defined }} {{ outputs.silent is defined }} {{ outputs.seen is defined }} {{ outputs.later is defined }}"
  - { id: later, type: core.debug.Return, format: "{{ outputs.skipped.value ?? 'none' }} {{ outputs.seen | keys }}" }`

function valuesOf(dialect: 1 | 2): readonly unknown[] {
  const player = play(`labels: { dialect: "${dialect}" }${FLOW}`)
  assert.equal(player.history, 'CREATED RUNNING SUCCESS')
  return ['seen', 'later'].map(id => Object(player.run(id).outputs)['value'])
}

test('until 1.3 only runs with outputs are among the outputs', () => {
  assert.deepEqual(valuesOf(1), ['false false false false', 'none ["value"]'])
})

test('in 2.0 every run is, the one that runs and those that were skipped, with nothing in it', () => {
  assert.deepEqual(valuesOf(2), ['true true true false', 'none ["value"]'])
})

test('in 2.0 a skipped task of an iteration is among the outputs of its iteration, and of no other', () => {
  const player = play(`
labels: { dialect: "2" }
tasks:
  - id: loop
    type: core.flow.Loop
    values: [a, b]
    tasks:
      - { id: maybe, type: core.debug.Return, format: x, runIf: "{{ item.value == 'b' }}" }
      - { id: seen, type: core.debug.Return, format: "{{ outputs.maybe is defined }} {{ outputs.maybe.value ?? 'none' }}" }
    outputs: [{ id: o, type: STRING, value: "{{ outputs.seen.value }}" }]
  - { id: end, type: ${JOB} }`)

  const { outputs } = Object(player.run('loop').outputs)
  assert.deepEqual(
    outputs.map((each: { outputs: { o: string } }) => each.outputs.o),
    ['true none', 'true x'],
  )
})

test('in 2.0 a skipped task of an iteration is among its outputs after a restart as well', () => {
  const player = play(`
labels: { dialect: "2" }
tasks:
  - id: loop
    type: core.flow.Loop
    values: [a]
    tasks:
      - { id: maybe, type: core.debug.Return, format: x, runIf: '{{ false }}' }
      - { id: bad, type: ${JOB} }
      - { id: seen, type: core.debug.Return, format: "{{ outputs.maybe is defined }}" }
      - { id: end, type: ${JOB} }`)
  player.settle('bad', 'FAILED')
  player.restart()
  player.settle('bad')

  assert.deepEqual(player.run('seen').outputs, { value: 'true' })
})

test('a pass of LoopUntil begins without what the pass before left', () => {
  const player = play(`
labels: { dialect: "2" }
tasks:
  - id: again
    type: core.flow.LoopUntil
    condition: "{{ outputs.again.iterationCount >= 2 }}"
    checkFrequency: { interval: PT1S }
    tasks:
      - { id: first, type: core.debug.Return, format: "{{ outputs.second is defined }}" }
      - { id: second, type: core.log.Log, message: x }`)
  player.fire('pass:0')

  assert.equal(Object(player.run('first').outputs)['value'], 'false')
})
