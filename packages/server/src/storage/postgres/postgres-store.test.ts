// The contract on a real PostgreSQL: one server for the file, one database for each test.
import { randomUUID } from 'node:crypto'
import { after, before, type TestContext } from 'node:test'
import { Client } from 'pg'
import { startPostgres } from '../../../../../tests/services/postgres.mjs'
import { storeContract, type OpenStore } from '../contract.ts'
import type { Store } from '../store.ts'
import { openPostgresStore } from './postgres-store.ts'

const MADE = 'made'

let server: Awaited<ReturnType<typeof startPostgres>>

before(async () => {
  // Nothing crashes here: what survives a crash is tested elsewhere.
  server = await startPostgres()
  // The tables are made once and copied for each test.
  await administrate(`create database ${MADE}`)
  await (await openAt(urlOf(MADE))).close()
})
after(async () => await server.stop())

storeContract({ name: 'postgres', hasOwnClock: true, open: async t => await openIn(t) })

async function openIn(t: TestContext): Promise<OpenStore> {
  const database = `t_${randomUUID().replaceAll('-', '')}`
  await administrate(`create database ${database} template ${MADE}`)
  const url = urlOf(database)
  const open = async (): Promise<Store> => await openAt(url)
  let store = await open()
  t.after(async () => {
    await store.close()
    await administrate(`drop database ${database} with (force)`)
  })
  return {
    store,
    reopen: async () => {
      await store.close()
      store = await open()
      return store
    },
    // It has a clock of its own.
    setNow: () => {},
  }
}

async function openAt(url: string): Promise<Store> {
  return await openPostgresStore({
    url,
    poolMax: 2,
    durability: 'relaxed',
    isEngine: true,
    nowMs: () => Date.now(),
    random: () => 0.5,
    onNotice: () => {},
  })
}

function urlOf(database: string): string {
  return server.url.replace(/\/postgres$/, `/${database}`)
}

async function administrate(statement: string): Promise<void> {
  const client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query(statement)
  await client.end()
}
