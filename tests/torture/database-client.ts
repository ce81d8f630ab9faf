// Questions to a PostgreSQL under torture, each on a connection of its own: the one before may have been killed.
import { Client, type QueryResultRow } from 'pg'

/** What a cluster needs of its database. */
export interface Database {
  readonly port: number
  readonly isUp: boolean
  start(): Promise<void>
  stop(): Promise<void>
}

/** `port`: of a proxy before it. */
export function urlOf({ port }: { readonly port: number }): string {
  return `postgres://postgres@127.0.0.1:${port}/postgres`
}

export async function ask<Row extends QueryResultRow>(
  database: { readonly port: number },
  statement: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  return await using(database, async client => (await client.query<Row>(statement, [...values])).rows)
}

export async function using<T>(database: { readonly port: number }, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: urlOf(database) })
  client.on('error', () => {}) // What was asked is rejected as well.
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end().catch(() => {}) // It may be dead already.
  }
}
