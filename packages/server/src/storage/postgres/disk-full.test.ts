// A disk of the database without room, for real: a tablespace on a file system of a few megabytes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { startPostgres, type Postgres } from '../../../../../tests/services/postgres.mjs'
import { executionRow, join, journalRow, type Writer } from '../contract/subject.ts'
import { FlushError, type FlowWrite } from '../store.ts'
import { administrate, newDatabase, openTestStore } from './testing/test-database.ts'

const SIZE_BYTES = 48 * 2 ** 20
const BALLAST_BYTES = 16 * 2 ** 20
const BATCHES_MAX = 500
const NOBODY = 65534

let server: Postgres

before(async () => {
  server = await startPostgres({ fsync: true })
})
after(async () => await server.stop())

test('flushes and rare writes that find no room are refused as "full", and work again when there is room', async t => {
  const disk = mountSmallDisk(t)
  if (!disk) return
  const ballast = joinPath(disk, 'ballast')
  writeFileSync(ballast, new Uint8Array(BALLAST_BYTES))
  await administrate(server.url, `create tablespace small location '${joinPath(disk, 'tables')}'`)
  const { store } = await openTestStore(t, await newDatabase(server, 'tablespace small'))
  const node = await join(store)

  const acknowledged = await fillUp(node)

  assert.ok(acknowledged > 2, `${acknowledged} flushes fitted`)
  await assert.rejects(store.perform('saveFlow', WRITE), isFull)
  assert.deepEqual(await store.read.listFlows(undefined, 10), [])
  for (let number = 0; number <= acknowledged; number++)
    assert.equal((await store.read.journalOf(`e${number}`)).length, number < acknowledged ? 1 : 0)
  rmSync(ballast)
  await write(node, acknowledged)
  assert.equal((await store.perform('saveFlow', WRITE)).revision, 1)
})

/** Digits by chance: a database keeps what repeats in little room. */
function noise(bytes: number): string {
  let text = ''
  while (text.length < bytes) text += Math.random().toString(36).slice(2)
  return text
}

const WRITE: FlowWrite = {
  tenant: 'main',
  namespace: 'company.team',
  flowId: 'hello',
  source: noise(4_000_000),
  parsed: '{}',
  nowMs: 1,
  isDisabled: false,
}

async function write(node: Writer, number: number): Promise<void> {
  const id = `e${number}`
  await node.write({ births: [executionRow(id)], journal: [journalRow(id, 1, noise(500_000))] })
}

/** Writes until there is no room; returns how many flushes were acknowledged. */
async function fillUp(node: Writer): Promise<number> {
  for (let number = 0; number < BATCHES_MAX; number++) {
    try {
      await write(node, number)
    } catch (error) {
      assert.ok(isFull(error), String(error))
      return number
    }
  }
  throw new Error('the disk never became full')
}

function isFull(error: unknown): boolean {
  return error instanceof FlushError && error.fault === 'full'
}

/** Undefined, and the test skipped, where file systems cannot be mounted. */
function mountSmallDisk(t: TestContext): string | undefined {
  const folder = mkdtempSync(joinPath(tmpdir(), 'batuta-full-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_BYTES},mode=755`, 'tmpfs', folder], {
    encoding: 'utf8',
  })
  t.after(async () => {
    await server.stop()
    if (mounted.status === 0) spawnSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  if (mounted.status !== 0) {
    t.skip(`a small file system cannot be mounted here (${mounted.stderr.trim()}): needs root`)
    return undefined
  }
  spawnSync('mkdir', [joinPath(folder, 'tables')])
  chownSync(joinPath(folder, 'tables'), NOBODY, NOBODY)
  return folder
}
