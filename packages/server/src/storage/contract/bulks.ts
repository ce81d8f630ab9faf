// Operations on many: who may work on one, and what of them is kept.
import assert from 'node:assert/strict'
import type { BulkSave } from '../store.ts'
import { NOW_MS, TENANT, storeCase, type StoreSubject } from './subject.ts'

const KEY = { tenant: TENANT, id: 'op1' }
const CLAIM = { ...KEY, node: 'one', nowMs: NOW_MS, untilMs: NOW_MS + 1_000 }

function saveOf(epoch: number, more: Partial<BulkSave> = {}): BulkSave {
  return {
    ...{ ...KEY, epoch, state: 'running', body: '{"done":1}', untilMs: NOW_MS + 2_000, updatedMs: NOW_MS },
    ...{ heeded: null, chunks: [], ...more },
  }
}

export function bulkContract(subject: StoreSubject): void {
  storeCase(
    subject,
    'an operation is in one hand at a time, and in another when its claim runs out',
    async ({ store }) => {
      await store.perform('createBulk', { ...KEY, body: '{}', updatedMs: NOW_MS, chunks: [{ seq: 0, body: '[0]' }] })

      assert.equal(await store.perform('claimBulk', CLAIM), 1)
      assert.equal(await store.perform('claimBulk', { ...CLAIM, node: 'two' }), null)
      assert.equal(await store.perform('claimBulk', CLAIM), 2)
      const late = { ...CLAIM, node: 'two', nowMs: NOW_MS + 1_000, untilMs: NOW_MS + 3_000 }
      assert.equal(await store.perform('claimBulk', late), 3)
      assert.equal(await store.perform('saveBulk', saveOf(2, { chunks: [{ seq: 0, body: '[]' }] })), false)
      assert.equal(await store.perform('saveBulk', saveOf(3, { chunks: [{ seq: 0, body: '[1]' }] })), true)

      assert.deepEqual(await store.read.findBulk(KEY), {
        ...{ ...KEY, state: 'running', wish: null, node: 'two', epoch: 3, untilMs: NOW_MS + 2_000 },
        ...{ body: '{"done":1}', updatedMs: NOW_MS },
      })
      assert.deepEqual(await store.read.listBulkChunks(KEY, -1, 10), [{ seq: 0, body: '[1]' }])
    },
  )

  storeCase(subject, 'a wish stays until it is followed, and what has ended has none', async ({ store }) => {
    await store.perform('createBulk', { ...KEY, body: '{}', updatedMs: NOW_MS, chunks: [] })
    await store.perform('claimBulk', CLAIM)

    assert.equal(await store.perform('wishBulk', { ...KEY, wish: 'pause' }), true)
    await store.perform('saveBulk', saveOf(1))
    assert.equal((await store.read.findBulk(KEY))?.wish, 'pause')
    await store.perform('saveBulk', saveOf(1, { state: 'paused', heeded: 'pause', untilMs: 0 }))
    assert.equal((await store.read.findBulk(KEY))?.wish, null)
    assert.equal(await store.perform('claimBulk', CLAIM), null)
    await store.perform('wishBulk', { ...KEY, wish: 'resume' })
    assert.equal(await store.perform('claimBulk', CLAIM), 2)
    await store.perform('saveBulk', saveOf(2, { state: 'done', heeded: 'resume' }))
    assert.equal(await store.perform('wishBulk', { ...KEY, wish: 'cancel' }), false)
    assert.equal(await store.perform('claimBulk', CLAIM), null)
  })

  storeCase(
    subject,
    'operations are listed newest first; those that ended long ago go with their chunks',
    async ({ store }) => {
      const other = { ...KEY, id: 'op2' }
      for (const key of [KEY, other])
        await store.perform('createBulk', { ...key, body: '{}', updatedMs: NOW_MS, chunks: [] })
      await store.perform('claimBulk', CLAIM)
      await store.perform('saveBulk', saveOf(1, { state: 'done', chunks: [{ seq: 1, body: '[]' }] }))

      const ids = async (): Promise<readonly string[]> => (await store.read.listBulks(TENANT, 10)).map(({ id }) => id)
      assert.deepEqual(await ids(), ['op2', 'op1'])
      assert.deepEqual(
        (await store.read.listOpenBulks(TENANT)).map(({ id }) => id),
        ['op2'],
      )
      assert.equal(await store.perform('purgeBulks', { tenant: TENANT, beforeMs: NOW_MS }), 0)
      assert.equal(await store.perform('purgeBulks', { tenant: TENANT, beforeMs: NOW_MS + 1 }), 1)
      assert.deepEqual(await ids(), ['op2'])
      assert.deepEqual(await store.read.listBulkChunks(KEY, -1, 10), [])
    },
  )
}
