// SQLite, read-only. A server may write beside it. In a folder where nothing may be written, the file is read as one that does not change, which is
// true there as long as no log lies beside it.
import { existsSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { BatutaError } from '@batuta/core'
import { prepareStatements, type RunStatement } from '../storage/sqlite/perform.ts'
import { MIGRATIONS_TABLE } from './audit.sql.ts'
import { noDatabase, type Query, type ReadOnlyDatabase } from './read-only-database.ts'

const BUSY_TIMEOUT_MS = 10_000
const SQLITE_CANTOPEN = 14
const SQLITE_READONLY = 8

export function openSqliteReadOnly(file: string, nowMs: () => number): ReadOnlyDatabase {
  if (!existsSync(file) || !statSync(file).isFile()) throw noDatabase(file)
  const { db, run } = open(file)
  const query: Query = async (text, ...values) => run({ text, values })
  return {
    kind: 'sqlite',
    name: file,
    query,
    snapshot: async read => {
      db.exec('begin')
      try {
        return await read(query)
      } finally {
        db.exec('rollback')
      }
    },
    nowMs: async () => nowMs(),
    close: async () => db.close(),
  }
}

interface Opened {
  readonly db: DatabaseSync
  readonly run: RunStatement
}

function open(file: string): Opened {
  try {
    return openAs(file)
  } catch (error) {
    const code = codeOf(error)
    const isStill = (code === SQLITE_CANTOPEN || code === SQLITE_READONLY) && !existsSync(`${file}-wal`)
    return isStill ? openStill(file) : refuse(file, error)
  }
}

function openStill(file: string): Opened {
  const url = pathToFileURL(file)
  url.searchParams.set('immutable', '1')
  try {
    return openAs(url)
  } catch (error) {
    return refuse(file, error)
  }
}

function refuse(file: string, error: unknown): never {
  if (error instanceof BatutaError) throw error
  const message = `The database "${file}" cannot be read by this user: ${messageOf(error)}.`
  throw new BatutaError('config-invalid', message, { cause: error })
}

function openAs(place: string | URL): Opened {
  const db = new DatabaseSync(place, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  const run = prepareStatements(db)
  try {
    if (run({ text: MIGRATIONS_TABLE.sqlite, values: [] }).length === 0) throw noDatabase(String(place))
    return { db, run }
  } catch (error) {
    db.close()
    throw error
  }
}

function codeOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'errcode' in error ? Number(error.errcode) & 0xff : -1
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
