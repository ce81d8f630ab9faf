// A pooler that gives out a server's session for one transaction only takes away what the store builds on: settings of a session, prepared
// statements, notifications. It is found out by two connections: while one is in a transaction, the other suddenly speaks to another session.
import { BatutaError } from '@batuta/core'
import type { Client } from 'pg'

/** @throws {BatutaError} `config-invalid` when a connection is not a session. */
export async function expectSessions(client: Client, other: Client): Promise<void> {
  const before = await sessionOf(client)
  await other.query('begin')
  try {
    // What was free last is what the pooler gives first.
    await sessionOf(other)
    if ((await sessionOf(client)) === before) return
  } finally {
    await other.query('rollback')
  }
  throw new BatutaError(
    'config-invalid',
    'database.url leads to a pooler that pools transactions: settings of a session, prepared statements and notifications are lost there. Connect Batuta to PostgreSQL itself (its own pool is bounded by database.pool), or let the pooler pool sessions.',
  )
}

async function sessionOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]?.pid ?? 0
}
