// A real PostgreSQL that goes away while it is asked, and a way to it that falls silent.
import assert from 'node:assert/strict'
import { after, before, test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { startPostgres } from '../../../../../tests/services/postgres.mjs'
import { DatabaseProxy } from '../../../../../tests/torture/database-proxy.ts'
import { newBatch, type JobRow } from '../batch.ts'
import { announcementOf } from '../contract/subject.ts'
import { FlushError, type Store } from '../store.ts'
import { openPostgresStore } from './postgres-store.ts'

const NODE = 'a'
const ANSWER_MAX_MS = 15_000
const JOB: JobRow = {
  executionId: '0VbdCgDn1Ua46fkPtXlOoA',
  run: 0,
  epoch: 1,
  shard: 1,
  queue: 'default',
  rank: 1,
  node: null,
  incarnation: null,
  claimedMs: null,
  payload: '{}',
}

let server: Awaited<ReturnType<typeof startPostgres>>

before(async () => {
  server = await startPostgres({ fsync: true })
})
after(async () => await server.stop())

interface Opened {
  readonly store: Store
  readonly proxy: DatabaseProxy
  /** A connection beside the store's. */
  readonly beside: Client
}

async function open(t: TestContext): Promise<Opened> {
  const proxy = await DatabaseProxy.open(server.port)
  const url = `postgres://postgres@127.0.0.1:${proxy.port}/postgres`
  const store = await openPostgresStore({
    url,
    poolMax: 2,
    durability: 'full',
    isEngine: true,
    nowMs: () => Date.now(),
    random: () => 0.5,
    onNotice: () => {},
  })
  const beside = new Client({ connectionString: server.url })
  await beside.connect()
  t.after(async () => {
    await beside.end()
    await store.close()
    await proxy.close()
  })
  return { store, proxy, beside }
}

function isUnknown(error: unknown): boolean {
  return error instanceof FlushError && error.fault === 'unknown'
}

test('what is asked while its connection is terminated ends with an answer, and the server lives on', async t => {
  const { store, beside } = await open(t)
  await beside.query('begin')
  await beside.query('lock table keys in access exclusive mode')
  const asked = [
    store.read.listKeys('main', 'house'),
    store.perform('deleteKey', { tenant: 'main', namespace: 'house', key: 'a' }),
  ]
  const outcomes = Promise.allSettled(asked)
  while ((await beside.query('select 1 from pg_locks where not granted')).rowCount !== asked.length) await sleep(5)

  await beside.query('select pg_terminate_backend(pid) from pg_locks where not granted')
  await beside.query('rollback')

  for (const outcome of await outcomes) assert.ok(outcome.status === 'fulfilled' || isUnknown(outcome.reason))
  assert.deepEqual(await store.read.listKeys('main', 'house'), [])
})

test('connections whose other end is gone are found out in time, and replaced', async t => {
  const { store, proxy } = await open(t)
  const { incarnation, flushSeq } = await store.perform('joinNode', { node: NODE, nowMs: Date.now() })
  await store.cluster?.announce({ node: NODE, incarnation }, announcementOf('engine'), 60_000)
  const flush = async (seq: number): Promise<unknown> => await store.flush({ ...newBatch(NODE, incarnation), seq })
  await flush(flushSeq + 1)

  proxy.abandon()

  const startMs = performance.now()
  await assert.rejects(flush(flushSeq + 2), isUnknown)
  assert.ok(performance.now() - startMs < ANSWER_MAX_MS)
  assert.equal((await store.read.findFence(NODE))?.flushSeq, flushSeq + 1)
  await flush(flushSeq + 2)
  await assert.rejects(async () => await store.cluster?.renew({ node: NODE, incarnation }, 60_000))
  assert.ok(await store.cluster?.renew({ node: NODE, incarnation }, 60_000))
  assert.ok(performance.now() - startMs < ANSWER_MAX_MS)
})

test('a node that was fenced and does not know it yet claims no job', async t => {
  const { store } = await open(t)
  const [late, other] = await Promise.all(
    ['late', 'other'].map(node => store.perform('joinNode', { node, nowMs: Date.now() })),
  )
  assert.ok(late && other)
  await store.cluster?.announce({ node: 'late', ...late }, announcementOf('engine'), 1)
  await store.cluster?.announce({ node: 'other', ...other }, announcementOf('engine'), 60_000)
  await store.flush({ ...newBatch('other', other.incarnation), seq: other.flushSeq + 1, jobs: [JOB] })
  await sleep(5)
  const claim = { limit: 9, nowMs: Date.now(), queues: null }

  const tended = await store.cluster?.tend({ node: 'other', ...other })

  assert.deepEqual(tended?.fenced, ['late'])
  assert.deepEqual(await store.perform('claimJobs', { ...claim, node: 'late', incarnation: late.incarnation }), [])
  assert.equal(
    (await store.perform('claimJobs', { ...claim, node: 'other', incarnation: other.incarnation })).length,
    1,
  )
})

test('a connection that breaks while it is made ready is a failure of the opening, and of nothing else', async () => {
  class Breaking extends Client {
    override query(): never {
      const broken = new Promise((_resolve, reject) =>
        setImmediate(() => {
          const error = new Error('Connection terminated unexpectedly')
          this.emit('error', error)
          reject(error)
        }),
      )
      return broken as never
    }
  }

  const opening = openPostgresStore({
    url: server.url,
    poolMax: 2,
    durability: 'full',
    isEngine: true,
    nowMs: () => Date.now(),
    random: () => 0.5,
    onNotice: () => {},
    Client: Breaking,
  })

  await assert.rejects(opening, /terminated unexpectedly/)
})
