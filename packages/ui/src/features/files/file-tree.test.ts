import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  fileLines,
  foldersAbove,
  formatSize,
  foundLines,
  outermost,
  pathOf,
  textOf,
  type FileEntry,
} from './file-tree.ts'

const file = (fileName: string): FileEntry => ({ fileName, type: 'File', size: 10, lastModifiedTime: 0 })
const folder = (fileName: string): FileEntry => ({ ...file(fileName), type: 'Directory' })

test('folders stand first, and an open one shows what is in it', () => {
  const folders = new Map([
    ['', [file('b.txt'), folder('sql'), folder('a')]],
    ['/sql', [file('load10.sql'), file('load2.sql')]],
  ])

  assert.deepEqual(
    fileLines(folders, new Set(['/sql'])).map(({ path, depth, isOpen }) => [path, depth, isOpen]),
    [
      ['/a', 0, false],
      ['/sql', 0, true],
      ['/sql/load2.sql', 1, false],
      ['/sql/load10.sql', 1, false],
      ['/b.txt', 0, false],
    ],
  )
})

test('what a search found is a list of paths', () => {
  assert.deepEqual(
    foundLines(['/b', '/a/c']).map(({ path, name }) => [path, name]),
    [
      ['/a/c', 'a/c'],
      ['/b', 'b'],
    ],
  )
})

test('a path is what is typed, tidied up; one that climbs is none', () => {
  assert.equal(pathOf(' sql//load.sql '), '/sql/load.sql')
  assert.equal(pathOf('../x'), undefined)
  assert.equal(pathOf('/'), undefined)
  assert.deepEqual(foldersAbove('/a/b/c.txt'), ['/a', '/a/b'])
})

test('what lies in a folder that goes is not named again', () => {
  assert.deepEqual(outermost(['/a', '/a/b.txt', '/ab.txt']), ['/a', '/ab.txt'])
})

test('sizes are told in three digits', () => {
  assert.deepEqual([0, 1023, 1024, 1_600_000, 5e9].map(formatSize), ['0 B', '1023 B', '1.0 kB', '1.5 MB', '4.7 GB'])
})

test('bytes that are no text are not shown as one', () => {
  assert.equal(textOf(new TextEncoder().encode('grüße').buffer), 'grüße')
  assert.equal(textOf(new Uint8Array([255, 254, 0]).buffer), undefined)
  assert.equal(textOf(new Uint8Array([65, 0, 66]).buffer), undefined)
})
