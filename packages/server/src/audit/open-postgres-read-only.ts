// PostgreSQL, read-only: one connection that may not write, whatever it is told.
import { Client } from 'pg'
import { BatutaError } from '@batuta/core'
import type { Param } from '../storage/sql/perform.ts'
import type { SqlRow } from '../storage/sql/rows.ts'
import { MIGRATIONS_TABLE, POSTGRES_NOW, READ_ONLY } from './audit.sql.ts'
import { noDatabase, type Query, type ReadOnlyDatabase } from './read-only-database.ts'

const CONNECT_TIMEOUT_MS = 10_000
const STATEMENT_TIMEOUT_MS = 120_000

export async function openPostgresReadOnly(url: string): Promise<ReadOnlyDatabase> {
  const name = nameOf(url)
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    application_name: 'batuta doctor',
  })
  let broken: Error | undefined
  client.on('error', error => (broken = error))
  await connect(client, name)
  const query: Query = async (text: string, ...values: readonly Param[]) => {
    if (broken) throw broken
    return (await client.query<SqlRow>(text, [...values])).rows
  }
  await query(READ_ONLY)
  if ((await query(MIGRATIONS_TABLE.postgres)).length === 0) {
    await client.end()
    throw noDatabase(name)
  }
  return {
    kind: 'postgres',
    name,
    query,
    snapshot: async read => {
      await client.query('begin isolation level repeatable read read only')
      try {
        return await read(query)
      } finally {
        await client.query('rollback')
      }
    },
    nowMs: async () => Number((await query(POSTGRES_NOW))[0]?.['now_ms']),
    close: async () => await client.end(),
  }
}

async function connect(client: Client, name: string): Promise<void> {
  try {
    await client.connect()
  } catch (error) {
    throw new BatutaError(
      'database-unreachable',
      `The database ${name} cannot be reached: ${error instanceof Error ? error.message : String(error)}.`,
      { cause: error },
    )
  }
}

/** Without user and password. */
function nameOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `PostgreSQL ${host}${pathname}`
}
