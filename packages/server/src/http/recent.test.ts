import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Recent } from './recent.ts'

test('what was asked for longest ago goes when there is no room', () => {
  const recent = new Recent<string>(10)
  recent.set('one', '1', 4)
  recent.set('two', '2', 4)
  recent.get('one')

  recent.set('three', '3', 4)

  assert.deepEqual(
    ['one', 'two', 'three'].map(key => [recent.has(key), recent.get(key)]),
    [
      [true, '1'],
      [false, undefined],
      [true, '3'],
    ],
  )
})

test('what is kept anew weighs what it weighs now', () => {
  const recent = new Recent<string>(10)
  recent.set('one', 'much', 9)
  recent.set('one', 'little', 1)
  recent.set('two', '2', 9)

  assert.deepEqual([recent.get('one'), recent.get('two')], ['little', '2'])
})

test('what alone is more than there is room for is not kept', () => {
  const recent = new Recent<string>(10)
  recent.set('one', '1', 5)
  recent.set('two', '2', 11)

  assert.deepEqual([recent.has('one'), recent.has('two')], [false, false])
})
