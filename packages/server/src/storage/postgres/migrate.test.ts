import assert from 'node:assert/strict'
import { after, before, test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { startPostgres, type Postgres } from '../../../../../tests/services/postgres.mjs'
import type { Migration } from '../sql/migrations.ts'
import { connectClient } from './connect-client.ts'
import { migrate, planFor, type MigrateWorld } from './migrate.ts'
import { MIGRATIONS } from './migrations.sql.ts'
import { administrate, newDatabase, openTestStore } from './testing/test-database.ts'

let server: Postgres

before(async () => {
  server = await startPostgres({ fsync: true })
})
after(async () => await server.stop())

const LATEST = MIGRATIONS.length
const NEXT: Migration = { type: 'inside', title: 'a column more', sql: 'alter table flows add column colour text' }
const GONE: Migration = {
  type: 'inside',
  title: 'a column less',
  sql: 'alter table flows drop column colour',
  isContract: true,
}

test('servers that start at once on an empty database make it once', async t => {
  const url = await newDatabase(server)

  const opened = await Promise.all([1, 2, 3, 4].map(async () => await openTestStore(t, url)))

  assert.equal(opened.length, 4)
  const rows = await administrate(url, 'select number from migrations order by number')
  assert.deepEqual(
    rows.map(row => row['number']),
    MIGRATIONS.map((_, index) => index + 1),
  )
})

test('a step waits for the locks of others, says who holds them, and is done when they let go', async t => {
  const { client, world, notices } = await openMigrated(t)
  const release = await lockFlows(t, client.url)
  let isOver = false
  const migrated = migrate(client.client, { ...world, migrations: [...MIGRATIONS, NEXT] }).finally(
    () => (isOver = true),
  )
  while (!isOver && notices.length === 0) await sleep(20)
  await release()
  await migrated

  assert.match(
    notices[0] ?? '',
    /^migration \d+ waits for a lock \(attempt 1\), held by session \d+ \(somebody, user postgres.*idle in transaction for \d+ s\): .*lock table flows/,
  )
  assert.match(notices.at(-1) ?? '', /at migration \d+ now: a column more/)
})

test('while a step waits nobody queues up behind it for long', async t => {
  const { client, world } = await openMigrated(t)
  const release = await lockFlows(t, client.url, 'access share')
  const migrated = migrate(client.client, { ...world, migrations: [...MIGRATIONS, NEXT] })

  const startedMs = performance.now()
  for (let read = 0; read < 20; read++) await administrate(client.url, 'select count(*) from flows')
  const allMs = performance.now() - startedMs

  // Who queued up would wait until the lock is let go, which it is only below.
  assert.ok(allMs < 60_000, `${allMs} ms`)
  await release()
  await migrated
})

test('a lock that nobody lets go ends in the name of who holds it, and nothing is half done', async t => {
  const { client, world } = await openMigrated(t)
  const release = await lockFlows(t, client.url)
  const migrations = [...MIGRATIONS, NEXT]

  await assert.rejects(
    migrate(client.client, { ...world, migrations, patience: { turnMs: 1, attemptsMax: 2 } }),
    /Migration \d+ did not get the locks it needs in 2 attempts\. They are held by session \d+ \(somebody/,
  )

  await release()
  assert.equal((await planFor(client.client, migrations)).current, LATEST)
  await migrate(client.client, { ...world, migrations })
  assert.equal((await planFor(client.client, migrations)).current, LATEST + 1)
})

test('another session that migrates is waited for, and named when it takes too long', async t => {
  const { client, world, notices } = await openMigrated(t)
  const migrations = [...MIGRATIONS, NEXT]
  const other = new Client({ connectionString: client.url, application_name: 'other node' })
  await other.connect()
  t.after(async () => await other.end())
  await other.query('select pg_advisory_lock(7235412)')

  await assert.rejects(
    migrate(client.client, { ...world, migrations, patience: { turnMs: 500, attemptsMax: 1 } }),
    /migrating the database for more than 0\.5 s: session \d+ \(other node/,
  )
  const waiting = migrate(client.client, { ...world, migrations })
  await sleep(300)
  await other.query('select pg_advisory_unlock(7235412)')

  assert.equal((await waiting).pending.length, 1)
  assert.match(notices[0] ?? '', /waiting for another session that migrates the database: session \d+ \(other node/)
})

test('a dry run tells what would be done and writes nothing', async t => {
  const { client } = await openMigrated(t, false)

  const plan = await planFor(client.client)

  assert.deepEqual([plan.current, plan.target, plan.pending.length], [0, LATEST, LATEST])
  assert.deepEqual(await administrate(client.url, "select 1 from pg_tables where schemaname = 'public'"), [])
})

test('an index is built beside the work of others, and built again when it was left half done', async t => {
  const { client, world } = await openMigrated(t)
  const index: Migration = {
    type: 'outside',
    title: 'an index',
    statements: [
      'drop index concurrently if exists keys_by_type',
      'create unique index concurrently keys_by_type on keys (type)',
    ],
  }
  const migrations = [...MIGRATIONS, index]
  await administrate(
    client.url,
    "insert into keys select 't', 'n', k, '', 'STRING', null, null, 1 from unnest('{a,b}'::text[]) k",
  )
  await assert.rejects(migrate(client.client, { ...world, migrations }), /could not create unique index/)
  await administrate(client.url, "delete from keys where key = 'b'")

  await migrate(client.client, { ...world, migrations })

  const [row] = await administrate(
    client.url,
    "select indisvalid from pg_index where indexrelid = 'keys_by_type'::regclass",
  )
  assert.equal(row?.['indisvalid'], true)
})

test('a server that must not migrate refuses an old database and takes a new one', async t => {
  const url = await newDatabase(server)
  await assert.rejects(
    openTestStore(t, url, { isMigrating: false }),
    /at migration 0 and this program needs \d+: run "batuta migrate"/,
  )
  const client = await connectTo(t, url)
  await migrate(client, { random: Math.random, onNotice: () => {} })

  const { store } = await openTestStore(t, url, { isMigrating: false })

  assert.equal(await store.read.findExecution('e1'), undefined)
})

test('the node of the version before starts beside a newer one, until something was taken away', async t => {
  const { client, world } = await openMigrated(t)
  await migrate(client.client, { ...world, migrations: [...MIGRATIONS, NEXT] })

  const { notices } = await openTestStore(t, client.url)
  assert.match(
    notices.join(),
    new RegExp(`newer version \\(migration ${LATEST + 1}\\) than this program \\(${LATEST}\\)`),
  )
  await migrate(client.client, { ...world, migrations: [...MIGRATIONS, NEXT, GONE] })

  await assert.rejects(
    openTestStore(t, client.url),
    new RegExp(`needs migration ${LATEST + 2}, this one knows ${LATEST}\\): upgrade the program`),
  )
})

test('a database of before there was a floor is taken on', async t => {
  const { client, world } = await openMigrated(t)
  await administrate(client.url, 'alter table migrations drop column floor')

  await migrate(client.client, { ...world, migrations: [...MIGRATIONS, NEXT] })

  const rows = await administrate(client.url, 'select floor from migrations')
  assert.deepEqual(
    rows.map(row => row['floor']),
    Array.from({ length: LATEST + 1 }, () => 1),
  )
})

interface Migrated {
  readonly client: { readonly client: Client; readonly url: string }
  readonly world: MigrateWorld
  readonly notices: string[]
}

async function openMigrated(t: TestContext, isMigrated = true): Promise<Migrated> {
  const url = await newDatabase(server)
  const client = await connectTo(t, url)
  const notices: string[] = []
  const world: MigrateWorld = { random: () => 0.1, onNotice: message => void notices.push(message) }
  if (isMigrated) await migrate(client, world)
  return { client: { client, url }, world, notices }
}

async function connectTo(t: TestContext, url: string): Promise<Client> {
  const client = await connectClient({ url, durability: 'full', Client }, 'migration')
  t.after(async () => await client.end())
  return client
}

/** Somebody keeps the table until the returned function is called. */
async function lockFlows(t: TestContext, url: string, mode = 'access exclusive'): Promise<() => Promise<void>> {
  const holder = new Client({ connectionString: url, application_name: 'somebody' })
  await holder.connect()
  t.after(async () => await holder.end())
  await holder.query('begin')
  await holder.query(`lock table flows in ${mode} mode`)
  return async () => void (await holder.query('rollback'))
}
