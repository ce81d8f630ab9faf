// Databases of their own on one real server for a test file.
import { randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'
import { Client } from 'pg'
import type { Postgres } from '../../../../../../tests/services/postgres.mjs'
import { openPostgresStore, type PostgresOptions } from '../postgres-store.ts'
import type { Store } from '../../store.ts'

/** The URL of a new database; it goes with its server. */
export async function newDatabase(server: Postgres, more = ''): Promise<string> {
  const database = `t_${randomUUID().replaceAll('-', '')}`
  await administrate(server.url, `create database ${database} ${more}`)
  return server.url.replace(/\/postgres$/, `/${database}`)
}

/** The same, of a role that may do nothing but own it. */
export async function newOwnDatabase(server: Postgres): Promise<string> {
  const role = `r_${randomUUID().replaceAll('-', '')}`
  await administrate(server.url, `create role ${role} login nosuperuser nocreatedb nocreaterole`)
  const url = new URL(await newDatabase(server, `owner ${role}`))
  url.username = role
  return url.href
}

export async function administrate(url: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}

export interface TestStore {
  readonly store: Store
  /** What the operator was told. */
  readonly notices: string[]
}

export async function openTestStore(
  t: TestContext,
  url: string,
  more: Partial<PostgresOptions> = {},
): Promise<TestStore> {
  const notices: string[] = []
  const store = await openPostgresStore({
    url,
    poolMax: 2,
    durability: 'full',
    isMigrating: true,
    isEngine: true,
    nowMs: () => Date.now(),
    random: () => Math.random(),
    onNotice: (message, error) => void notices.push(error instanceof Error ? `${message}: ${error.message}` : message),
    ...more,
  })
  t.after(async () => await store.close())
  return { store, notices }
}
