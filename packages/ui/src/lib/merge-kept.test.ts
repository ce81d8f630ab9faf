import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readBookmarks } from './bookmarks-shape.ts'
import { changesOf, mergeKept } from './merge-kept.ts'

const LOCAL: Readonly<Record<string, string>> = {
  theme: 'dark',
  'rail.pinned': 'true',
  preferences: '{"zone":"utc"}',
  'executions.columns': 'state,flow',
}
const read = (key: string): string | undefined => LOCAL[key]

test('new choices of this browser go to the server, all others come from it', () => {
  const server = { theme: 'light', preferences: { zone: 'browser' }, bookmarks: [{ title: 'a', to: '/a' }], later: 1 }

  const merged = mergeKept(server, ['theme', 'rail.pinned', 'bookmarks'], read)
  const changes = changesOf(server, ['theme', 'rail.pinned', 'bookmarks'], read)

  assert.deepEqual(merged, { theme: 'dark', preferences: { zone: 'browser' }, later: 1, 'rail.pinned': true })
  assert.deepEqual(changes, [
    ['preferences', '{"zone":"browser"}'],
    ['executions.columns', undefined],
  ])
})

test('what this browser knows already is no change', () => {
  const server = mergeKept({}, Object.keys(LOCAL), read)

  assert.deepEqual(changesOf(server, [], read), [])
})

test('bookmarks lead into this page only', () => {
  const text = JSON.stringify([{ title: 'a', to: '/flows' }, { title: 'b', to: '//evil.example' }, { to: '/x' }, 3])

  assert.deepEqual(readBookmarks(text), [{ title: 'a', to: '/flows' }])
  assert.deepEqual(readBookmarks('nonsense'), [])
})
