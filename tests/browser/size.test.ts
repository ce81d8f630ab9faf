// What a browser fetches before a page is there stays within its budget.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { STYLE_BUDGET, measurePages } from '../../scripts/size-ui.ts'

const FILES_MAX = 6

test('the shell and every page are as light as promised', () => {
  const sizes = measurePages()
  const heavy = sizes.filter(
    ({ scriptBytes, styleBytes, budgetBytes }) => scriptBytes > budgetBytes || styleBytes > STYLE_BUDGET,
  )

  assert.deepEqual(heavy, [])
  assert.ok(sizes.length > 1)
  assert.ok((sizes[0]?.files ?? 0) <= FILES_MAX)
})
