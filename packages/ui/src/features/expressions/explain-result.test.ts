import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caretLines, mistakeOf, typeNameOf } from './explain-result.ts'

test('the place of a mistake is taken out of the sentence', () => {
  assert.deepEqual(
    mistakeOf(
      'There is no filter "uper" in the expression `{{ 1 | uper }}` at line 1, column 8; did you mean `upper`?',
    ),
    {
      type: 'mistake',
      message: 'There is no filter "uper"; did you mean `upper`?',
      line: 1,
      column: 8,
    },
  )
  assert.deepEqual(mistakeOf('No such key.'), { type: 'mistake', message: 'No such key.', line: 1, column: 1 })
})

test('a caret stands below the mistake', () => {
  assert.equal(caretLines('a\n{{ x }}', 2, 4), '{{ x }}\n   ^')
})

test('values are told by their types', () => {
  assert.deepEqual([null, [1], { a: 1 }, 1, 1.5, 'x', true].map(typeNameOf), [
    'null',
    'list of 1',
    'map of 1',
    'integer',
    'number',
    'string',
    'boolean',
  ])
})
