import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toDouble, type Value } from '@batuta/core'
import { ionValue, keyTypeOf, outputOfKey, storedText, typedValue, valueOfKey, type KeyType } from './key-value.ts'

/** What kv() and Get say of a value in 1.x and in 2.0. */
function readBack(value: Value, type: KeyType | undefined, dialect: 1 | 2 = 1): readonly [KeyType, Value, Value] {
  const typed = typedValue(value, type, dialect)
  const row = { value: storedText(typed), type: typed.type }
  return [typed.type, valueOfKey(row), outputOfKey(row, dialect)]
}

test('a text becomes what its type says', () => {
  assert.deepEqual(readBack('12', 'STRING'), ['STRING', '12', '12'])
  assert.deepEqual(readBack('12.5', 'NUMBER'), ['NUMBER', 12.5, 12.5])
  assert.deepEqual(readBack(toDouble(4), 'NUMBER'), ['NUMBER', toDouble(4), toDouble(4)])
  assert.deepEqual(readBack('true', 'BOOLEAN'), ['BOOLEAN', true, true])
  assert.deepEqual(readBack('{"a": [1, {"b": null}]}', 'JSON')[1], { a: [1, { b: null }] })
  assert.deepEqual(readBack('PT1H30M', 'DURATION'), ['DURATION', 'PT1H30M', 5400])
  assert.deepEqual(readBack(7, 'STRING'), ['STRING', '7', '7'])
})

test('a moment has six digits of a second for Get in 2.0', () => {
  const text = '2031-05-06T07:08:09Z'

  assert.deepEqual(readBack(text, 'DATETIME', 1), ['DATETIME', text, text])
  assert.deepEqual(readBack(text, 'DATETIME', 2), ['DATETIME', text, '2031-05-06T07:08:09.000000Z'])
  assert.equal(readBack('2031-05-06T09:08:09+02:00', 'DATETIME')[1], text)
})

test('a plain date is a DATE in 2.0 only', () => {
  assert.throws(() => readBack('2031-05-06', 'DATE', 1), /is no DATE that can be stored: write a moment/)
  assert.deepEqual(readBack('2031-05-06', 'DATE', 2), ['DATE', '2031-05-06', '2031-05-06'])
})

test('without a type the value keeps its own, and a duration is found', () => {
  assert.deepEqual(readBack('1', undefined), ['STRING', '1', '1'])
  assert.deepEqual(readBack(1, undefined), ['NUMBER', 1, 1])
  assert.deepEqual(readBack(false, undefined), ['BOOLEAN', false, false])
  assert.deepEqual(readBack(['a'], undefined), ['JSON', ['a'], ['a']])
  assert.deepEqual(readBack('P1DT1M', undefined), ['DURATION', 'PT24H1M', 86_460])
  assert.deepEqual(readBack('P', undefined)[0], 'STRING')
})

test('what is not of its type is refused by name', () => {
  for (const [value, type, reason] of [
    ['twelve', 'NUMBER', /"twelve" is no NUMBER/],
    ['soon', 'DURATION', /is no DURATION/],
    ['{', 'JSON', /is no JSON/],
    ['yesterday', 'DATETIME', /is no DATETIME/],
  ] as const)
    assert.throws(() => typedValue(value, type, 1), reason)
  assert.throws(() => keyTypeOf('TEXT'), /There is no type "TEXT"/)
  assert.throws(() => storedText({ type: 'STRING', value: 'x'.repeat(5_000_000) }), /at most 4194304 are kept/)
})

test('a text of the API is Ion', () => {
  for (const [text, type, value] of [
    ['"hello"', 'STRING', 'hello'],
    ['12', 'NUMBER', 12],
    ['true', 'BOOLEAN', true],
    ['{"a": 1}', 'JSON', { a: 1 }],
    ['2031-05-06', 'DATE', '2031-05-06'],
    ['2031-05-06T07:08:09Z', 'DATETIME', '2031-05-06T07:08:09Z'],
    ['"PT1H"', 'DURATION', 'PT1H'],
    ['hello', 'STRING', 'hello'],
  ] as const)
    assert.deepEqual(ionValue(text), { type, value })
  assert.throws(() => ionValue('{"a": '), /no JSON or Ion/)
  assert.throws(() => ionValue('1 2'), /must be one value/)
  assert.throws(() => ionValue(''), /must be one value/)
})
