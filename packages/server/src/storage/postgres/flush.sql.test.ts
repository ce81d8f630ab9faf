// The statements of the flushes, read and planned: every write hangs on the fence, and no plan reads all of a table.
import assert from 'node:assert/strict'
import { after, before, test, type TestContext } from 'node:test'
import { Client } from 'pg'
import { startPostgres, type Postgres } from '../../../../../tests/services/postgres.mjs'
import { newBatch, type Batch } from '../batch.ts'
import { connectClient } from './connect-client.ts'
import { LISTS, flushStatement } from './flush.sql.ts'
import { administrate, newDatabase, openTestStore } from './testing/test-database.ts'

let server: Postgres

before(async () => {
  server = await startPostgres({ fsync: true })
})
after(async () => await server.stop())

test('every part of a flush that writes selects from the fence', () => {
  const { text } = flushStatement(LISTS, ['signals', 'jobs'])

  const [fence, ...writes] = text.split(/\bas \(\s*(?=update|insert|delete)/).slice(1)

  assert.match(fence ?? '', /where id = \$2 and incarnation = \$3 and flush_seq = \$1 - 1 and not fenced/)
  assert.equal(writes.length, LISTS.length + 1, 'labels are written by two statements, all other lists by one')
  for (const write of writes) assert.match(write, /\(select unnest\([^()]*\) as .* from fence\) as r/)
})

test('statements have names that the server keeps whole, and each its own', () => {
  const all = flushStatement(LISTS, ['signals', 'jobs'])
  const one = flushStatement(['journal'], [])

  assert.ok(all.name.length < 64)
  assert.notEqual(all.name, one.name)
  assert.equal(flushStatement(['journal'], []), one)
})

for (const list of LISTS) {
  test(`the rows of "${list}" are looked up by an index even by a plan that was made when all tables were empty`, async t => {
    const client = await openSession(t)
    const { text } = flushStatement([list], [])

    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (generic_plan, costs off) ${text}`)

    const plan = rows.map(row => row['QUERY PLAN']).join('\n')
    assert.doesNotMatch(plan, /Seq Scan|Hash Cond|Merge Cond|Disabled/, plan)
  })
}

test('a number that its column does not hold is refused before anything is sent', async t => {
  const { store } = await openTestStore(t, await newDatabase(server))
  const { incarnation, flushSeq } = await store.perform('joinNode', { node: 'node-1', nowMs: 1 })
  const timer = { executionId: 'e1', name: 'a', shard: 0 }
  const batchWith = (atMs: number): Batch => ({
    ...newBatch('node-1', incarnation),
    seq: flushSeq + 1,
    timers: [{ ...timer, atMs }],
  })

  for (const atMs of [NaN, 0.5, 2 ** 60, Infinity])
    await assert.rejects(store.flush(batchWith(atMs)), { name: 'FlushError', fault: 'known' })

  await store.flush(batchWith(-1))
  assert.equal((await store.read.listTimers({ untilMs: 1, limit: 10 }))[0]?.atMs, -1)
})

async function openSession(t: TestContext): Promise<Client> {
  const url = await newDatabase(server)
  await openTestStore(t, url)
  const [version] = await administrate(url, 'show server_version_num')
  if (Number(version?.['server_version_num']) < 160_000) t.skip('this server explains no plan without parameters')
  const client = await connectClient({ url, durability: 'relaxed', Client }, 'flush')
  t.after(async () => await client.end())
  return client
}
