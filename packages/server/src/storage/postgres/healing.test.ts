// A database that goes away and comes back: what is refused meanwhile, and that nothing has to be started again.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { startPostgres, type Postgres } from '../../../../../tests/services/postgres.mjs'
import { announcementOf, executionRow, jobRow, join, type Writer } from '../contract/subject.ts'
import type { JobRow } from '../batch.ts'
import { FlushError, type FlowWrite } from '../store.ts'
import { connectClient } from './connect-client.ts'
import { administrate, newDatabase, openTestStore } from './testing/test-database.ts'

let server: Postgres

before(async () => {
  server = await startPostgres({ fsync: true })
})
after(async () => await server.stop())

const FLOW: FlowWrite = {
  tenant: 'main',
  namespace: 'company.team',
  flowId: 'hello',
  source: 'id: hello',
  parsed: '{}',
  nowMs: 1,
  isDisabled: false,
}
const HEALED_WITHIN_MS = 30_000

test('a connection that the server ended is replaced: reads at once, flushes by sending them again', async t => {
  const { store } = await openTestStore(t, await newDatabase(server))
  const node = await join(store)
  await node.write({ births: [executionRow('e1')] })
  await killSessions('flush')
  await killSessions('pool')

  assert.equal((await store.read.findExecution('e1'))?.id, 'e1')
  await writeAgain(node, 'e2')
  assert.equal((await store.perform('saveFlow', FLOW)).revision, 1)
})

test('a session that ends while nobody uses it ends nothing else', async () => {
  const url = await newDatabase(server)
  const client = await connectClient({ url, durability: 'full', Client }, 'migration')
  const ended = new Promise(resolve => client.once('end', resolve))

  await killSessions('migration')
  await ended

  await assert.rejects(client.query('select 1'))
})

test('a renewal does not wait for reads, rare writes or flushes', async t => {
  const url = await newDatabase(server)
  const { store } = await openTestStore(t, url, { poolMax: 1 })
  const node = await join(store)
  await store.cluster?.announce(node, announcementOf('engine'), 10_000)
  const release = await lockTable(t, url, 'flows')
  const waiting = store.perform('saveFlow', FLOW)

  // The lock is let go only after it: who waited for the others would wait for ever.
  assert.ok(await store.cluster?.renew(node, 10_000))

  await release()
  assert.equal((await waiting).revision, 1)
})

test('a renewal of a frozen server fails before the lease runs out, and works when the server goes on', async t => {
  const leaseMs = 10_000
  const { store } = await openTestStore(t, await newDatabase(server))
  const node = await join(store)
  await store.cluster?.announce(node, announcementOf('engine'), 10_000)
  const [session] = await sessionsOf('lease')
  assert.ok(session)
  process.kill(session, 'SIGSTOP')

  const startedMs = performance.now()
  await assert.rejects(async () => await store.cluster?.renew(node, leaseMs))

  assert.ok(performance.now() - startedMs < leaseMs)
  process.kill(session, 'SIGCONT')
  assert.ok(await store.cluster?.renew(node, 10_000))
})

test('a question over a connection that is dead is asked over another one, once any is found dead', async t => {
  const { store } = await openTestStore(t, await newDatabase(server))
  const node = await join(store)
  await store.cluster?.announce(node, announcementOf('engine'), 10_000)
  await node.write({ births: [executionRow('e1')] })
  await store.read.findExecution('e1')
  const dead = [...(await sessionsOf('pool')), ...(await sessionsOf('lease'))]
  for (const session of dead) process.kill(session, 'SIGSTOP')
  t.after(() => dead.forEach(session => process.kill(session, 'SIGCONT')))

  const startedMs = performance.now()
  const asked = store.read.findExecution('e1')
  await assert.rejects(async () => await store.cluster?.renew(node, 10_000))

  assert.equal((await asked)?.id, 'e1')
  assert.ok(performance.now() - startedMs < 15_000)
})

test('hints are heard again after the connection broke, and what was told meanwhile is hinted', async t => {
  const { store } = await openTestStore(t, await newDatabase(server))
  const heard: string[] = []
  store.cluster?.onHint(hint => void heard.push(hint))
  await until(async () => (await sessionsOf('listen')).length === 1)
  await killSessions('listen')

  await until(async () => heard.length >= 5)

  assert.deepEqual([...heard].sort(), ['access', 'flows', 'jobs', 'sent', 'signals'])
  heard.length = 0
  await store.cluster?.sendSignals([{ id: 's1', shard: 0, executionId: 'e1', body: '{}' }])
  await until(async () => heard.includes('signals'))
})

test('a hint about jobs names the nodes that they were handed to', async t => {
  const { store } = await openTestStore(t, await newDatabase(server))
  const node = await join(store)
  const heard: string[] = []
  const receivers: unknown[] = []
  store.cluster?.onHint((hint, nodes) => void (hint === 'sent' ? receivers.push(nodes) : heard.push(hint)))
  let count = 0
  await until(async () => {
    await store.cluster?.sendSignals([{ id: `s${++count}`, shard: 0, executionId: 'e1', body: '{}' }])
    return heard.includes('signals')
  })
  const handedTo = (id: string): Partial<JobRow> => ({ node: id, incarnation: 1, claimedMs: 1 })

  await node.write({
    births: [executionRow('e1')],
    jobs: [jobRow('e1', 0, handedTo('n2')), jobRow('e1', 1, handedTo('n3')), jobRow('e1', 2, handedTo('n2'))],
  })
  await until(async () => receivers.length > 0)

  assert.deepEqual(receivers, [['n2', 'n3']])
})

test('a database that crashed is refused as unknown, and within half a minute after its return all goes on', async t => {
  const dir = mkdtempSync(joinPath(tmpdir(), 'batuta-healing-'))
  let own = await startPostgres({ dir, fsync: true })
  const { store } = await openTestStore(t, own.url)
  t.after(async () => {
    await own.stop()
    rmSync(dir, { recursive: true, force: true })
  })
  const node = await join(store)
  await store.cluster?.announce(node, announcementOf('engine'), 60_000)
  await node.write({ births: [executionRow('e1')] })

  await own.crash()

  const isUnknown = (error: unknown): boolean => error instanceof FlushError && error.fault === 'unknown'
  for (let attempt = 0; attempt < 3; attempt++) {
    await assert.rejects(node.write({ births: [executionRow('e2')] }), isUnknown)
    await assert.rejects(store.perform('saveFlow', FLOW), isUnknown)
    await assert.rejects(store.read.findExecution('e1'), isUnknown)
    await assert.rejects(async () => await store.cluster?.renew(node, 60_000))
  }
  own = await startPostgres({ dir, fsync: true, port: own.port })
  const backMs = performance.now()
  assert.equal((await store.read.findFence('node-1'))?.flushSeq, node.seq)
  await writeAgain(node, 'e2')
  assert.ok(await store.cluster?.renew(node, 60_000))
  assert.equal((await store.perform('saveFlow', FLOW)).revision, 1)
  assert.ok(performance.now() - backMs < HEALED_WITHIN_MS)
})

test('a primary that comes back as a standby gets no write, until it is promoted', async t => {
  const dir = mkdtempSync(joinPath(tmpdir(), 'batuta-standby-'))
  let own = await startPostgres({ dir, fsync: true })
  const { store } = await openTestStore(t, own.url)
  t.after(async () => {
    await own.stop()
    rmSync(dir, { recursive: true, force: true })
  })
  const node = await join(store)
  await own.stop()
  own = await startPostgres({ dir, fsync: true, port: own.port, files: { 'standby.signal': '' } })

  await assert.rejects(node.write({ births: [executionRow('e1')] }), /cannot be reached/)
  await assert.rejects(store.perform('saveFlow', FLOW), /standby/)

  await administrate(own.url, 'select pg_promote()')
  await writeAgain(node, 'e1')
  assert.equal((await store.perform('saveFlow', FLOW)).revision, 1)
})

test('a deadlock of a rare write is none of the caller’s business', async t => {
  const url = await newDatabase(server)
  const { store } = await openTestStore(t, url)
  const key = { tenant: 'main', namespace: 'n', type: 'STRING', description: null, expiresMs: null, updatedMs: 1 }
  await store.perform('setKey', { ...key, key: 'a', value: '1' })
  await administrate(url, TRIGGER_THAT_DEADLOCKS_ONCE)

  await store.perform('setKey', { ...key, key: 'a', value: '2' })

  assert.equal((await store.read.findKey('main', 'n', 'a'))?.value, '2')
})

const TRIGGER_THAT_DEADLOCKS_ONCE = `create sequence times;
  create function fail_once() returns trigger language plpgsql as $$ begin
    if nextval('times') = 1 then raise exception 'deadlock detected' using errcode = '40P01'; end if; return new; end $$;
  create trigger fail_once before update on keys for each row execute function fail_once()`

/** As the pipeline does: an unknown outcome is looked up, and sent again when it is not in the store. */
async function writeAgain(node: Writer, id: string): Promise<void> {
  await until(async () => {
    try {
      await node.write({ births: [executionRow(id)] })
      return true
    } catch (error) {
      assert.ok(error instanceof FlushError && error.fault === 'unknown', String(error))
      const fence = await node.store.read.findFence(node.node)
      return fence?.flushSeq === node.seq + 1
    }
  })
}

async function sessionsOf(kind: string): Promise<readonly number[]> {
  const rows = await administrate(
    server.url,
    `select pid from pg_stat_activity where application_name = 'batuta ${kind}'`,
  )
  return rows.map(row => Number(row['pid']))
}

async function killSessions(kind: string): Promise<void> {
  const killed = await sessionsOf(kind)
  await administrate(
    server.url,
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'batuta ${kind}'`,
  )
  await until(async () => !(await sessionsOf(kind)).some(session => killed.includes(session)))
}

/** Somebody else keeps the table until the returned function is called. */
async function lockTable(t: TestContext, url: string, table: string): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: url })
  await client.connect()
  t.after(async () => await client.end())
  await client.query(`begin; lock table ${table} in access exclusive mode`)
  return async () => void (await client.query('rollback'))
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const giveUpMs = performance.now() + HEALED_WITHIN_MS
  while (!(await isTrue())) {
    assert.ok(performance.now() < giveUpMs, 'it did not come to pass')
    await sleep(20)
  }
}
