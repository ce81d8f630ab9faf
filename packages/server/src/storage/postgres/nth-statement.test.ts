import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client } from 'pg'
import { startPostgres, type Postgres } from '../../../../../tests/services/postgres.mjs'
import { announcementOf } from '../contract/subject.ts'
import { Faults, type Fault } from '../testing/faults.ts'
import { failEachStatement, type FailingStore, type Tally } from '../testing/nth-statement.ts'
import { CLUSTER_USE_CASES, USE_CASES, fillForUseCases } from '../testing/use-cases.ts'
import { failingClient } from './testing/failing-client.ts'
import { newDatabase, openTestStore } from './testing/test-database.ts'

let server: Postgres

before(async () => {
  server = await startPostgres()
})
after(async () => await server.stop())

const WAYS: readonly Fault[] = ['lost-before', 'lost-after', 'passing', 'full']
/** What the database numbers or times itself. */
const OWN = ['seq', 'lease_until', 'high_water_ms']

test('whichever statement fails, PostgreSQL has all of it or nothing', async t => {
  const url = await newDatabase(server)
  const faults = new Faults()
  const { store } = await openTestStore(t, url, {
    durability: 'relaxed',
    random: () => 0,
    Client: failingClient(faults),
  })
  await fillForUseCases(store)
  await store.cluster?.announce({ node: 'node-1', incarnation: 1 }, announcementOf('engine'), 60_000)
  await store.cluster?.tend({ node: 'node-1', incarnation: 1 })
  const beside = new Client({ connectionString: url })
  await beside.connect()
  t.after(async () => await beside.end())
  const subject: FailingStore = { store, faults, ways: WAYS, ...(await prepareContent(beside)) }
  const tally: Tally = { runs: 0, before: 0, after: 0, healed: 0 }

  for (const useCase of [...USE_CASES, ...CLUSTER_USE_CASES]) await failEachStatement(subject, useCase, tally)

  t.diagnostic(JSON.stringify(tally))
  assert.ok(tally.runs > 400 && tally.before > 100 && tally.after > 20 && tally.healed > 100, JSON.stringify(tally))
})

async function prepareContent(client: Client): Promise<Pick<FailingStore, 'dump' | 'reset'>> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname <> 'migrations'`,
  )
  const tables = rows.map(row => row.name)
  await client.query('create schema kept')
  for (const table of tables) await client.query(`create table kept.${table} as select * from ${table}`)
  const bare = OWN.reduce((row, column) => `${row} - '${column}'`, 'to_jsonb(t)')
  const dump = tables
    .map(table => `select '${table}' as name, (${bare})::text as row from ${table} t`)
    .join(' union all ')
  const reset = tables
    .map(table => `delete from ${table}; insert into ${table} overriding system value select * from kept.${table}`)
    .join('; ')
  return {
    dump: async () => {
      const all = await client.query<{ name: string; row: string }>(`${dump} order by name, row`)
      return all.rows.map(({ name, row }) => `${name} ${row}`).join('\n')
    },
    reset: async () => void (await client.query(`begin; ${reset}; commit`)),
  }
}
