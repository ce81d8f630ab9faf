// A disk without room, for real: the database on a file system of a few megabytes. Nothing acknowledged is lost, nothing refused is there,
// and when room is made the same store goes on.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { test, type TestContext } from 'node:test'
import { FlushError, type Store } from '../store.ts'
import { executionRow, join, journalRow, logRow, type Rows, type Writer } from '../contract/subject.ts'
import { openSqliteStore } from './sqlite-store.ts'

const SIZE_BYTES = 6 * 2 ** 20
/** Room for the log, but not for folding it into the file as well. */
const FOLDING_SIZE_BYTES = 74 * 2 ** 20
const BALLAST_BYTES = 3 * 2 ** 20
/** With it gone there is room for both. */
const FOLDING_BALLAST_BYTES = 36 * 2 ** 20
const BATCHES_MAX = 2_000

for (const [where, rows] of [
  ['the main thread', 1],
  ['the database thread', 40],
] as const) {
  test(`a flush of ${where} that finds no room is refused as "full", and works again when there is room`, async t => {
    const disk = mountSmallDisk(t)
    if (!disk) return
    const { store, makeRoom } = openOn(t, disk)
    const node = await join(store)

    const acknowledged = await fillUp(node, rows)

    assert.ok(acknowledged > 3, `${acknowledged} batches fitted`)
    await assertContent(store, acknowledged)
    await assertRefused(node, acknowledged, rows)
    makeRoom()
    await node.write(batchOf(acknowledged, rows))
    await assertContent(store, acknowledged + 1)
  })
}

for (const [where, rows, foldedFrom, sizeBytes] of [
  ['the main thread', 1, 256, FOLDING_SIZE_BYTES + 2 * 2 ** 20],
  ['the database thread', 40, 160, FOLDING_SIZE_BYTES],
] as const) {
  test(`what ${where} acknowledged stays so when the log cannot be folded for want of room`, async t => {
    const disk = mountSmallDisk(t, sizeBytes)
    if (!disk) return
    const { store, makeRoom } = openOn(t, disk, FOLDING_BALLAST_BYTES)
    const node = await join(store)

    const acknowledged = await fillUp(node, rows)

    assert.ok(acknowledged >= foldedFrom, `${acknowledged} batches fitted`)
    makeRoom()
    await node.write(batchOf(acknowledged, rows))
    await assertContent(store, acknowledged + 1)
  })
}

test('after a full disk the database opens again with all that was acknowledged', async t => {
  const disk = mountSmallDisk(t)
  if (!disk) return
  const opened = openOn(t, disk)
  const acknowledged = await fillUp(await join(opened.store), 1)
  opened.makeRoom()

  const store = await opened.reopen()

  await assertContent(store, acknowledged)
  await (await join(store)).write(batchOf(acknowledged, 1))
})

test('a rare write that finds no room says so and leaves nothing behind', async t => {
  const disk = mountSmallDisk(t)
  if (!disk) return
  const { store, makeRoom } = openOn(t, disk)
  await fillUp(await join(store), 1)
  const write = {
    tenant: 'main',
    namespace: 'company.team',
    flowId: 'hello',
    source: 'x'.repeat(200_000),
    parsed: '{}',
    nowMs: 1,
    isDisabled: false,
  }

  await assert.rejects(store.perform('saveFlow', write), error => error instanceof FlushError && error.fault === 'full')

  assert.deepEqual(await store.read.listFlows(undefined, 10), [])
  makeRoom()
  assert.equal((await store.perform('saveFlow', write)).revision, 1)
})

/** Undefined, and the test skipped, where file systems cannot be mounted. */
function mountSmallDisk(t: TestContext, sizeBytes: number = SIZE_BYTES): string | undefined {
  const folder = mkdtempSync(joinPath(tmpdir(), 'batuta-full-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', folder], { encoding: 'utf8' })
  t.after(() => {
    if (mounted.status === 0) spawnSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  if (mounted.status === 0) return folder
  t.skip(`a small file system cannot be mounted here (${mounted.stderr?.trim() || String(mounted.error)}): needs root`)
  return undefined
}

function openOn(
  t: TestContext,
  disk: string,
  ballastBytes = BALLAST_BYTES,
): { store: Store; makeRoom(): void; reopen(): Promise<Store> } {
  const ballast = joinPath(disk, 'ballast')
  writeFileSync(ballast, new Uint8Array(ballastBytes))
  const open = () =>
    openSqliteStore({
      file: joinPath(disk, 'x.db'),
      nowMs: () => 1,
      threadUrl: new URL('flush-thread.ts', import.meta.url),
    })
  let store = open()
  t.after(() => store.close())
  return {
    store,
    makeRoom: () => rmSync(ballast),
    reopen: async () => {
      await store.close()
      store = open()
      return store
    },
  }
}

function batchOf(number: number, rows: number): Rows {
  const id = idOf(number)
  return {
    births: [executionRow(id)],
    journal: [journalRow(id, 1, 'x'.repeat(100_000))],
    logs: Array.from({ length: rows }, () => logRow(id)),
  }
}

function idOf(number: number): string {
  return `e${String(number).padStart(6, '0')}`
}

/** Writes until there is no room; returns how many batches were acknowledged. */
async function fillUp(node: Writer, rows: number): Promise<number> {
  for (let number = 0; number < BATCHES_MAX; number++) {
    try {
      await node.write(batchOf(number, rows))
    } catch (error) {
      assert.ok(error instanceof FlushError, String(error))
      assert.equal(error.fault, 'full', error.message)
      return number
    }
  }
  throw new Error('the disk never became full')
}

async function assertRefused(node: Writer, number: number, rows: number): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++)
    await assert.rejects(
      node.write(batchOf(number, rows)),
      error => error instanceof FlushError && error.fault === 'full',
    )
}

async function assertContent(store: Store, acknowledged: number): Promise<void> {
  const rows = await store.read.listExecutions({ tenant: 'main', limit: BATCHES_MAX, isAscending: true })
  assert.deepEqual(
    rows.map(row => row.id),
    Array.from({ length: acknowledged }, (_, number) => idOf(number)),
  )
  for (const { id } of rows) assert.equal((await store.read.journalOf(id)).length, 1)
  assert.deepEqual(await store.read.journalOf(idOf(acknowledged)), [])
  assert.equal((await store.read.findFence('node-1'))?.flushSeq, acknowledged)
}
