// What PostgreSQL makes of counts for charts and of windows over logs: every partition is read by an index, none from end to end.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client } from 'pg'
import { startPostgres, type Postgres } from '../../../../../tests/services/postgres.mjs'
import { listStatement, tallyStatement, type Found } from '../sql/execution-query.ts'
import type { ExecutionQuery } from '../store.ts'
import { POSTGRES } from './perform.ts'
import { openPostgresStore } from './postgres-store.ts'
import { newDatabase } from './testing/test-database.ts'

const DAY_MS = 24 * 60 * 60_000
/** At the end of a day, so that its partition is full. */
const NOW_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - 60_000
const ROWS = 120_000

let server: Postgres
let client: Client
before(async () => {
  server = await startPostgres()
  const url = await newDatabase(server)
  const store = await openPostgresStore({
    url,
    ...{ poolMax: 2, durability: 'relaxed', isMigrating: true, isEngine: true },
    ...{ nowMs: () => Date.now(), random: () => 0.5, onNotice: () => {} },
  })
  for (const days of [3, 2, 1, 0]) await store.history?.prepareDays(NOW_MS - days * DAY_MS)
  await store.close()
  client = new Client({ connectionString: url })
  await client.connect()
  const born = `${NOW_MS} - (i::bigint * ${3 * DAY_MS}) / ${ROWS}`
  await client.query(`insert into executions (born_ms, id, tenant, namespace, flow_id, revision, state, created_ms, end_ms, turn, shard, original_id)
    select ${born}, lpad(i::text, 22, '0'), 'main', 'team' || (i % 20), 'flow' || (i % 100), 1,
      case when i % 20 = 0 then 'FAILED' else 'SUCCESS' end, ${born}, ${born} + 5, 1, 0, 'x' from generate_series(1, ${ROWS}) as i`)
  await client.query('analyze executions')
})
after(async () => {
  await client.end()
  await server.stop()
})

const NOTHING: Found = { isByLabel: false }
const CASES: readonly (readonly [what: string, query: Partial<ExecutionQuery>, found: Found])[] = [
  ['an hour', {}, NOTHING],
  ['an hour of a namespace', {}, { namespaces: ['team3'], isByLabel: false }],
  ['an hour of a flow', { flowId: 'flow3' }, { namespaces: ['team3'], isByLabel: false }],
  ['an hour of failures', { states: ['FAILED'] }, NOTHING],
]

for (const [what, query, found] of CASES) {
  test(`the count and the page of ${what} read no partition from end to end`, async () => {
    const wanted = { tenant: 'main', startFromMs: NOW_MS - DAY_MS / 24, startToMs: NOW_MS, limit: 8_000, ...query }

    const tally = await planOf(tallyStatement({ ...wanted, slotMs: 900_000, by: 'namespace' }, found, POSTGRES))
    const page = await planOf(listStatement({ ...wanted, limit: 51 }, found, POSTGRES))

    for (const plan of [tally, page])
      assert.doesNotMatch(plan, /Seq Scan on executions_(\d+|other) \w+ +\(cost=0\.00\.\.[1-9]\d+\./, plan)
    assert.match(tally, /Index/)
    assert.doesNotMatch(page, /Nested Loop/, `the partition of each row is looked for:\n${page}`)
  })
}

async function planOf({ text, values }: ReturnType<typeof listStatement>): Promise<string> {
  const { rows } = await client.query<Record<string, string>>({ text: `explain ${text}`, values: [...values] })
  return rows.map(row => row['QUERY PLAN']).join('\n')
}
