import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  durationWords,
  fromLocalField,
  prettyJson,
  problemOfName,
  problemOfValue,
  toLocalField,
  ttlOf,
} from './key-value.ts'

test('a value is judged by its type before it is sent', () => {
  assert.equal(problemOfValue('NUMBER', ' -12.5e3 '), undefined)
  assert.equal(problemOfValue('NUMBER', '12 apples'), 'Write a number such as 12.5.')
  assert.equal(problemOfValue('DURATION', 'PT1H30M'), undefined)
  assert.ok(problemOfValue('DURATION', 'soon'))
  assert.equal(problemOfValue('JSON', '{"a": [1]}'), undefined)
  assert.ok(problemOfValue('JSON', '{"a": '))
  assert.equal(problemOfValue('DATE', '2031-05-06'), undefined)
  assert.ok(problemOfValue('DATE', '6 May'))
  assert.equal(problemOfValue('DATETIME', '2031-05-06T07:08:09Z'), undefined)
  assert.ok(problemOfValue('DATETIME', ''))
  assert.equal(problemOfValue('STRING', ''), undefined)
})

test('a name is judged as the server does', () => {
  assert.equal(problemOfName('orders.last_id-2'), undefined)
  assert.ok(problemOfName(''))
  assert.ok(problemOfName('a/b'))
  assert.ok(problemOfName('x'.repeat(257)))
})

test('durations are told in words', () => {
  assert.equal(durationWords('PT1H30M'), '1 h 30 min')
  assert.equal(durationWords('soon'), undefined)
})

test('JSON is arranged unless that would change a digit', () => {
  assert.equal(prettyJson('{"a":1}'), '{\n  "a": 1\n}')
  assert.equal(prettyJson('{"a":12345678901234567890}'), '{"a":12345678901234567890}')
  assert.equal(prettyJson('{"a":'), '{"a":')
})

test('a moment survives the field for local moments', () => {
  assert.equal(fromLocalField(toLocalField('2031-05-06T07:08:09Z')), '2031-05-06T07:08:09Z')
  assert.equal(toLocalField('nonsense'), '')
})

test('the life of a key is a duration from now on', () => {
  const at = { custom: ' PT5M ', expiresMs: 61_000, nowMs: 1_000 }
  assert.equal(ttlOf('never', at), undefined)
  assert.equal(ttlOf('P7D', at), 'P7D')
  assert.equal(ttlOf('custom', at), 'PT5M')
  assert.equal(ttlOf('kept', at), 'PT60.000S')
  assert.equal(ttlOf('kept', { ...at, expiresMs: undefined }), undefined)
})
