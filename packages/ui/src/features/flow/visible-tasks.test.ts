import assert from 'node:assert/strict'
import { test } from 'node:test'
import { visibleTasks } from './visible-tasks.ts'

const TASKS = [
  { id: 'fetch', depth: 0, isGroup: false },
  { id: 'outer', depth: 0, isGroup: true },
  { id: 'inner', parent: 'outer', depth: 1, isGroup: true },
  { id: 'leaf', parent: 'inner', depth: 2, isGroup: false },
  { id: 'load', depth: 0, isGroup: false },
]

test('a folded group hides what is inside of it, at any depth', () => {
  assert.deepEqual(
    visibleTasks(TASKS, new Set(['outer'])).map(({ id }) => id),
    ['fetch', 'outer', 'load'],
  )
  assert.deepEqual(
    visibleTasks(TASKS, new Set(['inner'])).map(({ id }) => id),
    ['fetch', 'outer', 'inner', 'load'],
  )
})
