import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expressionOf, itemsOf, rootOf, valueAt } from './output-tree.ts'

const value = { uri: 'kestra:///a/b/c.csv', rows: 3, list: [{ 'a b': true }] }

test('each name tells what is behind it', () => {
  assert.deepEqual(
    itemsOf(value).map(({ key, kind, hint }) => `${key} ${kind} ${hint}`),
    ['uri file c.csv', 'rows value 3', 'list branch [1]'],
  )
  assert.deepEqual(itemsOf('text'), [])
})

test('a path leads to its value, or to nothing', () => {
  assert.equal(valueAt(value, ['list', 0, 'a b']), true)
  assert.equal(valueAt(value, ['rows', 'more']), undefined)
})

test('the expression is what a template writes', () => {
  assert.equal(expressionOf(rootOf('load', undefined), ['list', 0, 'a b']), '{{ outputs.load.list[0]["a b"] }}')
  assert.equal(expressionOf(rootOf('load-it', 'x'), []), '{{ outputs["load-it"]["x"] }}')
})
