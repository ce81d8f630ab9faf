import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idFloorOf } from '@batuta/core'
import { newChanges, type Changes } from '../../inbox/changes.ts'
import { executionRow, join } from '../../storage/contract/subject.ts'
import { openMemoryStore } from '../../storage/memory/memory-store.ts'
import { newTables } from '../../storage/memory/tables.ts'
import type { Store } from '../../storage/store.ts'
import { KeptTallies, SLOT_MS } from './kept-tallies.ts'

const NOW_MS = 1_900_000_000_000 - (1_900_000_000_000 % SLOT_MS) + 5 * 60_000
const FROM_MS = NOW_MS - 10 * SLOT_MS
const TENANT = 'main'

interface World {
  readonly store: Store
  readonly changes: Changes
  readonly tallies: KeptTallies
  readonly node: Awaited<ReturnType<typeof join>>
  /** How often the store was asked. */
  asked(): number
  count(more?: { readonly states?: readonly string[]; readonly namespace?: string }): Promise<Record<string, number>>
}

const idAt = (ms: number, name: string): string => `${idFloorOf(ms)}${name}`.padEnd(22, '0')

async function openWorld(): Promise<World> {
  const store = openMemoryStore(newTables(), () => NOW_MS)
  const node = await join(store)
  const births = Array.from({ length: 40 }, (_, index) => {
    const createdMs = NOW_MS - index * 4 * 60_000 - 1
    const state = index % 4 === 0 ? 'FAILED' : 'SUCCESS'
    const ends = { state, createdMs, endMs: createdMs + 5, waitsFor: null }
    return executionRow(idAt(createdMs, `e${index}`), { ...ends, namespace: index % 2 === 0 ? 'a' : 'a.b' })
  })
  await node.write({ births })
  let asked = 0
  const read = {
    ...store.read,
    tallyExecutions: (query: Parameters<Store['read']['tallyExecutions']>[0]) => {
      asked += 1
      return store.read.tallyExecutions(query)
    },
  }
  const changes = newChanges()
  const platform = { nowMs: () => NOW_MS, elapsedMs: () => 0, random: () => 0, at: () => () => {}, defer: setImmediate }
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const tallies = new KeptTallies({ store: { ...store, read }, platform, changes, log })
  const count: World['count'] = async (more = {}) => {
    const found = await tallies.tally({ tenant: TENANT, ...more }, { fromMs: FROM_MS, toMs: NOW_MS })
    assert.equal(found.countedFromMs, FROM_MS)
    const states: Record<string, number> = {}
    for (const row of found.rows) states[row.state] = (states[row.state] ?? 0) + row.count
    return states
  }
  return { store, changes, tallies, node, asked: () => asked, count }
}

test('a range that begins long before anything was there is counted from the first that there is', async () => {
  const { tallies, asked } = await openWorld()
  const fromMs = Date.UTC(-200_000, 0)

  const { rows, countedFromMs } = await tallies.tally({ tenant: TENANT }, { fromMs, toMs: NOW_MS })
  const none = await tallies.tally({ tenant: 'nobody' }, { fromMs, toMs: NOW_MS })

  assert.equal(
    rows.reduce((sum, { count }) => sum + count, 0),
    40,
  )
  assert.ok(asked() < 20, `the store was asked ${asked()} times`)
  assert.deepEqual([countedFromMs, none], [fromMs, { rows: [], countedFromMs: fromMs }])
})

test('a range about the beginning of the quarter of an hour that is young is counted on both sides of it', async () => {
  const { tallies } = await openWorld()
  const fromMs = NOW_MS - 9 * 60_000

  const { rows, countedFromMs } = await tallies.tally({ tenant: TENANT }, { fromMs, toMs: NOW_MS })

  assert.equal(
    rows.reduce((sum, { count }) => sum + count, 0),
    3,
  )
  assert.equal(countedFromMs, fromMs)
})

test('what was counted is not counted again, but for the ends of the range', async () => {
  const { count, asked } = await openWorld()

  const first = await count()
  const before = asked()
  const again = await count()

  assert.deepEqual(first, { SUCCESS: 28, FAILED: 10 })
  assert.deepEqual(again, first)
  assert.ok(asked() - before <= 4, `${asked() - before} questions`)
})

test('states and namespaces are picked out of what was counted', async () => {
  const { count, asked } = await openWorld()
  await count()
  const before = asked()

  assert.deepEqual(await count({ states: ['FAILED'] }), { FAILED: 10 })
  assert.deepEqual(await count({ namespace: 'a.b' }), { SUCCESS: 19 })
  assert.ok(asked() - before <= 8, `${asked() - before} questions`)
})

test('an execution that moves again is counted anew', async () => {
  const { count, node, changes, store } = await openWorld()
  await count()
  const [row] = await store.read.listExecutions({
    tenant: TENANT,
    states: ['FAILED'],
    limit: 1,
    startToMs: NOW_MS - 2 * SLOT_MS,
  })
  assert.ok(row)

  await node.write({ heads: [{ id: row.id, state: 'SUCCESS', endMs: row.endMs, waitsFor: null, turn: 9 }] })
  const deaf = await count()
  changes.publish(row.id)
  const heard = await count()

  assert.deepEqual(deaf, { SUCCESS: 28, FAILED: 10 })
  assert.deepEqual(heard, { SUCCESS: 29, FAILED: 9 })
})

test('a range within one quarter of an hour is counted as it is', async () => {
  const { tallies } = await openWorld()

  const found = await tallies.tally({ tenant: TENANT }, { fromMs: NOW_MS - 2 * 60_000, toMs: NOW_MS })

  assert.equal(
    found.rows.reduce((sum, row) => sum + row.count, 0),
    1,
  )
})

test('all are told by namespace where that is wanted, and else counted together', async () => {
  const { tallies, asked } = await openWorld()
  const range = { fromMs: FROM_MS, toMs: NOW_MS }
  const sum = async (by?: 'namespace'): Promise<Record<string, number>> => {
    const { rows } = await tallies.tally({ tenant: TENANT, ...(by && { by }) }, range)
    const counts: Record<string, number> = {}
    for (const { namespace = '', count } of rows) counts[namespace] = (counts[namespace] ?? 0) + count
    return counts
  }

  const together = await sum()
  const apart = await sum('namespace')
  const before = asked()

  assert.deepEqual(together, { '': 38 })
  assert.deepEqual(apart, { a: 19, 'a.b': 19 })
  assert.deepEqual([await sum(), await sum('namespace')], [together, apart])
  assert.ok(asked() - before <= 8, `${asked() - before} questions`)
})

test('what was counted by namespace is not counted again for all together', async () => {
  const { tallies, asked, count } = await openWorld()
  await tallies.tally({ tenant: TENANT, by: 'namespace' }, { fromMs: FROM_MS, toMs: NOW_MS })
  const before = asked()

  assert.deepEqual(await count(), { SUCCESS: 28, FAILED: 10 })
  assert.ok(asked() - before <= 4, `${asked() - before} questions`)
})
