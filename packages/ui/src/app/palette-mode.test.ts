import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAsked, readLabel } from './palette-mode.ts'

test('the first letter says what is asked for', () => {
  assert.deepEqual(readAsked(' orders'), { mode: 'all', wanted: 'orders' })
  assert.deepEqual(readAsked('>kill '), { mode: 'actions', wanted: 'kill' })
  assert.deepEqual(readAsked('= 1 + 1'), { mode: 'evaluate', wanted: '1 + 1' })
  assert.deepEqual(readAsked('@'), { mode: 'namespaces', wanted: '' })
})

test('a label has a key and, once it is typed, a value', () => {
  assert.deepEqual(readLabel('team'), { key: 'team', value: undefined })
  assert.deepEqual(readLabel('team:data:x'), { key: 'team', value: 'data:x' })
})
