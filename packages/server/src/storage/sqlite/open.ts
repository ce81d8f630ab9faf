// Opens the database file with the settings that the promise "acknowledged is durable" rests on, and reads them back: WAL with
// synchronous=FULL lost nothing in real power cuts, NORMAL lost up to 321 acknowledged commits; who sets database.durability to "relaxed" takes
// that risk for the speed.
import { DatabaseSync } from 'node:sqlite'
import { BatutaError } from '@batuta/core'

const BUSY_TIMEOUT_MS = 10_000
const CACHE_KIB = 16_384

export type Durability = 'full' | 'relaxed'

const FULL = 2
const NORMAL = 1

export function openDatabase(
  file: string,
  durability: Durability = 'full',
  Database: typeof DatabaseSync = DatabaseSync,
): DatabaseSync {
  const synchronous = durability === 'full' ? FULL : NORMAL
  const db = new Database(file, { timeout: BUSY_TIMEOUT_MS })
  // Of a new file only: what is purged can be given back then.
  db.exec('pragma auto_vacuum = incremental')
  db.exec(`pragma journal_mode = wal; pragma synchronous = ${synchronous}; pragma wal_autocheckpoint = 0; pragma foreign_keys = off;
    pragma cache_size = -${CACHE_KIB}; pragma temp_store = memory; pragma trusted_schema = off`)
  expectPragma(db, 'journal_mode', 'wal')
  expectPragma(db, 'synchronous', synchronous)
  expectPragma(db, 'wal_autocheckpoint', 0)
  expectPragma(db, 'encoding', 'UTF-8')
  return db
}

function expectPragma(db: DatabaseSync, name: string, expected: string | number): void {
  const value = Object.values(db.prepare(`pragma ${name}`).get() ?? {})[0]
  if (value === expected) return
  db.close()
  throw new BatutaError(
    'config-invalid',
    `SQLite answers ${name}=${String(value)} where ${expected} is needed: this file system or file cannot keep what is acknowledged. Put the data folder (--data) on a local disk.`,
  )
}
