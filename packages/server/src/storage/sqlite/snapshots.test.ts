import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { executionRow, join as joinNode, logRow } from '../contract/subject.ts'
import type { Store } from '../store.ts'
import { checksumOf } from '../sql/migrations.ts'
import { migrate } from './migrate.ts'
import { SNAPSHOTS } from './schema.sql.ts'
import { openSqliteStore } from './sqlite-store.ts'

const PART_BYTES = 2 ** 20
const LOG_BYTES_MAX = 32 * 2 ** 20
/** More than that, and too few flushes for one of them to look at the log. */
const PARTS = 48

function open(t: TestContext): { readonly store: Store; readonly file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-snapshots-'))
  const file = join(folder, 'x.db')
  const threadUrl = new URL('flush-thread.ts', import.meta.url)
  const store = openSqliteStore({ file, nowMs: () => 1, threadUrl, durability: 'relaxed' })
  t.after(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })
  return { store, file }
}

test('a large snapshot does not fill the log of the database', async t => {
  const { store, file } = open(t)
  await (await joinNode(store)).write({ births: [executionRow('e1')] })

  for (let part = PARTS - 1; part >= 0; part--)
    await store.perform('saveSnapshotPart', { executionId: 'e1', turn: 1, part, bytes: new Uint8Array(PART_BYTES) })

  assert.ok(statSync(`${file}-wal`).size < LOG_BYTES_MAX, `${statSync(`${file}-wal`).size} bytes`)
  const parts = await store.read.snapshotPartsOf('e1', 1, { after: 0, limit: PARTS })
  assert.deepEqual([parts.length, parts.at(-1)?.bytes.length], [PARTS - 1, PART_BYTES])
})

test('a part of a snapshot is written beside a large flush', async t => {
  const { store } = open(t)
  const node = await joinNode(store)
  await node.write({ births: [executionRow('e1')] })
  const logs = Array.from({ length: 500 }, () => logRow('e1', { lines: '["'.padEnd(2_000, 'x') + '"]' }))

  const flushed = node.write({ logs })
  const written = store.perform('saveSnapshotPart', { executionId: 'e1', turn: 1, part: 0, bytes: Uint8Array.of(1) })

  assert.deepEqual([await written, (await flushed).seq], [true, 2])
  assert.equal((await store.read.logsOf({ executionId: 'e1', limit: 1_000 })).length, logs.length)
})

test('a file of before there were snapshots gets their table', t => {
  const db = new DatabaseSync(':memory:')
  t.after(() => db.close())
  migrate(db)
  const step = checksumOf({ type: 'inside', title: '', sql: SNAPSHOTS })
  db.exec(`drop table snapshots; delete from migrations where checksum = '${step}'`)

  assert.equal(migrate(db).pending.length, 1)

  assert.deepEqual({ ...db.prepare('select count(*) as n from snapshots').get() }, { n: 0 })
})
