import assert from 'node:assert/strict'
import test from 'node:test'
import { Double } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import type { InputType, Output } from './flow.ts'
import { resolveOutputs } from './outputs.ts'

function output(id: string, type: InputType | undefined, required = true): Output {
  return { id, value: '', required, ...(type !== undefined && { type }) }
}

const TYPED: readonly (readonly [InputType | undefined, Value, Value])[] = [
  ['STRING', 't2', 't2'],
  ['STRING', { value: 'x' }, '{"value":"x"}'],
  ['INT', '21', 21],
  ['FLOAT', '3.5', 3.5],
  ['BOOL', 'true', true],
  ['DATE', '2031-05-06', '2031-05-06'],
  ['DURATION', 'PT90S', new Double(90)],
  ['DATETIME', '2031-05-06T07:08:09Z', '2031-05-06T07:08:09Z'],
  ['DATETIME', '2031-05-06T07:08:09.5+01:00', '2031-05-06T06:08:09.500Z'],
  ['JSON', '{"k":"v"}', { k: 'v' }],
  ['JSON', { k: 'v' }, { k: 'v' }],
  ['ARRAY', [1, 2], [1, 2]],
  ['ARRAY', '[1, 2]', [1, 2]],
  [undefined, { any: 1 }, { any: 1 }],
]

for (const [type, rendered, value] of TYPED) {
  test(`an output of type ${type ?? 'none'} makes ${JSON.stringify(rendered)} what it should be`, () => {
    const { values, problems } = resolveOutputs([output('o', type)], { o: rendered })

    assert.deepEqual(problems, [])
    assert.deepEqual(values, { o: value })
  })
}

test('ids with dots stay flat', () => {
  assert.deepEqual(resolveOutputs([output('a.b', 'STRING')], { 'a.b': 'x' }).values, { 'a.b': 'x' })
})

test('an optional output may be missing, a required one may not', () => {
  assert.deepEqual(resolveOutputs([output('a', 'STRING', false)], { a: null }).values, {})
  assert.deepEqual(
    resolveOutputs([output('a', 'STRING')], {}).problems.map(({ id }) => id),
    ['a'],
  )
})

test('one wrong output spoils them all, and says which', () => {
  const { values, problems } = resolveOutputs([output('good', 'STRING'), output('bad', 'INT')], {
    good: 'x',
    bad: 'many',
  })

  assert.equal(values, undefined)
  assert.match(problems[0]?.message ?? '', /Invalid output for `bad`/)
})

test('a secret output is encrypted, or refused where no key is configured', () => {
  const secret = [output('s', 'SECRET')]

  assert.deepEqual(resolveOutputs(secret, { s: 'hush' }, { encrypt: plain => `<${plain}>` }).values, { s: '<hush>' })
  assert.equal(resolveOutputs(secret, { s: 'hush' }).problems.length, 1)
})
