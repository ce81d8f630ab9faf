import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyEdits } from './edit-yaml.ts'
import { replaceText } from './replace-text.ts'

test('only what is between the common beginning and end is replaced', () => {
  assert.deepEqual(replaceText('id: a\nx: 1\nend\n', 'id: a\nx: 22\nend\n'), [{ from: 9, to: 10, insert: '22' }])
  assert.deepEqual(replaceText('same', 'same'), [])
})

test('any text is made of any other', () => {
  const texts = ['', 'a', 'aa', 'ab', 'aba', 'abba', 'b']
  for (const before of texts)
    for (const after of texts) assert.equal(applyEdits(before, replaceText(before, after)), after)
})
