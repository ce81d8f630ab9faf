import assert from 'node:assert/strict'
import { after, before, test, type TestContext } from 'node:test'
import { newId } from '@batuta/core'
import { Client } from 'pg'
import { startPostgres, type Postgres } from '../../../../../tests/services/postgres.mjs'
import { executionRow, join, journalRow, logRow, type Writer } from '../contract/subject.ts'
import type { ExecutionRow } from '../batch.ts'
import type { DroppedDay, History } from '../history.ts'
import type { Store } from '../store.ts'
import { connectClient } from './connect-client.ts'
import { createDay } from './days.sql.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations.sql.ts'
import { PARTITIONED_FIRST, SNAPSHOTS } from './schema.sql.ts'
import { administrate, newDatabase, openTestStore } from './testing/test-database.ts'

let server: Postgres

before(async () => {
  server = await startPostgres({ fsync: true })
})
after(async () => await server.stop())

const DAY_MS = 86_400_000
const DAY_0 = Math.floor(Date.now() / DAY_MS) * DAY_MS
const TABLES = ['execution_labels', 'executions', 'journal', 'logs', 'metrics', 'snapshots']
/** Of each table. */
const NONE = TABLES.map(() => 0)
const ONE = TABLES.map(() => 1)
const TWO = TABLES.map(() => 2)

test('a server that runs for weeks has the partition of tomorrow before it is needed', async t => {
  const { url, history, node } = await open(t)

  for (let hours = 0; hours <= 24 * 21; hours += 12) {
    const nowMs = DAY_0 + hours * 3_600_000
    assert.equal(await history.prepareDays(nowMs), true)
    for (const atMs of [nowMs, nowMs + DAY_MS]) await writeAt(node, atMs)
  }

  assert.deepEqual(await countsOf(url, 'other'), NONE)
  const [row] = await administrate(url, "select count(*) as days from pg_class where relname ~ '^journal_\\d{8}$'")
  assert.equal(row?.['days'], 21 + 5)
})

test('what comes for a day without a partition is kept aside, and moves when the day is made', async t => {
  const { store, url, history, node } = await open(t)
  const farMs = DAY_0 + 40 * DAY_MS
  const id = await writeAt(node, farMs)
  assert.deepEqual(await countsOf(url, 'other'), ONE)

  assert.equal(await history.prepareDays(farMs - 2 * DAY_MS), true)

  assert.deepEqual(await countsOf(url, 'other'), NONE)
  assert.deepEqual(await countsOf(url, nameOf(farMs)), ONE)
  assert.equal((await store.read.journalOf(id)).length, 1)
})

test('partitions of two nodes that make them at once do not collide', async t => {
  const { history, url } = await open(t)
  const atMs = DAY_0 + 100 * DAY_MS

  const made = await Promise.all([1, 2, 3, 4].map(async () => await history.prepareDays(atMs)))

  if (made.includes(false)) assert.equal(await history.prepareDays(atMs), true)
  assert.deepEqual(await countsOf(url, nameOf(atMs)), NONE)
})

test('an old day is dropped; what lives or ended later is kept with all that belongs to it', async t => {
  const { store, url, history, node } = await open(t)
  const bornMs = DAY_0 - 90 * DAY_MS
  await history.prepareDays(bornMs)
  const old = await writeAt(node, bornMs, ENDED(bornMs + 5))
  const alive = await writeAt(node, bornMs)
  const endedLater = await writeAt(node, bornMs, ENDED(DAY_0))
  const young = await writeAt(node, DAY_0, ENDED(DAY_0 + 5))

  const dropped = await dropAll(history, DAY_0 - 30 * DAY_MS)

  assert.deepEqual(dropped[1], { type: 'dropped', day: nameOf(bornMs), executions: 1, kept: 2 })
  assert.equal(await isWhole(store, old), false)
  assert.deepEqual(await Promise.all([alive, endedLater, young].map(async id => await isWhole(store, id))), [
    true,
    true,
    true,
  ])
  assert.deepEqual(await countsOf(url, 'other'), TWO)
  await node.write({
    heads: [{ id: alive, state: 'SUCCESS', endMs: bornMs + 9, waitsFor: null, turn: 2 }],
    journal: [journalRow(alive, 2)],
  })
  assert.equal((await store.read.journalOf(alive)).length, 2)
  assert.equal((await store.read.findExecution(alive))?.state, 'SUCCESS')
})

test('days that are too young stay', async t => {
  const { store, history, node } = await open(t)
  const id = await writeAt(node, DAY_0, ENDED(DAY_0 + 5))

  assert.deepEqual((await dropAll(history, DAY_0 + DAY_MS - 1)).at(-1), { type: 'none' })

  assert.equal(await isWhole(store, id), true)
})

test('a day of which too much is to be kept is left to be deleted row by row', async t => {
  const { url, history, node } = await open(t)
  const bornMs = DAY_0 - 90 * DAY_MS
  await history.prepareDays(bornMs)
  await node.write({ births: Array.from({ length: 501 }, () => rowAt(bornMs)) })
  const days = (await history.dropDay(DAY_0 - 92 * DAY_MS)).type

  assert.equal(days, 'none')
  assert.equal((await history.dropDay(DAY_0 - 90 * DAY_MS)).type, 'dropped')
  assert.deepEqual(await history.dropDay(DAY_0 - 80 * DAY_MS), { type: 'too-much-alive', day: nameOf(bornMs) })
  assert.equal((await countsOf(url, nameOf(bornMs)))[1], 501)
  assert.notEqual((await history.dropDay(DAY_0 - 80 * DAY_MS)).type, 'too-much-alive')
})

test('a long read holds a drop up, and the drop holds nobody up', async t => {
  const { store, url, history, node } = await open(t)
  const bornMs = DAY_0 - 90 * DAY_MS
  await history.prepareDays(bornMs)
  await history.dropDay(DAY_0 - 90 * DAY_MS)
  const id = await writeAt(node, bornMs, ENDED(bornMs + 5))
  const reader = new Client({ connectionString: url })
  await reader.connect()
  t.after(async () => await reader.end())
  await reader.query('begin')
  await reader.query('select count(*) from executions')

  const dropping = history.dropDay(DAY_0 - 30 * DAY_MS)
  const startedMs = performance.now()
  for (let flush = 0; flush < 20; flush++) await flushAt(node, DAY_0)

  assert.ok(performance.now() - startedMs < 3_000)
  assert.deepEqual(await dropping, { type: 'busy', day: nameOf(bornMs) })
  assert.equal(await isWhole(store, id), true)
  await reader.query('commit')
  assert.equal((await history.dropDay(DAY_0 - 30 * DAY_MS)).type, 'dropped')
  assert.equal(await isWhole(store, id), false)
})

test('partitions that a crash left detached are dropped with the next day', async t => {
  const { url, history } = await open(t)
  const day = nameOf(DAY_0 - DAY_MS)
  for (const table of TABLES) await administrate(url, `alter table ${table} detach partition ${table}_${day}`)

  assert.deepEqual(await history.dropDay(0), { type: 'none' })

  const left = await administrate(url, `select 1 from pg_class where relname ~ '_${day}$' and relkind = 'r'`)
  assert.deepEqual(left, [])
})

test('a database of before there were snapshots drops the days that it had', async t => {
  const url = await newDatabase(server)
  const bornMs = DAY_0 - 90 * DAY_MS
  await migrateBefore(t, url)
  await addDayBefore(url, bornMs)
  const { store } = await openTestStore(t, url)
  const [history, node] = [store.history, await join(store)]
  assert.ok(history)
  const old = await writeAt(node, bornMs, ENDED(bornMs + 5))
  const alive = await writeAt(node, bornMs)
  assert.deepEqual(await countsOf(url, nameOf(bornMs)), TWO)

  const dropped = await dropAll(history, DAY_0 - 30 * DAY_MS)

  assert.deepEqual(dropped[0], { type: 'dropped', day: nameOf(bornMs), executions: 1, kept: 1 })
  assert.deepEqual([await isWhole(store, old), await isWhole(store, alive)], [false, true])
  assert.deepEqual(await tablesOfDay(url, bornMs), [])
})

test('a day that a program of before made is dropped with what has no place in it', async t => {
  const { store, url, history, node } = await open(t)
  const bornMs = DAY_0 - 90 * DAY_MS
  await addDayBefore(url, bornMs)
  const old = await writeAt(node, bornMs, ENDED(bornMs + 5))
  const alive = await writeAt(node, bornMs)
  assert.equal((await countsOf(url, 'other')).at(-1), 2)

  await dropAll(history, DAY_0 - 30 * DAY_MS)

  assert.deepEqual([await isWhole(store, old), await isWhole(store, alive)], [false, true])
  assert.deepEqual(await countsOf(url, 'other'), ONE)
  assert.deepEqual(await tablesOfDay(url, bornMs), [])
})

test('what a program of before left of a day that it dropped goes with the next', async t => {
  const { url, history } = await open(t)
  const [bornMs, nextMs] = [DAY_0 - 90 * DAY_MS, DAY_0 - 50 * DAY_MS]
  for (const atMs of [bornMs, nextMs]) await history.prepareDays(atMs)
  for (const table of PARTITIONED_FIRST) await administrate(url, `drop table ${table}_${nameOf(bornMs)}`)
  assert.deepEqual(await tablesOfDay(url, bornMs), [`snapshots_${nameOf(bornMs)}`])

  assert.equal((await history.dropDay(DAY_0 - 85 * DAY_MS)).type, 'dropped')

  assert.deepEqual(await tablesOfDay(url, bornMs), [])
  assert.equal((await tablesOfDay(url, nextMs)).length, TABLES.length)
})

test('the bytes of snapshots are stored as they are, in every day', async t => {
  const { url, history } = await open(t)
  await history.prepareDays(DAY_0 + 40 * DAY_MS)

  const rows = await administrate(
    url,
    "select attrelid::regclass::text as name, attstorage from pg_attribute where attname = 'bytes' and attrelid::regclass::text ~ '^snapshots(_[0-9a-z]+)?$'",
  )

  assert.ok(rows.some(row => row['name'] === `snapshots_${nameOf(DAY_0 + 40 * DAY_MS)}`))
  assert.deepEqual([...new Set(rows.map(row => row['attstorage']))], ['e'])
})

function ENDED(endMs: number): Partial<ExecutionRow> {
  return { state: 'SUCCESS', endMs, waitsFor: null }
}

async function open(t: TestContext): Promise<{ store: Store; url: string; history: History; node: Writer }> {
  const url = await newDatabase(server)
  const { store } = await openTestStore(t, url)
  assert.ok(store.history)
  return { store, url, history: store.history, node: await join(store) }
}

/** As the program made it that knew nothing of snapshots. */
async function migrateBefore(t: TestContext, url: string): Promise<void> {
  const client = await connectClient({ url, durability: 'full', Client }, 'migration')
  t.after(async () => await client.end())
  const known = MIGRATIONS.findIndex(step => step.type === 'outside' && step.statements === SNAPSHOTS)
  assert.ok(known > 0)
  await migrate(client, { random: Math.random, onNotice: () => {}, migrations: MIGRATIONS.slice(0, known) })
}

async function addDayBefore(url: string, atMs: number): Promise<void> {
  const fromMs = Math.floor(atMs / DAY_MS) * DAY_MS
  const day = { name: nameOf(atMs), fromMs, toMs: fromMs + DAY_MS }
  for (const table of PARTITIONED_FIRST) await administrate(url, createDay(table, day))
}

async function tablesOfDay(url: string, atMs: number): Promise<readonly unknown[]> {
  const rows = await administrate(
    url,
    `select relname from pg_class where relname ~ '_${nameOf(atMs)}$' and relkind = 'r'`,
  )
  return rows.map(row => row['relname'])
}

function rowAt(atMs: number, more: Partial<ExecutionRow> = {}): ExecutionRow {
  return executionRow(newId({ nowMs: atMs, shard: 0, random: Math.random }), { createdMs: atMs, ...more })
}

/** An execution with a row of every kind. */
async function writeAt(node: Writer, atMs: number, more: Partial<ExecutionRow> = {}): Promise<string> {
  const executionId = await flushAt(node, atMs, more)
  await node.store.perform('saveSnapshotPart', { executionId, turn: 1, part: 0, bytes: Uint8Array.of(1) })
  return executionId
}

/** The same, but for its snapshot. */
async function flushAt(node: Writer, atMs: number, more: Partial<ExecutionRow> = {}): Promise<string> {
  const row = rowAt(atMs, more)
  const executionId = row.id
  await node.write({
    births: [row],
    labels: [{ executionId, key: 'k', value: 'v' }],
    journal: [journalRow(executionId, 1)],
    logs: [logRow(executionId)],
    metrics: [{ executionId, run: 0, taskId: 't', name: 'n', type: 'counter', value: 1, tags: '{}', atMs }],
  })
  return executionId
}

/** All of it is there, or false: nothing of it is. */
async function isWhole(store: Store, id: string): Promise<boolean> {
  const parts = [
    (await store.read.findExecution(id)) !== undefined,
    (await store.read.journalOf(id)).length === 1,
    (await store.read.logsOf({ executionId: id, limit: 9 })).length === 1,
    (await store.read.metricsOf(id)).length === 1,
    (await store.read.findSnapshot(id)) !== undefined,
  ]
  assert.equal(new Set(parts).size, 1, parts.join())
  return parts[0] ?? false
}

async function dropAll(history: History, endedBeforeMs: number): Promise<readonly DroppedDay[]> {
  const results: DroppedDay[] = []
  for (;;) {
    const result = await history.dropDay(endedBeforeMs)
    results.push(result)
    if (result.type === 'none' || results.length > 50) return results
  }
}

async function countsOf(url: string, partition: string): Promise<readonly number[]> {
  const counts: number[] = []
  for (const table of TABLES) {
    const [row] = await administrate(url, `select count(*) as n from ${table}_${partition}`)
    counts.push(Number(row?.['n']))
  }
  return counts
}

function nameOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10).replaceAll('-', '')
}
