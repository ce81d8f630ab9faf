// batuta migrate: the database of a configuration is brought up to date without a server, or told what would be done.
import { existsSync, mkdirSync } from 'node:fs'
import { databaseFile, readConfig, type Config, type ServerOptions } from './config/config.ts'
import { lockFolder } from './config/lock-folder.ts'
import { realPlatform } from './platform/platform.ts'
import type { MigrationPlan } from './storage/sql/migrations.ts'
import { migrateSqlite } from './storage/sqlite/migrate-file.ts'

export interface MigrateOptions extends ServerOptions {
  /** Nothing is written. */
  readonly isDryRun: boolean
  onNotice(message: string): void
}

export interface MigrateReport {
  /** The newest migration of the database before; 0 is an empty one. */
  readonly current: number
  readonly target: number
  readonly steps: readonly { readonly number: number; readonly title: string }[]
}

export async function migrateDatabase(options: MigrateOptions): Promise<MigrateReport> {
  const config = readConfig(options, process.env, process.cwd())
  const { current, target, pending } = await planOf(config, options)
  return { current, target, steps: pending.map(({ number, migration }) => ({ number, title: migration.title })) }
}

async function planOf(config: Config, options: MigrateOptions): Promise<MigrationPlan> {
  const { database, storage } = config
  if (database.type === 'postgres') {
    const { migratePostgres } = await import('./storage/postgres/migrate-database.ts')
    const { durability } = storage
    const platform = realPlatform()
    return await migratePostgres({ ...options, url: database.url, durability, random: () => platform.random() })
  }
  const { isDryRun } = options
  const file = databaseFile(config)
  if (isDryRun && !existsSync(file)) return migrateSqlite({ file: ':memory:', isDryRun })
  if (isDryRun) return migrateSqlite({ file, isDryRun })
  mkdirSync(config.dataDir, { recursive: true })
  const unlock = lockFolder(config.dataDir)
  try {
    return migrateSqlite({ file, isDryRun })
  } finally {
    unlock()
  }
}
