// A database opened to be looked at: nothing is created, migrated or written. What one `snapshot` reads belongs to one moment, so that a look at a
// server that works does not take its next step for a contradiction. Snapshots are short: a reader that stays keeps SQLite's log from being folded.
import { BatutaError } from '@batuta/core'
import type { Config } from '../config/config.ts'
import { databaseFile } from '../config/config.ts'
import type { Param } from '../storage/sql/perform.ts'
import type { SqlRow } from '../storage/sql/rows.ts'
import { openSqliteReadOnly } from './open-sqlite-read-only.ts'

/** Runs one statement whose parameters are `$1`, `$2` … */
export type Query = (statement: string, ...values: readonly Param[]) => Promise<readonly SqlRow[]>

export interface ReadOnlyDatabase {
  readonly kind: 'sqlite' | 'postgres'
  /** The file, or host and database: for people. */
  readonly name: string
  readonly query: Query
  snapshot<T>(read: (query: Query) => Promise<T>): Promise<T>
  /** The database's own clock. */
  nowMs(): Promise<number>
  close(): Promise<void>
}

/** @throws {BatutaError} `config-invalid` when there is no database. */
export async function openReadOnly(
  { dataDir, database }: Pick<Config, 'dataDir' | 'database'>,
  nowMs: () => number,
): Promise<ReadOnlyDatabase> {
  if (database.type === 'sqlite') return openSqliteReadOnly(databaseFile({ dataDir }), nowMs)
  // Who has SQLite loads no driver that is not used.
  const { openPostgresReadOnly } = await import('./open-postgres-read-only.ts')
  return await openPostgresReadOnly(database.url)
}

export function noDatabase(name: string, cause?: unknown): BatutaError {
  return new BatutaError(
    'config-invalid',
    `There is no database of Batuta at ${name}: name its data folder with --data, its configuration with --config, or a PostgreSQL with --database.`,
    { cause },
  )
}
