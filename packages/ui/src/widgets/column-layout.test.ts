import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  arrangeColumns,
  moveColumn,
  NO_LAYOUT,
  readLayout,
  tableWidth,
  turnPin,
  writeLayout,
  type Arranged,
} from './column-layout.ts'

const COLUMNS: readonly Arranged[] = [
  { id: 'state', title: 'State', width: '120px' },
  { id: 'flow', title: 'Flow' },
  { id: 'took', title: 'Took', width: '90px' },
  { id: 'menu', title: '', width: '56px' },
]

test('columns stand as somebody put them, new ones behind those, the buttons of a row last', () => {
  const arranged = arrangeColumns(COLUMNS, { ...NO_LAYOUT, order: ['took', 'state', 'gone'], widths: { flow: 300 } })

  assert.deepEqual(
    arranged.map(({ id, width }) => [id, width]),
    [
      ['took', '90px'],
      ['state', '120px'],
      ['flow', '300px'],
      ['menu', '56px'],
    ],
  )
})

test('a table that nobody has touched is as wide as its place', () => {
  assert.equal(tableWidth(COLUMNS, NO_LAYOUT), undefined)
  assert.equal(tableWidth(COLUMNS, { ...NO_LAYOUT, widths: { state: 120 } }), 120 + 160 + 90 + 56)
})

test('what was kept comes back, within bounds; what cannot be read is no choice', () => {
  const layout = readLayout(writeLayout({ order: ['b', 'a'], widths: { a: 5_000, b: 3 }, pinned: ['b', 'c'] }))

  assert.deepEqual(layout, { order: ['b', 'a'], widths: { a: 960, b: 56 }, pinned: ['b'] })
  assert.deepEqual(readLayout('{'), NO_LAYOUT)
  assert.equal(writeLayout(NO_LAYOUT), undefined)
})

test('columns that stay stand first, each behind the widths of those before it', () => {
  const layout = turnPin(turnPin(NO_LAYOUT, 'took', 90), 'flow', 300)

  const arranged = arrangeColumns(COLUMNS, layout)

  assert.deepEqual(
    arranged.map(({ id, pinPx }) => [id, pinPx]),
    [
      ['took', 0],
      ['flow', 90],
      ['state', undefined],
      ['menu', undefined],
    ],
  )
  assert.deepEqual(turnPin(layout, 'took', 90).pinned, ['flow'])
})

test('a column moves by one place and not beyond the ends', () => {
  assert.deepEqual(moveColumn(['a', 'b', 'c'], 'b', -1), ['b', 'a', 'c'])
  assert.deepEqual(moveColumn(['a', 'b', 'c'], 'c', 1), ['a', 'b', 'c'])
})
