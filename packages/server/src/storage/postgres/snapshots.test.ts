import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createdMsOf, newId } from '@batuta/core'
import { Client } from 'pg'
import { startPostgres, type Postgres } from '../../../../../tests/services/postgres.mjs'
import { NOW_MS, executionRow, join } from '../contract/subject.ts'
import { INSERT_SNAPSHOT_PART } from './perform.sql.ts'
import { administrate, newDatabase, openTestStore } from './testing/test-database.ts'

let server: Postgres

before(async () => {
  server = await startPostgres()
})
after(async () => await server.stop())

test('a snapshot that is written while its execution is deleted goes with it', async t => {
  const url = await newDatabase(server)
  const { store } = await openTestStore(t, url, { durability: 'relaxed' })
  const id = newId({ nowMs: NOW_MS, shard: 1, random: () => 0.5 })
  await (await join(store)).write({ births: [executionRow(id)] })
  const writer = new Client({ connectionString: url })
  await writer.connect()
  t.after(async () => await writer.end())
  await writer.query('begin')
  const { rows } = await writer.query(INSERT_SNAPSHOT_PART, [createdMsOf(id), id, 7, 0, Uint8Array.of(1)])
  assert.equal(rows.length, 1)

  let isDeleted = false
  const deleting = store.perform('deleteExecution', { id }).finally(() => (isDeleted = true))
  while (!isDeleted && !(await isWaitedFor(url))) await sleep(20)
  assert.equal(isDeleted, false)
  await writer.query('commit')

  assert.equal(await deleting, true)
  assert.deepEqual(await administrate(url, 'select 1 from snapshots'), [])
})

async function isWaitedFor(url: string): Promise<boolean> {
  return (await administrate(url, 'select 1 from pg_locks where not granted')).length > 0
}
