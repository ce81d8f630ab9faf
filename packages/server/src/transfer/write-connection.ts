// A database opened to take in rows from elsewhere, brought up to date first. No server may be at work on it: it would know nothing of what comes.
import { mkdirSync } from 'node:fs'
import { BatutaError, createdMsOf } from '@batuta/core'
import { databaseFile, type Config } from '../config/config.ts'
import { lockFolder } from '../config/lock-folder.ts'
import type { Param } from '../storage/sql/perform.ts'
import type { SqlRow } from '../storage/sql/rows.ts'
import { migrateSqlite } from '../storage/sqlite/migrate-file.ts'
import { openDatabase } from '../storage/sqlite/open.ts'
import { prepareStatements } from '../storage/sqlite/perform.ts'

export interface WriteConnection {
  readonly kind: 'sqlite' | 'postgres'
  run(statement: string, ...values: readonly Param[]): Promise<readonly SqlRow[]>
  begin(): Promise<void>
  commit(): Promise<void>
  /** Makes room for executions that were born then. Not inside of a transaction. */
  prepareDay(bornMs: number): Promise<void>
  /** Whatever was not committed is gone. */
  close(): Promise<void>
}

export interface WriteWorld {
  random(): number
  onNotice(message: string): void
}

/** @throws {BatutaError} when a server is at work on the database, or it cannot be opened. */
export async function openForWriting(config: Config, world: WriteWorld): Promise<WriteConnection> {
  if (config.database.type === 'sqlite') return openSqlite(config)
  const { openPostgresForWriting } = await import('./write-postgres.ts')
  return await openPostgresForWriting({ ...world, url: config.database.url, durability: config.storage.durability })
}

const NO_PATIENCE_MS = 0

function openSqlite({ dataDir }: Config): WriteConnection {
  mkdirSync(dataDir, { recursive: true })
  const unlock = lockOrRefuse(dataDir)
  const file = databaseFile({ dataDir })
  migrateSqlite({ file, isDryRun: false })
  const db = openDatabase(file)
  const run = prepareStatements(db)
  return {
    kind: 'sqlite',
    run: async (text, ...values) => run({ text, values }),
    begin: async () => db.exec('begin immediate'),
    commit: async () => db.exec('commit'),
    prepareDay: async () => {},
    close: async () => {
      db.close()
      unlock()
    },
  }
}

function lockOrRefuse(dataDir: string): () => void {
  try {
    return lockFolder(dataDir, NO_PATIENCE_MS)
  } catch (cause) {
    throw new BatutaError(
      'backup-failed',
      `A server runs on the data folder "${dataDir}": stop it first, or name another folder with --data.`,
      { cause },
    )
  }
}

/** The moment that PostgreSQL keeps the rows of an execution by. */
export function bornMsOf(executionId: string): number {
  return createdMsOf(executionId)
}
