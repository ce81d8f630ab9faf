// The disk of PostgreSQL is full, for real: that of the tables, which PostgreSQL answers for, or that of all its data, which ends it. Servers
// refuse what is new, lose nothing, and go on by themselves when there is room.
import { chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TortureCluster } from '../torture/cluster.ts'
import { ask } from '../torture/database-client.ts'
import { tortureFlows } from '../torture/flows.ts'
import type { TortureReport } from '../torture/torture.ts'
import { TortureDatabase } from '../torture/torture-database.ts'
import { startLoad, type Load } from './cluster-load.ts'
import type { SmallDisk } from './small-disk.ts'

const NODES = { a: 'standalone', b: 'standalone' }
const NOBODY = 65534
const WARM_UP_MS = 1_500
const FULL_MS = 3_000
const REFUSED_WITHIN_MS = 60_000
const RESUMED_WITHIN_MS = 30_000
const LOG_SWITCHES_MAX = 100
const LOG_SWITCH_PAUSE_MS = 50
const LOOK_MS = 10
const SMALL_LOG = { min_wal_size: '32MB', max_wal_size: '64MB' }

export const TABLES_MIB = 40
export const ALL_MIB = 220

/** A disk for the tables alone: PostgreSQL lives on. */
export async function fillTables(disk: SmallDisk): Promise<TortureReport> {
  const space = join(disk.folder, 'space')
  mkdirSync(space)
  chownSync(space, NOBODY, NOBODY)
  const database = new TortureDatabase()
  await database.start()
  await ask(database, `create tablespace small location '${space}'`)
  await ask(database, 'alter database postgres set default_tablespace = small')
  return await fillUnderLoad({ disk, database, status: 507, burst: async () => {}, repair: async () => {} })
}

/** A disk for all of its data: without room for the next piece of its log PostgreSQL ends, and is started again when there is room. */
export async function fillAll(disk: SmallDisk): Promise<TortureReport> {
  const database = new TortureDatabase(join(disk.folder, 'home'))
  await database.start(SMALL_LOG)
  const repair = async (): Promise<void> => {
    await database.kill()
    await database.start(SMALL_LOG)
  }
  return await fillUnderLoad({ disk, database, status: 503, burst: () => useUpLog(database), repair })
}

interface Filling {
  readonly disk: SmallDisk
  readonly database: TortureDatabase
  /** What the servers answer then. */
  readonly status: number
  /** Right after the disk was filled. */
  burst(): Promise<void>
  /** When there is room again. */
  repair(): Promise<void>
}

async function fillUnderLoad({ disk, database, status, burst, repair }: Filling): Promise<TortureReport> {
  const cluster = await TortureCluster.open({ nodes: NODES, flows: tortureFlows, database })
  const load = startLoad(cluster, 8)
  try {
    await sleep(WARM_UP_MS)
    disk.fill()
    await burst()
    const isRefused = await within(REFUSED_WITHIN_MS, () => load.ledger.refused.has(status))
    await sleep(FULL_MS)
    disk.makeRoom()
    await repair()
    const startMs = performance.now()
    const before = load.ledger.acknowledged.length
    const isResumed = await within(RESUMED_WITHIN_MS, () => load.ledger.acknowledged.length > before)
    const resumedMs = Math.round(performance.now() - startMs)
    const ends = cluster.nodes.flatMap(({ name, exits }) => exits.map(({ code }) => `${name} ended with ${code}`))
    return await judge(
      load,
      {
        [`what is new is refused with ${status}`]: isRefused ? [] : [`only ${told(load)}`],
        'answers come again within 30 s': isResumed ? [] : ['nothing was acknowledged'],
        'no server had to be started again': ends,
      },
      resumedMs,
    )
  } finally {
    load.stop()
    await cluster.close()
  }
}

async function judge(
  load: Load,
  found: Readonly<Record<string, readonly string[]>>,
  resumedMs: number,
): Promise<TortureReport> {
  const history = await load.judge()
  const checks = Object.entries(found).map(([name, problems]) => ({ name, problems }))
  const refused = Object.fromEntries([...load.ledger.refused].map(([status, count]) => [`answered ${status}`, count]))
  return {
    checks: [...checks, { name: 'the history is whole', problems: history.flatMap(({ problems }) => problems) }],
    facts: { resumedMs, acknowledged: load.ledger.acknowledged.length, ...refused },
  }
}

async function within(ms: number, isSo: () => boolean): Promise<boolean> {
  for (const startMs = performance.now(); performance.now() - startMs < ms; await sleep(LOOK_MS))
    if (isSo()) return true
  return isSo()
}

function told({ ledger }: Load): string {
  return JSON.stringify([...ledger.refused])
}

/** Until there is no room for the next piece of the log, which PostgreSQL does not survive. */
async function useUpLog(database: TortureDatabase): Promise<void> {
  for (let tries = 0; tries < LOG_SWITCHES_MAX; tries++) {
    try {
      await ask(database, 'select pg_switch_wal()')
    } catch {
      return // It has ended.
    }
    await sleep(LOG_SWITCH_PAUSE_MS)
  }
}
