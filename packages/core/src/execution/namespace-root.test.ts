import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Value } from '../std/value.ts'
import { NAMESPACE_VARIABLES, namespaceRoot } from './namespace-root.ts'

test('the closer namespace counts, those above fill in', () => {
  const variables = new Map<string, Value>([
    ['a', { region: 'eu', color: 'red' }],
    ['a.b', { color: 'blue' }],
    ['a.bc', { color: 'green' }],
  ])
  const roots = new Map<string, Value>([[NAMESPACE_VARIABLES, variables]])

  assert.deepEqual(namespaceRoot(roots, 'a.b.c'), { color: 'blue', region: 'eu' })
  assert.deepEqual(namespaceRoot(roots, 'a'), { region: 'eu', color: 'red' })
  assert.equal(namespaceRoot(roots, 'x'), undefined)
  assert.equal(namespaceRoot(new Map(), 'a'), undefined)
})
