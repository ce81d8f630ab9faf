// Flows: every save that changes something is a revision, a deletion is one, too, and numbers are never used twice.
import assert from 'node:assert/strict'
import type { FlowKey, FlowWrite, ReasonRow, Store } from '../store.ts'
import { NOW_MS, TENANT, storeCase, type StoreSubject } from './subject.ts'

const KEY: FlowKey = { tenant: TENANT, namespace: 'company.team', flowId: 'hello' }

function flowWrite(more: Partial<FlowWrite> = {}): FlowWrite {
  return { ...KEY, source: 'id: hello', parsed: '{"id":"hello"}', nowMs: NOW_MS, isDisabled: false, ...more }
}

export function flowContract(subject: StoreSubject): void {
  saving(subject)
  deleting(subject)
  forgetting(subject)
  listing(subject)
}

function saving(subject: StoreSubject): void {
  storeCase(subject, 'saving a flow numbers its revisions and keeps the old ones', async ({ store }) => {
    const first = await store.perform('saveFlow', flowWrite())
    const second = await store.perform(
      'saveFlow',
      flowWrite({ source: 'changed', isDisabled: true, nowMs: NOW_MS + 1 }),
    )

    assert.deepEqual(first, { ...flowWrite(), revision: 1, isDeleted: false })
    assert.deepEqual(second, {
      ...flowWrite({ source: 'changed', isDisabled: true, nowMs: NOW_MS + 1 }),
      revision: 2,
      isDeleted: false,
    })
    assert.deepEqual(await store.read.findFlow(KEY), second)
    assert.deepEqual(await store.read.findFlow(KEY, 1), first)
    assert.equal(await store.read.findFlow(KEY, 3), undefined)
    assert.deepEqual(await store.read.listRevisions(KEY), [first, second])
  })

  storeCase(subject, 'saving what is there already changes nothing', async ({ store }) => {
    const first = await store.perform('saveFlow', flowWrite())

    const again = await store.perform('saveFlow', flowWrite({ nowMs: NOW_MS + 99 }))

    assert.deepEqual(again, first)
    assert.equal((await store.read.listRevisions(KEY)).length, 1)
  })

  storeCase(subject, 'the same text that means something else is a new revision', async ({ store }) => {
    await store.perform('saveFlow', flowWrite())

    const again = await store.perform('saveFlow', flowWrite({ parsed: '{"id":"hello","dialect":2}' }))

    assert.equal(again.revision, 2)
  })

  storeCase(subject, 'a save over a named revision is refused once another one is the newest', async ({ store }) => {
    await store.perform('saveFlow', flowWrite())
    const theirs = await store.perform('reviseFlow', { ...flowWrite({ source: 'theirs' }), follows: 1 })

    const late = await store.perform('reviseFlow', { ...flowWrite({ source: 'late' }), follows: 1 })
    const again = await store.perform('reviseFlow', { ...flowWrite({ source: 'theirs' }), follows: 1 })
    const merged = await store.perform('reviseFlow', { ...flowWrite({ source: 'merged' }), follows: 2 })

    assert.deepEqual([theirs?.revision, late, again, merged?.revision], [2, null, theirs, 3])
    assert.equal((await store.read.listRevisions(KEY)).length, 3)
  })

  storeCase(subject, 'a save over a named revision brings back nothing that was deleted', async ({ store }) => {
    const none = await store.perform('reviseFlow', { ...flowWrite(), follows: 1 })
    await store.perform('saveFlow', flowWrite())
    await store.perform('deleteFlow', { ...KEY, nowMs: NOW_MS + 5 })

    const late = await store.perform('reviseFlow', { ...flowWrite({ source: 'late' }), follows: 2 })

    assert.deepEqual([none, late], [null, null])
  })

  storeCase(subject, 'what a save returned is what is read afterwards, and after a restart', async opened => {
    const saved = await opened.store.perform('saveFlow', flowWrite({ source: 'a\nb\t"c"' }))

    const store = await opened.reopen()

    assert.deepEqual(await store.read.findFlow(KEY), saved)
  })
}

function deleting(subject: StoreSubject): void {
  storeCase(
    subject,
    'a deletion is a revision of its own: the newest is gone, the older ones stay',
    async ({ store }) => {
      const first = await store.perform('saveFlow', flowWrite())

      const isDeleted = await store.perform('deleteFlow', { ...KEY, nowMs: NOW_MS + 5 })

      assert.equal(isDeleted, true)
      assert.equal(await store.read.findFlow(KEY), undefined)
      assert.deepEqual(await store.read.findFlow(KEY, 1), first)
      assert.deepEqual(
        (await store.read.listRevisions(KEY)).map(row => [row.revision, row.isDeleted, row.nowMs]),
        [
          [1, false, NOW_MS],
          [2, true, NOW_MS + 5],
        ],
      )
      assert.deepEqual(await store.read.listFlows(undefined, 10), [])
    },
  )

  storeCase(subject, 'there is nothing to delete twice, or that never was', async ({ store }) => {
    assert.equal(await store.perform('deleteFlow', { ...KEY, nowMs: NOW_MS }), false)
    await store.perform('saveFlow', flowWrite())
    await store.perform('deleteFlow', { ...KEY, nowMs: NOW_MS })

    assert.equal(await store.perform('deleteFlow', { ...KEY, nowMs: NOW_MS }), false)
  })

  storeCase(subject, 'a flow that is saved again after its deletion counts on', async ({ store }) => {
    await store.perform('saveFlow', flowWrite())
    await store.perform('deleteFlow', { ...KEY, nowMs: NOW_MS })

    const again = await store.perform('saveFlow', flowWrite())

    assert.deepEqual([again.revision, again.isDeleted], [3, false])
    assert.equal((await store.read.findFlow(KEY))?.revision, 3)
  })

  storeCase(subject, 'a deletion takes the triggers of the flow along, and no others', async ({ store }) => {
    const other: FlowKey = { ...KEY, flowId: 'hello2' }
    await store.perform('saveFlow', flowWrite())
    await store.perform('saveFlow', flowWrite(other))
    for (const flow of [KEY, other])
      await store.perform('saveTriggers', { flow, triggers: [{ triggerId: 'nightly', nextMs: 5, hash: 'h' }] })

    await store.perform('deleteFlow', { ...KEY, nowMs: NOW_MS })

    assert.deepEqual(
      (await store.read.listTriggers()).map(row => row.flowId),
      ['hello2'],
    )
  })
}

function forgetting(subject: StoreSubject): void {
  storeCase(
    subject,
    'past revisions are marked as deleted, the newest never, and none of them twice',
    async ({ store }) => {
      for (const source of ['one', 'two', 'three']) await store.perform('saveFlow', flowWrite({ source }))

      assert.equal(await store.perform('deleteRevisions', { ...KEY, revisions: [1, 3, 1, 9] }), 1)
      assert.equal(await store.perform('deleteRevisions', { ...KEY, revisions: [1] }), 0)

      assert.deepEqual(
        (await store.read.listRevisions(KEY)).map(row => [row.revision, row.isDeleted]),
        [
          [1, true],
          [2, false],
          [3, false],
        ],
      )
      assert.equal((await store.read.findFlow(KEY))?.source, 'three')
      assert.equal((await store.read.findFlow(KEY, 1))?.source, 'one')
      assert.equal((await store.perform('saveFlow', flowWrite({ source: 'four' }))).revision, 4)
      assert.equal(await store.perform('deleteRevisions', { ...KEY, flowId: 'none', revisions: [1] }), 0)
    },
  )

  storeCase(subject, 'the reasons of one trigger go, those of others stay', async ({ store }) => {
    const row = (triggerId: string, reason: string): ReasonRow => ({
      ...KEY,
      triggerId,
      code: 'c',
      reason,
      firstMs: NOW_MS,
      lastMs: NOW_MS,
      count: 1,
    })
    await store.perform('noteReasons', { rows: [row('a', 'x'), row('a', 'y'), row('ab', 'x')] })

    assert.equal(await store.perform('deleteReasons', { ...KEY, triggerId: 'a' }), 2)
    assert.equal(await store.perform('deleteReasons', { ...KEY, triggerId: 'a' }), 0)

    assert.deepEqual(await store.read.listReasons({ ...KEY, triggerId: 'a' }, 9), [])
    assert.equal((await store.read.listReasons({ ...KEY, triggerId: 'ab' }, 9)).length, 1)
  })
}

function listing(subject: StoreSubject): void {
  storeCase(subject, 'flows are listed in the order of tenant, namespace and id, page by page', async ({ store }) => {
    const keys: readonly (readonly [string, string, string])[] = [
      ['guest', 'z', 'z'],
      [TENANT, 'a', 'b'],
      [TENANT, 'a', 'z'],
      [TENANT, 'a-b', 'a'],
      [TENANT, 'a.b', 'a'],
      [TENANT, 'aa', 'a'],
    ]
    for (const [tenant, namespace, flowId] of [...keys].reverse()) {
      await store.perform('saveFlow', flowWrite({ tenant, namespace, flowId }))
      await store.perform('saveFlow', flowWrite({ tenant, namespace, flowId, source: 'changed' }))
    }

    const all = await store.read.listFlows(undefined, 10)

    assert.deepEqual(
      all.map(row => [row.tenant, row.namespace, row.flowId, row.revision]),
      keys.map(key => [...key, 2]),
    )
    assert.deepEqual(await pages(store, 1), all)
    assert.deepEqual(await pages(store, 4), all)
  })
}

async function pages(store: Store, limit: number): Promise<unknown[]> {
  const rows: unknown[] = []
  let after: FlowKey | undefined
  for (;;) {
    const page = await store.read.listFlows(after, limit)
    if (page.length === 0) return rows
    rows.push(...page)
    after = page.at(-1)
  }
}
