// Finds the driver of the configured database.
import { databaseFile, type Config } from '../config/config.ts'
import { openSqliteReadOnly } from './open-sqlite-read-only.ts'
import type { ReadOnlyDatabase } from './read-only-database.ts'

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
