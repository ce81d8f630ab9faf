// What a browser fetches before a page is there stays within its budget.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { newPageServer } from '../../packages/server/src/http/static/serve-page.ts'
import { STYLE_BUDGET, measurePages } from '../../scripts/size-ui.ts'

const FILES_MAX = 6
const DOCUMENT_BUDGET = 3_000
const PAGE_DIR = join(import.meta.dirname, '..', '..', 'dist', 'ui')

test('the shell and every page are as light as promised', () => {
  const sizes = measurePages()
  const heavy = sizes.filter(
    ({ scriptBytes, styleBytes, budgetBytes }) => scriptBytes > budgetBytes || styleBytes > STYLE_BUDGET,
  )

  assert.deepEqual(heavy, [])
  assert.ok(sizes.length > 1)
  assert.ok((sizes[0]?.files ?? 0) <= FILES_MAX)
})

test('the document itself is as light as promised, with the shell in it', async () => {
  const serve = newPageServer({ folder: PAGE_DIR, tenant: 'main', isStranger: () => false })
  const paths = [
    '',
    '/flows',
    '/executions',
    '/dashboards',
    '/kv',
    '/inbox',
    '/executions/a/b/c',
    '/flows/edit/a/b/edit',
  ]
  const sizes = await Promise.all(
    paths.map(async path => {
      const reply = await serve({ method: 'GET', path: `/ui${path}`, headers: { 'accept-encoding': 'br' } })
      return [path, reply?.type === 'body' ? reply.body.length : Number.NaN] as const
    }),
  )

  assert.deepEqual(
    sizes.filter(([, bytes]) => !(bytes <= DOCUMENT_BUDGET)),
    [],
  )
})
