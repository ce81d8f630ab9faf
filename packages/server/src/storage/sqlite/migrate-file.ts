// Brings a database file up to date, or tells what would be done.
import { DatabaseSync } from 'node:sqlite'
import type { MigrationPlan } from '../sql/migrations.ts'
import { migrate, planFor } from './migrate.ts'
import { openDatabase } from './open.ts'

export function migrateSqlite({
  file,
  isDryRun,
}: {
  readonly file: string
  readonly isDryRun: boolean
}): MigrationPlan {
  const db = isDryRun ? new DatabaseSync(file, { readOnly: file !== ':memory:' }) : openDatabase(file)
  try {
    return isDryRun ? planFor(db) : migrate(db)
  } finally {
    db.close()
  }
}
