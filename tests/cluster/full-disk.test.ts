// The disk of PostgreSQL is full, for real: that of the tables, which PostgreSQL answers for, and that of all its data, which ends it. Servers
// refuse what is new, lose nothing, and go on by themselves.
import assert from 'node:assert/strict'
import { chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { TortureCluster } from '../torture/cluster.ts'
import { ask } from '../torture/database-client.ts'
import { tortureFlows } from '../torture/flows.ts'
import { TortureDatabase } from '../torture/torture-database.ts'
import { startLoad, type Load } from './cluster-load.ts'
import { SmallDisk } from './small-disk.ts'

const NODES = { a: 'standalone', b: 'standalone' }
const NOBODY = 65534
const TABLES_MIB = 40
const ALL_MIB = 220
const WARM_UP_MS = 2_000
const FULL_MS = 4_000
const LOG_SWITCHES_MAX = 100
const REFUSED_WITHIN_MS = 60_000
const RESUMED_WITHIN_MS = 30_000

test('tables without room refuse what is new with 507, and all goes on when there is room', async t => {
  const disk = mount(t, TABLES_MIB)
  if (!disk) return
  const space = join(disk.folder, 'space')
  mkdirSync(space)
  chownSync(space, NOBODY, NOBODY)
  const database = new TortureDatabase()
  await database.start()
  await ask(database, `create tablespace small location '${space}'`)
  await ask(database, 'alter database postgres set default_tablespace = small')
  const { cluster, load } = await open(t, database)

  disk.fill()
  await refused(load, 507)
  await sleep(FULL_MS)
  disk.makeRoom()

  t.diagnostic(`acknowledged again after ${await resumed(load)} ms`)
  assert.deepEqual(exitsOf(cluster), [])
  assert.deepEqual(await load.judge(), [])
})

test('a PostgreSQL that ends because its disk is full is waited for, and nothing is lost', async t => {
  const disk = mount(t, ALL_MIB)
  if (!disk) return
  const database = new TortureDatabase(join(disk.folder, 'home'))
  const settings = { min_wal_size: '32MB', max_wal_size: '64MB' }
  await database.start(settings)
  const { cluster, load } = await open(t, database)

  disk.fill()
  await useUpLog(database)
  await refused(load, 503)
  await sleep(FULL_MS)
  disk.makeRoom()
  await database.kill()
  await database.start(settings)

  t.diagnostic(`acknowledged again after ${await resumed(load)} ms`)
  assert.deepEqual(exitsOf(cluster), [])
  assert.deepEqual(await load.judge(), [])
})

function mount(t: TestContext, sizeMib: number): SmallDisk | undefined {
  const disk = SmallDisk.mount(sizeMib)
  if (disk) t.after(() => disk.unmount())
  else t.skip('a small file system cannot be mounted here: needs root')
  return disk
}

async function open(t: TestContext, database: TortureDatabase): Promise<{ cluster: TortureCluster; load: Load }> {
  const cluster = await TortureCluster.open({ nodes: NODES, flows: tortureFlows, database })
  t.after(() => cluster.close())
  const load = startLoad(cluster, 8)
  t.after(() => load.stop())
  await sleep(WARM_UP_MS)
  assert.ok(load.ledger.acknowledged.length > 0)
  return { cluster, load }
}

/** Until there is no room for the next piece of the log, which PostgreSQL does not survive. */
async function useUpLog(database: TortureDatabase): Promise<void> {
  for (let tries = 0; tries < LOG_SWITCHES_MAX; tries++) {
    try {
      await ask(database, 'select pg_switch_wal()')
    } catch {
      return // It has ended.
    }
    await sleep(100)
  }
  assert.fail('PostgreSQL found room for its log on a full disk')
}

async function refused({ ledger }: Load, status: number): Promise<void> {
  const startMs = performance.now()
  while (!ledger.refused.has(status)) {
    const told = JSON.stringify([...ledger.refused])
    assert.ok(performance.now() - startMs < REFUSED_WITHIN_MS, `no answer was ${status}: ${told}`)
    await sleep(20)
  }
}

async function resumed({ ledger }: Load): Promise<number> {
  const startMs = performance.now()
  const before = ledger.acknowledged.length
  while (ledger.acknowledged.length === before) {
    assert.ok(performance.now() - startMs < RESUMED_WITHIN_MS, 'nothing is acknowledged')
    await sleep(10)
  }
  return Math.round(performance.now() - startMs)
}

function exitsOf({ nodes }: TortureCluster): readonly string[] {
  return nodes.flatMap(({ name, exits }) => exits.map(({ code, words }) => `${name} ended with ${code}: ${words}`))
}
