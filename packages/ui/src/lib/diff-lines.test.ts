import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diffLines, foldUnchanged, type LineChange } from './diff-lines.ts'

const SIGN = { same: ' ', removed: '-', added: '+' } as const
const shown = (changes: readonly (LineChange | number)[]): readonly string[] =>
  changes.map(change => (typeof change === 'number' ? `… ${change}` : SIGN[change.type] + change.text))

test('a changed line is taken out and put in, what surrounds it stays', () => {
  assert.deepEqual(shown(diffLines('a\nb\nc\n', 'a\nB\nc\n')), [' a', '-b', '+B', ' c'])
})

test('lines that moved apart are found again', () => {
  assert.deepEqual(shown(diffLines('a\nb\nc\nd', 'x\nb\ny\nd\nz')), ['-a', '+x', ' b', '-c', '+y', ' d', '+z'])
})

test('lines carry their numbers on both sides', () => {
  const changes = diffLines('a\nb', 'new\na\nb')

  assert.deepEqual(changes.at(-1), { type: 'same', left: 2, right: 3, text: 'b' })
})

test('an empty text has no lines', () => {
  assert.deepEqual(shown(diffLines('', 'a')), ['+a'])
  assert.deepEqual(shown(diffLines('a', '')), ['-a'])
  assert.deepEqual(diffLines('', ''), [])
})

test('any two texts can be put together again from their difference', () => {
  const texts = ['a\nb\nc\na\nb\nb\na', 'c\nb\na\nb\na\nc', 'a\na\na', 'b', 'x\ny\nz\na\nb']
  for (const before of texts)
    for (const after of texts) {
      const changes = diffLines(before, after)

      assert.equal(changes.flatMap(c => (c.type === 'added' ? [] : [c.text])).join('\n'), before)
      assert.equal(changes.flatMap(c => (c.type === 'removed' ? [] : [c.text])).join('\n'), after)
    }
})

test('what is far from a change is folded', () => {
  const before = Array.from({ length: 9 }, (_, index) => `line ${index}`).join('\n')

  assert.deepEqual(shown(foldUnchanged(diffLines(before, before.replace('line 4', 'changed')), 1)), [
    '… 3',
    ' line 3',
    '-line 4',
    '+changed',
    ' line 5',
    '… 3',
  ])
})
