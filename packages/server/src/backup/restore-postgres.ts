// The dump by pg_restore in one transaction, the storage folder by a rename at the end. What is replaced is kept: the tables in a schema of their own, the
// folder beside its place; a restore that fails brings the tables back.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { BatutaError } from '@batuta/core'
import type { SqlRow } from '../storage/sql/rows.ts'
import * as sql from './backup.sql.ts'
import { PUT_ASIDE, runTool } from './postgres-tools.ts'
import type { RestorePlace, RestoreReport } from './restore.ts'
import { settleTriggers } from './settle-triggers.ts'
import { expectFree, fetchStorage, makeGrowing, takePlace } from './take-place.ts'

export async function restorePostgres(place: RestorePlace, url: string): Promise<RestoreReport> {
  const { config, folder, manifest, options, nowMs } = place
  const hasTables = await withClient(url, client => expectIdle(client, options.isForced))
  await expectFree(config.storageDir, options.isForced)
  const growing = await makeGrowing(config.storageDir)
  const aside = hasTables ? `${PUT_ASIDE}${new Date(nowMs).toISOString().replace(/\D/g, '')}` : undefined
  try {
    await fetchStorage(folder, manifest.files, growing)
    if (aside !== undefined) await withClient(url, client => runAll(client, sql.putAside(aside)))
    await load(join(folder, manifest.database), url).catch(async (error: unknown) => {
      if (aside !== undefined) await withClient(url, client => runAll(client, sql.bringBack(aside)))
      throw error
    })
    const cursorsMoved = await withClient(url, client => settle(client, place))
    const kept = await takePlace(growing, config.storageDir, nowMs)
    const schema = aside === undefined ? undefined : `the schema ${aside} of the database`
    return { manifest, cursorsMoved, replaced: [schema, kept].filter(name => name !== undefined) }
  } finally {
    await rm(growing, { recursive: true, force: true })
  }
}

/** All of it or nothing. */
async function load(dump: string, url: string): Promise<void> {
  const database = decodeURIComponent(new URL(url).pathname.slice(1))
  const how = ['--single-transaction', '--exit-on-error', '--no-owner', '--no-privileges', `--dbname=${database}`]
  await runTool('pg_restore', [...how, dump], url)
}

async function runAll(client: Client, statements: readonly string[]): Promise<void> {
  await client.query('begin')
  for (const statement of statements) await client.query(statement)
  await client.query('commit')
}

/** Returns whether there is something to replace. */
async function expectIdle(client: Client, isForced: boolean): Promise<boolean> {
  const hasTables = (await client.query(sql.HAS_TABLES)).rows.length > 0
  if (!hasTables) return false
  const { rows } = await client.query<SqlRow>(sql.LIVE_NODES)
  if (rows.length > 0)
    throw new BatutaError(
      'backup-failed',
      `Servers run on this database (${rows.map(row => String(row['id'])).join(', ')}): stop them first.`,
    )
  if (isForced) return true
  throw new BatutaError(
    'backup-failed',
    'The database holds an installation already: restore into an empty one with --database, or replace what is there with --force.',
  )
}

async function settle(client: Client, { config, options, nowMs }: RestorePlace): Promise<number> {
  await client.query('begin')
  await client.query(sql.FENCE_NODES)
  await client.query(sql.FREE_SHARDS)
  const moved = await settleTriggers(async (text, ...values) => (await client.query<SqlRow>(text, [...values])).rows, {
    nowMs,
    zone: config.zone,
    missed: options.missed,
  })
  await client.query('commit')
  return moved
}

/** @throws {BatutaError} `database-unreachable`. */
async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'batuta restore' })
  try {
    await client.connect().catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error)
      throw new BatutaError('database-unreachable', `The database cannot be reached: ${reason}.`, { cause: error })
    })
    return await use(client)
  } finally {
    await client.end()
  }
}
