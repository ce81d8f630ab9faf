import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOB, play } from './testing/player.ts'
import { holdsSealed, openSealed, reachesSealed, sealedIn } from './sealed.ts'
import { ENCRYPTED_TYPE } from '../flow/input-value.ts'
import { toPlain } from '../std/value-plain.ts'
import { Fuel } from '../expression/fuel.ts'
import type { Value, ValueMap } from '../std/value.ts'

const sealed = (value: string): ValueMap => ({ type: ENCRYPTED_TYPE, value })

test('encrypted values are found at any depth, and opened without touching anything else', () => {
  const value: Value = { a: [1, { b: sealed('x') }], c: sealed('y'), d: 'plain' }

  assert.equal(holdsSealed(value), true)
  assert.deepEqual(sealedIn(value), ['x', 'y'])
  assert.deepEqual(toPlain(openSealed(value, text => `<${text}>`)), { a: [1, { b: '<x>' }], c: '<y>', d: 'plain' })
})

test('a path reaches an encrypted value when it leads to it, or to what holds it', () => {
  const scope = {
    lookup: (root: string) => (root === 'inputs' ? { open: 'a', deep: { key: sealed('x') } } : undefined),
    nowMs: 0,
    random: () => 0,
    zone: 'UTC',
    locale: 'en',
    fuel: new Fuel(),
  }

  assert.equal(reachesSealed([['inputs', 'open']], scope), false)
  assert.equal(reachesSealed([['inputs', 'deep', 'key']], scope), true)
  assert.equal(reachesSealed([['inputs', 'deep']], scope), true)
  assert.equal(reachesSealed([[]], scope), true)
  assert.equal(reachesSealed([['vars', 'deep']], scope), false)
})

const FLOW = `
inputs: [{ id: key, type: SECRET }, { id: open, type: STRING }]
tasks:
  - { id: plain, type: core.debug.Return, format: "{{ inputs.open }}" }
  - { id: reads, type: core.debug.Return, format: "{{ inputs.key }}" }
  - id: choice
    type: core.flow.If
    condition: "{{ inputs.key == 'x' }}"
    then: [{ id: yes, type: ${JOB} }]
outputs: [{ id: again, type: SECRET, value: "{{ inputs.key }}" }]`

test('a pure task that reads a SECRET is run by the host, others stay in the turn, and conditions are asked for', () => {
  const player = play(FLOW, { inputs: { key: sealed('cipher'), open: 'a' } })

  assert.equal(player.states['plain'], 'SUCCESS')
  assert.equal(player.out, 'reads')
  player.settle('reads')
  assert.deepEqual([...player.state.asked], ['2 condition:text'])
  player.answer('choice', 'condition:text', { value: 'true' })
  player.settle('yes')

  assert.equal(player.state.state, 'SUCCESS')
  assert.deepEqual(player.state.outputs, { again: sealed('cipher') })
})
