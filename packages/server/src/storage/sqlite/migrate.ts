// Migrations go forward only. Each is applied once, in one transaction, and its checksum is kept: a database whose past differs from this
// program's is refused before anything is written.
import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { BatutaError } from '@batuta/core'
import { MIGRATION_1, MIGRATION_2 } from './schema.sql.ts'

const MIGRATIONS: readonly string[] = [MIGRATION_1, MIGRATION_2]

export function migrate(db: DatabaseSync): void {
  db.exec(
    'create table if not exists migrations (number integer primary key, checksum text not null, applied_ms integer not null)',
  )
  const applied = new Map(
    db
      .prepare('select number, checksum from migrations order by number')
      .all()
      .map(row => [Number(row['number']), String(row['checksum'])]),
  )
  const newest = Math.max(0, ...applied.keys())
  if (newest > MIGRATIONS.length) {
    throw new BatutaError(
      'config-invalid',
      `The database was written by a newer version of Batuta (migration ${newest}, this one knows ${MIGRATIONS.length}): upgrade the program.`,
    )
  }
  MIGRATIONS.forEach((sql, index) => applyOne(db, { number: index + 1, sql, known: applied.get(index + 1) }))
}

function applyOne(
  db: DatabaseSync,
  { number, sql, known }: { readonly number: number; readonly sql: string; readonly known: string | undefined },
): void {
  const checksum = checksumOf(sql)
  if (known === checksum) return
  if (known !== undefined)
    throw new BatutaError(
      'config-invalid',
      `Migration ${number} of the database differs from the one of this program: start with the version that made it, or with another data folder (--data).`,
    )
  db.exec('begin immediate')
  try {
    db.exec(sql)
    db.prepare('insert into migrations (number, checksum, applied_ms) values (?, ?, unixepoch() * 1000)').run(
      number,
      checksum,
    )
    db.exec('commit')
  } catch (error) {
    db.exec('rollback')
    throw error
  }
}

/** Comments and white space do not count, so that a comment may be mended. */
function checksumOf(sql: string): string {
  const bare = sql
    .replace(/--[^\n]*/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  return createHash('sha256').update(bare).digest('hex')
}
