import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idOf, markOverrides, refOf } from './mark-overrides.ts'

test('the nearest namespace that has a key is the one that counts', () => {
  const marks = markOverrides(
    [
      { namespace: 'a', key: 'rate' },
      { namespace: 'a.b', key: 'rate' },
      { namespace: 'a', key: 'region' },
      { namespace: 'a.b', key: 'own' },
      { namespace: 'a', key: 'far' },
      { namespace: 'a.b.c', key: 'far' },
    ],
    'a.b.c',
  )

  assert.deepEqual(marks.get('a.b/rate'), { type: 'inherited' })
  assert.deepEqual(marks.get('a/rate'), { type: 'overridden' })
  assert.deepEqual(marks.get('a/region'), { type: 'inherited' })
  assert.deepEqual(marks.get('a.b.c/far'), { type: 'overrides', namespace: 'a' })
  assert.deepEqual(marks.get('a/far'), { type: 'overridden' })
})

test('a key of the namespace itself that hides none is its own', () => {
  assert.deepEqual(markOverrides([{ namespace: 'a', key: 'x' }], 'a').get('a/x'), { type: 'own' })
})

test('an id names its namespace and its key', () => {
  assert.deepEqual(refOf(idOf({ namespace: 'a.b', key: 'x-1' })), { namespace: 'a.b', key: 'x-1' })
  assert.equal(refOf('nothing'), undefined)
})
