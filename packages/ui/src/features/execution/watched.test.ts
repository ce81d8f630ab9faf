import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeAt, joinChanges, neighbours } from './watched.ts'

const PAGES = [
  [
    {
      expression: 'x',
      changes: [
        { seq: 0, error: 'none' },
        { seq: 4, value: [1] },
      ],
    },
  ],
  [
    {
      expression: 'x',
      changes: [
        { seq: 9, value: [1] },
        { seq: 12, value: [2] },
      ],
    },
  ],
]

test('pages are put together, and what a page begins with is no change', () => {
  const [watched] = joinChanges(PAGES)

  assert.deepEqual(
    watched?.changes.map(({ seq }) => seq),
    [0, 4, 12],
  )
  assert.deepEqual(joinChanges([]), [])
})

test('at any event there is one value, with a change before it and one after it', () => {
  const changes = joinChanges(PAGES)[0]?.changes ?? []

  assert.deepEqual(
    [0, 3, 4, 11, 12].map(seq => changeAt(changes, seq)?.seq),
    [0, 0, 4, 4, 12],
  )
  assert.deepEqual(
    [0, 4, 12].map(seq => [neighbours(changes, seq).before?.seq, neighbours(changes, seq).after?.seq]),
    [
      [undefined, 4],
      [0, 12],
      [4, undefined],
    ],
  )
})
