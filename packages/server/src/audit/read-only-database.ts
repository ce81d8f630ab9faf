// A database opened to be looked at: nothing is created, migrated or written. What one `snapshot` reads belongs to one moment, so that a look at a
// server that works does not take its next step for a contradiction. Snapshots are short: a reader that stays keeps SQLite's log from being folded.
import { BatutaError } from '@batuta/core'
import type { Param } from '../storage/sql/perform.ts'
import type { SqlRow } from '../storage/sql/rows.ts'

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

export function noDatabase(name: string, cause?: unknown): BatutaError {
  return new BatutaError(
    'config-invalid',
    `There is no database of Batuta at ${name}: name its data folder with --data, its configuration with --config, or a PostgreSQL with --database.`,
    { cause },
  )
}
