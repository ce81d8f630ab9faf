import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QueryClient } from '@tanstack/query-core'
import { AHEAD_FRESH_MS, newPageAhead } from './page-ahead.ts'

function openWorld() {
  const client = new QueryClient()
  const asked: number[] = []
  const ahead = newPageAhead(client, ['flows', 'ahead', 'all'], (page: number) => {
    asked.push(page)
    return Promise.resolve(`page ${page}, answer ${asked.length}`)
  })
  return { client, asked, ahead, take: (page: number) => ahead.take(page, new AbortController().signal) }
}

test('a page that was asked for ahead is taken once', async () => {
  const { asked, ahead, take } = openWorld()
  await ahead.prepare(2)

  const found = [await take(2), await take(2), await take(3)]

  assert.deepEqual(found, ['page 2, answer 1', 'page 2, answer 2', 'page 3, answer 3'])
  assert.deepEqual(asked, [2, 2, 3])
})

test('a page that is under way is waited for, and not asked for twice', async () => {
  const { asked, ahead, take } = openWorld()
  const preparing = ahead.prepare(2)

  assert.equal(await take(2), 'page 2, answer 1')
  await preparing
  assert.deepEqual(asked, [2])
})

test('what is outdated or forgotten, or was asked for long ago, is asked for again', async t => {
  const { client, ahead, take } = openWorld()
  await ahead.prepare(2)
  await client.invalidateQueries({ queryKey: ['flows'] })
  assert.equal(await take(2), 'page 2, answer 2')

  await ahead.prepare(2)
  ahead.forget()
  assert.equal(await take(2), 'page 2, answer 4')

  await ahead.prepare(2)
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + AHEAD_FRESH_MS + 1 })
  assert.equal(await take(2), 'page 2, answer 6')
})

test('a page ahead that fails tells nobody, and is asked for again by who wants it', async () => {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const answers = [() => Promise.reject(new Error('no')), () => Promise.resolve('yes')]
  const ahead = newPageAhead(client, ['flows', 'ahead'], async () => await (answers.shift() ?? (() => 'none'))())

  await ahead.prepare(2)

  assert.equal(await ahead.take(2, new AbortController().signal), 'yes')
})
