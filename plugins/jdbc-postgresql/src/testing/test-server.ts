// One server for the tests of a file, and a table of helpers to look into it from outside of the tasks.
import { after, before } from 'node:test'
import type { TestContext } from 'node:test'
import { createTestRunContext } from '@batuta/plugin-sdk'
import type { TestOptions, TestRun } from '@batuta/plugin-sdk'
import pg from 'pg'
import { startPostgres } from '../../../../tests/services/postgres.mjs'
import type { Postgres, PostgresOptions } from '../../../../tests/services/postgres.mjs'
import { defineBatch, defineQueries, defineQuery, defineTrigger } from '@batuta/sql-kit'
import { sessionPool } from '../connection/with-session.ts'
import { postgresql } from '../postgresql.ts'

export const batch = defineBatch(postgresql)
export const queries = defineQueries(postgresql)
export const query = defineQuery(postgresql)
export const trigger = defineTrigger(postgresql)

export interface TestServer {
  readonly jdbcUrl: string
  readonly port: number
  /** Asks over a connection of its own. */
  ask(sql: string): Promise<readonly Record<string, unknown>[]>
}

/** The server of all tests of the file; it starts before the first and stops after the last. */
export function useTestServer(options: PostgresOptions = {}): TestServer {
  let server: Postgres | undefined
  before(async () => {
    server = await startPostgres(options)
  })
  after(async () => {
    await sessionPool.close()
    await server?.stop()
  })
  const get = (): Postgres => {
    if (server === undefined) throw new Error('the server has not started yet')
    return server
  }
  return {
    get jdbcUrl() {
      return get().jdbcUrl
    },
    get port() {
      return get().port
    },
    ask: sql => ask(get().url, sql),
  }
}

async function ask(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

export async function openRun(t: TestContext, options: TestOptions = {}): Promise<TestRun> {
  const run = await createTestRunContext(options)
  t.after(() => run.close())
  return run
}
