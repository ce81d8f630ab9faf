import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TextList, encodeTexts } from './text-list.ts'

test('texts are found by their place, across blocks, and written as JSON', () => {
  const texts = Array.from({ length: 3_000 }, (_, index) => (index % 7 === 0 ? '' : `"ü${index}`))
  const list = TextList.of(texts, 5_000)

  assert.equal(list.length, texts.length)
  assert.deepEqual([...list], texts)
  assert.deepEqual(
    [list.at(1_023), list.at(1_024), list.at(3_000), list.at(-1)],
    [texts[1_023], texts[1_024], undefined, undefined],
  )
  assert.deepEqual(JSON.parse(encodeTexts(list)), texts)
  assert.equal(encodeTexts(TextList.of([], 0)), '[]')
})
