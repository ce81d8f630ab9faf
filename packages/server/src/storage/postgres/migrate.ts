// Migrations go forward only: each once, in one transaction under an advisory lock, with its checksum kept. Partitions are made for the days
// around now; a default partition catches what a wrong clock would lose.
import { createHash } from 'node:crypto'
import { BatutaError } from '@batuta/core'
import type { Client } from 'pg'
import { MIGRATION_1, MIGRATION_2, PARTITIONED } from './schema.sql.ts'

const MIGRATIONS: readonly string[] = [MIGRATION_1, MIGRATION_2]
/** Any fixed number: two servers that start at once migrate one after the other. */
const LOCK = 7_235_412
const DAY_MS = 86_400_000
const DAYS_BEFORE = 1
const DAYS_AHEAD = 2

export async function migrate(client: Client): Promise<void> {
  await client.query('select pg_advisory_lock($1)', [LOCK])
  try {
    await client.query(
      'create table if not exists migrations (number integer primary key, checksum text not null, applied_at timestamptz not null default now())',
    )
    const { rows } = await client.query<{ number: number; checksum: string }>(
      'select number, checksum from migrations order by number',
    )
    const applied = new Map(rows.map(row => [row.number, row.checksum]))
    const newest = Math.max(0, ...applied.keys())
    if (newest > MIGRATIONS.length) {
      throw new Error(
        `The database was written by a newer version of Batuta (migration ${newest}, this one knows ${MIGRATIONS.length}): upgrade the program.`,
      )
    }
    for (const [index, sql] of MIGRATIONS.entries())
      await applyOne(client, { number: index + 1, sql, known: applied.get(index + 1) })
  } finally {
    await client.query('select pg_advisory_unlock($1)', [LOCK])
  }
}

async function applyOne(
  client: Client,
  { number, sql, known }: { readonly number: number; readonly sql: string; readonly known: string | undefined },
): Promise<void> {
  const checksum = createHash('sha256')
    .update(
      sql
        .replace(/--[^\n]*/g, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .digest('hex')
  if (known === checksum) return
  if (known !== undefined)
    throw new BatutaError(
      'config-invalid',
      `Migration ${number} of the database differs from the one of this program: start with the version that made it, or with another database.`,
    )
  await client.query('begin')
  try {
    await client.query(sql)
    for (const table of number === 1 ? PARTITIONED : [])
      await client.query(`create table ${table}_other partition of ${table} default`)
    await client.query('insert into migrations (number, checksum) values ($1, $2)', [number, checksum])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

/** Makes the partitions of the days around the moment; those that exist stay. One server at a time: "if not exists" alone lets two collide. */
export async function ensurePartitions(client: Client, nowMs: number): Promise<void> {
  await client.query('select pg_advisory_lock($1)', [LOCK])
  try {
    await createPartitions(client, nowMs)
  } finally {
    await client.query('select pg_advisory_unlock($1)', [LOCK])
  }
}

async function createPartitions(client: Client, nowMs: number): Promise<void> {
  const today = Math.floor(nowMs / DAY_MS)
  for (let day = today - DAYS_BEFORE; day <= today + DAYS_AHEAD; day++) {
    for (const table of PARTITIONED) {
      const name = `${table}_${new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '')}`
      await client.query(
        `create table if not exists ${name} partition of ${table} for values from (${day * DAY_MS}) to (${(day + 1) * DAY_MS})`,
      )
    }
  }
}
