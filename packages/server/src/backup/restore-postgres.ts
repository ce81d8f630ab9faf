// The dump by pg_restore in one transaction, the storage folder by renames. The database comes last: files that no row names harm nobody.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { BatutaError } from '@batuta/core'
import type { SqlRow } from '../storage/sql/rows.ts'
import * as sql from './backup.sql.ts'
import { runTool } from './postgres-tools.ts'
import type { RestorePlace, RestoreReport } from './restore.ts'
import { settleTriggers } from './settle-triggers.ts'
import { expectFree, fetchStorage, makeGrowing, takePlace } from './take-place.ts'

export async function restorePostgres(place: RestorePlace, url: string): Promise<RestoreReport> {
  const { config, folder, manifest, options, nowMs } = place
  const hasTables = await withClient(url, client => expectIdle(client, options.isForced))
  await expectFree(config.storageDir, options.isForced)
  const growing = await makeGrowing(config.storageDir)
  try {
    await fetchStorage(folder, manifest.files, growing)
    const kept = await takePlace(growing, config.storageDir, nowMs)
    const clean = hasTables ? ['--clean', '--if-exists'] : []
    const database = `--dbname=${decodeURIComponent(new URL(url).pathname.slice(1))}`
    const how = ['--single-transaction', '--exit-on-error', '--no-owner', '--no-privileges', ...clean]
    await runTool('pg_restore', [...how, database, join(folder, manifest.database)], url)
    const cursorsMoved = await withClient(url, async client => await settle(client, place))
    return { manifest, cursorsMoved, replaced: kept === undefined ? [] : [kept] }
  } finally {
    await rm(growing, { recursive: true, force: true })
  }
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

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'batuta restore' })
  try {
    await client.connect()
    return await use(client)
  } finally {
    await client.end()
  }
}
