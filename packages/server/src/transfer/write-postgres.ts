// PostgreSQL as a place to import into.
import { Client } from 'pg'
import { BatutaError } from '@batuta/core'
import { LIVE_NODES } from '../backup/backup.sql.ts'
import type { SqlRow } from '../storage/sql/rows.ts'
import { connectClient } from '../storage/postgres/connect-client.ts'
import { prepareDays } from '../storage/postgres/days.ts'
import { migrate } from '../storage/postgres/migrate.ts'
import { endQuietly } from '../storage/postgres/reserved-connection.ts'
import type { Durability } from '../storage/postgres/session.ts'
import type { WriteConnection, WriteWorld } from './write-connection.ts'

export interface PostgresPlace extends WriteWorld {
  readonly url: string
  readonly durability: Durability
}

export async function openPostgresForWriting(place: PostgresPlace): Promise<WriteConnection> {
  const client = await connect(place)
  try {
    await migrate(client, place)
    await expectIdle(client)
  } catch (error) {
    endQuietly(client)
    throw error
  }
  return {
    kind: 'postgres',
    run: async (text, ...values) => (await client.query<SqlRow>(text, [...values])).rows,
    begin: async () => void (await client.query('begin')),
    commit: async () => void (await client.query('commit')),
    prepareDay: async bornMs => void (await prepareDays(client, bornMs)),
    close: async () => await client.end(),
  }
}

async function connect({ url, durability }: PostgresPlace): Promise<Client> {
  try {
    return await connectClient({ url, durability, Client }, 'migration')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BatutaError('database-unreachable', `The database cannot be reached: ${reason}.`, { cause })
  }
}

async function expectIdle(client: Client): Promise<void> {
  const { rows } = await client.query<SqlRow>(LIVE_NODES)
  if (rows.length === 0) return
  throw new BatutaError(
    'backup-failed',
    `Servers run on this database (${rows.map(row => String(row['id'])).join(', ')}): stop them first.`,
  )
}
