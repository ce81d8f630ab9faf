// What is folded of a journal is kept in parts until a newer one is whole, or the execution goes. The bytes are nobody's business here.
import assert from 'node:assert/strict'
import { newId } from '@batuta/core'
import type { SnapshotPart, Store } from '../store.ts'
import { NOW_MS, executionRow, join, storeCase, type StoreSubject } from './subject.ts'

const ALL_PARTS = { after: -1, limit: 1_000 }
const PART_BYTES_MAX = 2 ** 20
const BYTE_VALUES = 256

/** Two executions; most cases are about the first, and the second must not notice. */
async function fill(store: Store): Promise<readonly [string, string]> {
  const [one, other] = [0.25, 0.75].map(chance => newId({ nowMs: NOW_MS, shard: 1, random: () => chance }))
  assert.ok(one !== undefined && other !== undefined)
  await (await join(store)).write({ births: [executionRow(one), executionRow(other)] })
  await save(store, other, { turn: 3, parts: [1, 0] })
  return [one, other]
}

interface Saved {
  readonly turn: number
  readonly parts: readonly number[]
}

/** Each part with its own bytes, in the order given. */
async function save(store: Store, executionId: string, { turn, parts }: Saved): Promise<readonly boolean[]> {
  const results: boolean[] = []
  for (const part of parts)
    results.push(await store.perform('saveSnapshotPart', { executionId, turn, part, bytes: bytesOf(turn, part) }))
  return results
}

function bytesOf(turn: number, part: number): Uint8Array {
  return Uint8Array.of(turn, part, 255)
}

function partsOf(turn: number, parts: readonly number[]): readonly SnapshotPart[] {
  return parts.map(part => ({ part, bytes: bytesOf(turn, part) }))
}

export function snapshotContract(subject: StoreSubject): void {
  parts(subject)
  turns(subject)
  ends(subject)
  bytes(subject)
}

function parts(subject: StoreSubject): void {
  storeCase(subject, 'the parts of a snapshot are read in their order, whatever the order of writing', async t => {
    const { store } = t
    const [id] = await fill(store)

    assert.deepEqual(await save(store, id, { turn: 7, parts: [10, 2, 1, 3, 0] }), [true, true, true, true, true])

    assert.deepEqual(await store.read.findSnapshot(id), { turn: 7, bytes: bytesOf(7, 0) })
    assert.deepEqual(await store.read.snapshotPartsOf(id, 7, ALL_PARTS), partsOf(7, [0, 1, 2, 3, 10]))
  })

  storeCase(subject, 'the parts of a snapshot are read page by page', async ({ store }) => {
    const [id] = await fill(store)
    await save(store, id, { turn: 7, parts: [1, 2, 3, 4, 0] })
    const page = async (after: number, limit: number): Promise<readonly SnapshotPart[]> =>
      await store.read.snapshotPartsOf(id, 7, { after, limit })

    assert.deepEqual(await page(0, 2), partsOf(7, [1, 2]))
    assert.deepEqual(await page(2, 2), partsOf(7, [3, 4]))
    assert.deepEqual(await page(3, 2), partsOf(7, [4]))
    assert.deepEqual(await page(4, 2), [])
    assert.deepEqual(await page(0, 0), [])
    assert.deepEqual(await store.read.snapshotPartsOf(id, 8, ALL_PARTS), [])
  })

  storeCase(subject, 'writing a part of a snapshot again replaces it, and nothing else', async ({ store }) => {
    const [id] = await fill(store)
    await save(store, id, { turn: 7, parts: [1, 2, 0] })

    const again = { executionId: id, turn: 7, part: 1, bytes: Uint8Array.of(9) }
    assert.equal(await store.perform('saveSnapshotPart', again), true)
    assert.equal(await store.perform('saveSnapshotPart', { ...again, part: 0 }), true)

    assert.deepEqual(await store.read.findSnapshot(id), { turn: 7, bytes: again.bytes })
    assert.deepEqual(await store.read.snapshotPartsOf(id, 7, { after: 0, limit: 9 }), [
      { part: 1, bytes: again.bytes },
      ...partsOf(7, [2]),
    ])
  })
}

function turns(subject: StoreSubject): void {
  storeCase(subject, 'a snapshot without its first part is not found', async ({ store }) => {
    const [id] = await fill(store)

    assert.equal(await store.read.findSnapshot(id), undefined)
    await save(store, id, { turn: 7, parts: [1, 2] })
    assert.equal(await store.read.findSnapshot(id), undefined)
    await save(store, id, { turn: 7, parts: [0] })

    assert.equal((await store.read.findSnapshot(id))?.turn, 7)
  })

  storeCase(subject, 'a snapshot takes the place of that of another turn when it is whole, and not before', async t => {
    const { store } = t
    const [id, other] = await fill(store)
    await save(store, id, { turn: 7, parts: [1, 0] })

    await save(store, id, { turn: 9, parts: [1, 2] })
    assert.deepEqual(await store.read.findSnapshot(id), { turn: 7, bytes: bytesOf(7, 0) })
    assert.deepEqual(await store.read.snapshotPartsOf(id, 7, ALL_PARTS), partsOf(7, [0, 1]))
    await save(store, id, { turn: 9, parts: [0] })

    assert.deepEqual(await store.read.findSnapshot(id), { turn: 9, bytes: bytesOf(9, 0) })
    assert.deepEqual(await store.read.snapshotPartsOf(id, 9, ALL_PARTS), partsOf(9, [0, 1, 2]))
    assert.deepEqual(await store.read.snapshotPartsOf(id, 7, ALL_PARTS), [])
    assert.deepEqual(await store.read.snapshotPartsOf(other, 3, ALL_PARTS), partsOf(3, [0, 1]))
  })

  storeCase(subject, 'what nobody finished of a snapshot goes with the next that is whole', async ({ store }) => {
    const [id] = await fill(store)
    await save(store, id, { turn: 9, parts: [1, 2] })

    await save(store, id, { turn: 7, parts: [1, 0] })

    assert.equal((await store.read.findSnapshot(id))?.turn, 7)
    assert.deepEqual(await store.read.snapshotPartsOf(id, 9, ALL_PARTS), [])
  })

  storeCase(subject, 'a snapshot outlives the process', async t => {
    const [id] = await fill(t.store)
    await save(t.store, id, { turn: 7, parts: [1, 0] })

    const store = await t.reopen()

    assert.deepEqual(await store.read.findSnapshot(id), { turn: 7, bytes: bytesOf(7, 0) })
    assert.deepEqual(await store.read.snapshotPartsOf(id, 7, ALL_PARTS), partsOf(7, [0, 1]))
  })
}

function ends(subject: StoreSubject): void {
  storeCase(subject, 'no snapshot is written of an execution that is not there', async ({ store }) => {
    await fill(store)
    const ghost = newId({ nowMs: NOW_MS, shard: 2, random: () => 0.5 })

    assert.deepEqual(await save(store, ghost, { turn: 1, parts: [1, 0] }), [false, false])

    assert.equal(await store.read.findSnapshot(ghost), undefined)
    assert.deepEqual(await store.read.snapshotPartsOf(ghost, 1, ALL_PARTS), [])
  })

  storeCase(subject, 'a deleted execution takes its snapshots along, whole ones and others', async ({ store }) => {
    const [id, other] = await fill(store)
    await save(store, id, { turn: 7, parts: [1, 0] })
    await save(store, id, { turn: 9, parts: [1] })

    assert.equal(await store.perform('deleteExecution', { id, keepsLogs: true, keepsMetrics: true }), true)

    assert.equal(await store.read.findSnapshot(id), undefined)
    for (const turn of [7, 9]) assert.deepEqual(await store.read.snapshotPartsOf(id, turn, ALL_PARTS), [])
    assert.deepEqual(await save(store, id, { turn: 7, parts: [0] }), [false])
    assert.equal((await store.read.findSnapshot(other))?.turn, 3)
  })

  storeCase(subject, 'a purge takes the snapshots of what it purges along, and no others', async ({ store }) => {
    const [id, other] = await fill(store)
    await save(store, id, { turn: 7, parts: [1, 0] })
    await save(store, id, { turn: 9, parts: [1] })
    const ended = { id, state: 'SUCCESS', endMs: NOW_MS + 1, waitsFor: null, turn: 9 }
    await (await join(store)).write({ heads: [ended] })

    const slice = { endedBeforeMs: NOW_MS + 2, afterId: '', limit: 10 }
    const purged = await store.perform('purgeExecutions', slice)

    assert.deepEqual(
      purged.executions.map(row => row.id),
      [id],
    )
    assert.equal(await store.read.findSnapshot(id), undefined)
    for (const turn of [7, 9]) assert.deepEqual(await store.read.snapshotPartsOf(id, turn, ALL_PARTS), [])
    assert.deepEqual(await store.read.snapshotPartsOf(other, 3, ALL_PARTS), partsOf(3, [0, 1]))
  })
}

function bytes(subject: StoreSubject): void {
  storeCase(subject, 'the bytes of a snapshot come back as they were', async ({ store }) => {
    const [id] = await fill(store)
    const every = Uint8Array.from({ length: BYTE_VALUES }, (_, value) => value)
    const large = Uint8Array.from({ length: PART_BYTES_MAX }, (_, at) => (at * 31 + (at >> 8)) % BYTE_VALUES)
    // A piece of a larger one, and what a codec of Node gives.
    const written = [every, new Uint8Array(0), large, large.subarray(1_000, 1_300), Buffer.from(every)]

    for (const part of [4, 3, 2, 1, 0])
      await store.perform('saveSnapshotPart', { executionId: id, turn: 7, part, bytes: written[part] ?? every })

    assert.deepEqual(
      await store.read.snapshotPartsOf(id, 7, ALL_PARTS),
      written.map((one, part) => ({ part, bytes: new Uint8Array(one) })),
    )
    assert.deepEqual(await store.read.findSnapshot(id), { turn: 7, bytes: every })
  })

  storeCase(subject, 'what becomes of the bytes outside changes no snapshot', async ({ store }) => {
    const [id] = await fill(store)
    const own = Uint8Array.of(1, 2, 3)
    await store.perform('saveSnapshotPart', { executionId: id, turn: 7, part: 0, bytes: own })

    own.fill(0)
    const read = await store.read.findSnapshot(id)
    assert.deepEqual(read?.bytes, Uint8Array.of(1, 2, 3))
    read?.bytes.fill(0)

    assert.deepEqual((await store.read.findSnapshot(id))?.bytes, Uint8Array.of(1, 2, 3))
  })
}
