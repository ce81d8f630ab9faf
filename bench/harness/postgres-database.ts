// A real PostgreSQL for one run, durable as one in production: fsync, synchronous commits and full pages stay on. Its settings are those that
// any manual gives a server of this size, and the figures print them. What it costs is read from its processes, what it holds from itself.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { startPostgres } from '../../tests/services/postgres.mjs'
import type { BenchDatabase } from './bench-database.ts'
import { TABLES, type DatabaseFigures } from './database-figures.ts'
import type { Figures } from './figures.ts'
import { readProcessTree } from './process-figures.ts'

/** Room for the working set, and checkpoints by the clock rather than by every gigabyte of log. */
export const SETTINGS: Readonly<Record<string, string>> = {
  shared_buffers: '2GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '15min',
}

const SHOWN: readonly string[] = [
  'server_version',
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_sync_method',
  'wal_compression',
  'wal_level',
  'shared_buffers',
  'max_wal_size',
  'checkpoint_timeout',
]

/** `settings`: further ones, as NAME=VALUE with commas in between, for experiments; the figures show them too. */
export async function openBenchPostgres(settings = process.env['BENCH_POSTGRES'] ?? ''): Promise<BenchDatabase> {
  const more = Object.fromEntries(
    settings
      .split(',')
      .filter(Boolean)
      .map(setting => setting.split('=', 2)),
  )
  const server = await startPostgres({ fsync: true, settings: { ...SETTINGS, ...more } })
  const postmaster = Number(readFileSync(join(server.dataDir, 'postmaster.pid'), 'utf8').split('\n', 1)[0])
  const client = new Client({ connectionString: server.url })
  await client.connect()
  return {
    kind: 'postgres',
    env: { BATUTA_DATABASE_URL: server.url },
    about: { database: await describe(client, Object.keys(more)) },
    read: async () => await readPostgres(client),
    countExecutions: async (flowId, state) => await countIn(client, flowId, state),
    rows: async (text, values = []) => (await client.query<Record<string, unknown>>(text, [...values])).rows,
    readProcesses: () => readProcessTree(postmaster),
    close: async () => {
      await client.end()
      await server.stop()
      if (existsSync(server.dataDir)) throw new Error(`"${server.dataDir}" was not removed`)
    },
  }
}

async function describe(client: Client, more: readonly string[]): Promise<Figures> {
  const { rows } = await client.query<{ name: string; value: string }>(
    'select name, current_setting(name) as value from pg_settings where name = any($1) order by array_position($1, name)',
    [[...SHOWN, ...more]],
  )
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
}

async function readPostgres(client: Client): Promise<DatabaseFigures> {
  const counts = TABLES.map(table => `(select count(*) from ${table})::float8 as ${table}`).join(', ')
  const { rows } = await client.query<Record<string, number>>(`select ${counts}`)
  const counted = rows[0] ?? {}
  return {
    commits: await numberOf(client, 'select sum(flush_seq) from nodes'),
    transactions: await numberOf(client, 'select xact_commit from pg_stat_database where datname = current_database()'),
    rows: counted,
    rowsInAll: Object.values(counted).reduce((sum, count) => sum + count, 0),
    usedBytes: await numberOf(
      client,
      `select sum(pg_total_relation_size(oid)) from pg_class
       where relkind = 'r' and relnamespace = 'public'::regnamespace`,
    ),
    logBytes: await numberOf(client, `select pg_current_wal_insert_lsn() - '0/0'::pg_lsn`),
  }
}

async function countIn(client: Client, flowId: string, state: string): Promise<number> {
  const { rows } = await client.query<{ n: string }>(
    'select count(*) as n from executions where flow_id = $1 and state = $2',
    [flowId, state],
  )
  return Number(rows[0]?.n ?? 0)
}

async function numberOf(client: Client, query: string): Promise<number> {
  const { rows } = await client.query<Record<string, string>>(query)
  return Number(Object.values(rows[0] ?? {})[0] ?? 0)
}
