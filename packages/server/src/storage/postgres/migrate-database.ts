// Brings a database up to date on a connection of its own, or tells what would be done.
import { Client } from 'pg'
import type { MigrationPlan } from '../sql/migrations.ts'
import { connectClient } from './connect-client.ts'
import { migrate, planFor } from './migrate.ts'
import { endQuietly } from './reserved-connection.ts'
import type { Durability } from './session.ts'

export interface MigratePostgresOptions {
  readonly url: string
  readonly durability: Durability
  readonly isDryRun: boolean
  random(): number
  onNotice(message: string): void
}

export async function migratePostgres(options: MigratePostgresOptions): Promise<MigrationPlan> {
  const client = await connectClient({ ...options, Client }, 'migration')
  try {
    return options.isDryRun ? await planFor(client) : await migrate(client, options)
  } finally {
    endQuietly(client)
  }
}
