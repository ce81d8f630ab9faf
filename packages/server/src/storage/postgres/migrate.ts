// Brings the tables up to date while other nodes work on them. Nodes take turns by an advisory lock. A step waits for the locks of others no longer
// than the session's lock timeout (2 s), because whoever comes after it waits behind it, and comes back after a while; who keeps the lock is named.
import { setTimeout as sleep } from 'node:timers/promises'
import { BatutaError } from '@batuta/core'
import type { Client } from 'pg'
import {
  checksumOf,
  planMigrations,
  type AppliedMigration,
  type Migration,
  type MigrationPlan,
  type PendingMigration,
} from '../sql/migrations.ts'
import { isPassing } from './fault-of.ts'
import * as sql from './migrate.sql.ts'
import { MIGRATIONS } from './migrations.sql.ts'

export interface MigrateWorld {
  random(): number
  onNotice(message: string): void
  readonly migrations?: readonly Migration[]
  readonly patience?: Patience
}

export interface Patience {
  /** For another node that is migrating. */
  readonly turnMs: number
  /** How often a step tries to get the locks that it needs. */
  readonly attemptsMax: number
}

/** Any fixed number. */
const LOCK = 7_235_412
const PATIENCE: Patience = { turnMs: 600_000, attemptsMax: 40 }
const LOOK_EVERY_MS = 250
const TELL_EVERY_MS = 10_000
const PAUSE_MAX_MS = 2_000

/** What would be done: nothing is written. */
export async function planFor(client: Client, migrations: readonly Migration[] = MIGRATIONS): Promise<MigrationPlan> {
  const { rows: found } = await client.query<{ is_there: boolean }>(sql.HAS_MIGRATIONS)
  const applied = found[0]?.is_there ? (await client.query<AppliedMigration>(sql.LIST_APPLIED)).rows : []
  return planMigrations(migrations, applied)
}

/** Does what is pending and returns what that was. */
export async function migrate(client: Client, world: MigrateWorld): Promise<MigrationPlan> {
  const plan = await planFor(client, world.migrations)
  if (plan.pending.length === 0) return plan
  await takeTurn(client, world)
  try {
    await client.query(sql.CREATE_MIGRATIONS)
    await client.query(sql.ADD_FLOOR)
    // Another node may have done it meanwhile.
    const left = await planFor(client, world.migrations)
    for (const step of left.pending) {
      await withLocks(client, step, world)
      // Of a database that is made anew there is nothing to tell.
      if (left.current > 0) world.onNotice(`the database is at migration ${step.number} now: ${step.migration.title}`)
    }
    return left
  } finally {
    await client.query('select pg_advisory_unlock($1)', [LOCK])
  }
}

async function takeTurn(client: Client, { onNotice, patience = PATIENCE }: MigrateWorld): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    const { rows } = await client.query<{ is_ours: boolean }>(sql.TRY_TURN, [LOCK])
    if (rows[0]?.is_ours) return
    const holder = await firstOf(client, sql.WHOSE_TURN, [LOCK])
    if (waitedMs >= patience.turnMs)
      throw new BatutaError(
        'config-invalid',
        `Another session has been migrating the database for more than ${patience.turnMs / 1000} s: ${holder}. Wait for it, or end it.`,
      )
    if (waitedMs % TELL_EVERY_MS === 0) onNotice(`waiting for another session that migrates the database: ${holder}`)
    await sleep(LOOK_EVERY_MS)
  }
}

async function withLocks(client: Client, step: PendingMigration, world: MigrateWorld): Promise<void> {
  const { onNotice, random, patience = PATIENCE } = world
  const { number } = step
  for (let attempt = 1; ; attempt++) {
    try {
      return await apply(client, step)
    } catch (error) {
      if (!isPassing(error)) throw error
      const holder = await firstOf(client, sql.WHO_HOLDS_LOCKS, [])
      if (attempt === patience.attemptsMax)
        throw new BatutaError(
          'config-invalid',
          `Migration ${number} did not get the locks it needs in ${attempt} attempts. They are held by ${holder}. End that session, or start again when it is done.`,
          { cause: error },
        )
      onNotice(`migration ${number} waits for a lock (attempt ${attempt}), held by ${holder}`)
    }
    await sleep(random() * PAUSE_MAX_MS)
  }
}

async function apply(client: Client, { number, checksum, floor, migration }: PendingMigration): Promise<void> {
  const values = [number, checksum, floor]
  if (migration.type === 'outside') {
    for (const statement of migration.statements) await client.query(statement)
    await client.query(sql.INSERT_APPLIED, values)
    return
  }
  await client.query('begin')
  try {
    await client.query(migration.sql)
    if (migration.more !== undefined) await client.query(migration.more)
    await client.query(sql.INSERT_APPLIED, values)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

async function firstOf(client: Client, statement: string, values: readonly unknown[]): Promise<string> {
  const { rows } = await client.query<{ who: string }>(statement, [...values])
  return rows[0]?.who ?? 'a session that is gone by now'
}

/** Of the migrations that this program knows, in their order: for whoever looks at a database without migrating it. */
export function knownChecksums(): readonly string[] {
  return MIGRATIONS.map(migration => checksumOf(migration))
}
