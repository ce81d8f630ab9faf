import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storedMark, storedOf } from '../std/stored-mark.ts'
import type { Value } from '../std/value.ts'
import { holdsStored, storedAt, withStored } from './stored.ts'

const A = storedMark('kestra:///a', 10, 'TEXT')
const B = storedMark('kestra:///b', 10, 'JSON')
const OUTPUTS: Value = { one: { text: A, n: 1 }, two: { list: [1, { deep: B }] } }

const lookup = (root: string): Value | undefined =>
  root === 'outputs' ? OUTPUTS : root === 'vars' ? { a: A } : undefined
const reached = (...paths: string[][]): string[] => [...storedAt(paths, lookup).keys()]

test('a path reaches the marks on its way and below its end', () => {
  assert.deepEqual(reached(['outputs', 'one', 'text']), ['kestra:///a'])
  assert.deepEqual(reached(['outputs', 'one', 'text', 'inner']), ['kestra:///a'])
  assert.deepEqual(reached(['outputs', 'one', 'n']), [])
  assert.deepEqual(reached(['outputs', 'two']), ['kestra:///b'])
  assert.deepEqual(reached(['outputs', 'two', 'list', '1']), ['kestra:///b'])
  assert.deepEqual(reached([]), ['kestra:///a', 'kestra:///b'])
  assert.deepEqual(reached(['vars', 'a'], ['ghost']), [])
})

test('what was loaded stands in the place of its mark', () => {
  const loaded = new Map<string, Value>([['kestra:///b', { k: 'v' }]])

  const value = withStored(OUTPUTS, loaded)

  assert.deepEqual(value, { one: { text: A, n: 1 }, two: { list: [1, { deep: { k: 'v' } }] } })
  assert.equal(holdsStored(value), true)
  assert.equal(holdsStored({ type: 'other', uri: 'kestra:///a' }), false)
  assert.deepEqual(storedOf(A), { uri: 'kestra:///a', format: 'TEXT' })
})
