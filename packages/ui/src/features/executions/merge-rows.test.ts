import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergeRows } from './merge-rows.ts'

interface Row {
  readonly id: string
  readonly state: string
}

const row = (id: string, state = 'RUNNING'): Row => ({ id, state })
const pages = [
  { results: [row('c'), row('b')], total: 3 },
  { results: [row('a')], total: 3 },
]

test('a known row changes where it stands', () => {
  const { pages: merged, left } = mergeRows(pages, { rows: [row('a', 'SUCCESS')], gone: [], isNewTaken: true })

  assert.deepEqual(
    merged.map(page => page.results.map(({ id, state }) => `${id} ${state}`)),
    [['c RUNNING', 'b RUNNING'], ['a SUCCESS']],
  )
  assert.deepEqual(left, [])
})

test('new rows come first, the newest before the others, and are counted', () => {
  const { pages: merged } = mergeRows(pages, { rows: [row('d'), row('e')], gone: [], isNewTaken: true })

  assert.deepEqual(
    merged[0]?.results.map(({ id }) => id),
    ['e', 'd', 'c', 'b'],
  )
  assert.equal(merged[0]?.total, 5)
})

test('new rows are handed back while somebody reads below', () => {
  const { pages: merged, left } = mergeRows(pages, { rows: [row('d')], gone: [], isNewTaken: false })

  assert.equal(merged[0]?.results.length, 2)
  assert.deepEqual(
    left.map(({ id }) => id),
    ['d'],
  )
})

test('what the filter does not keep any more goes', () => {
  const { pages: merged } = mergeRows<Row, (typeof pages)[number]>(pages, {
    rows: [],
    gone: ['b', 'x'],
    isNewTaken: true,
  })

  assert.deepEqual(
    merged[0]?.results.map(({ id }) => id),
    ['c'],
  )
  assert.equal(merged[0]?.total, 2)
})

test('an old row of a page that was not read is no new one', () => {
  const { pages: merged, left } = mergeRows(pages, { rows: [row('0')], gone: [], isNewTaken: true })

  assert.equal(merged[0]?.results.length, 2)
  assert.deepEqual(left, [])
})
