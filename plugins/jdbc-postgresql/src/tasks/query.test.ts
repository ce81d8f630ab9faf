import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'
import { createTestRunContext, runTask, TaskStopped } from '@batuta/plugin-sdk'
import type { TestOptions, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import pg from 'pg'
import { startPostgres } from '../../../../tests/services/postgres.mjs'
import type { Postgres } from '../../../../tests/services/postgres.mjs'
import { sessionPool } from '../connection/with-session.ts'
import { query } from './query.ts'

let server: Postgres

before(async () => {
  server = await startPostgres()
})

after(async () => {
  await sessionPool.close()
  await server.stop()
})

async function openRun(t: TestContext, options: TestOptions = {}): Promise<TestRun> {
  const run = await createTestRunContext(options)
  t.after(() => run.close())
  return run
}

function runQuery(run: TestRun, properties: ValueMap): Promise<TestResult> {
  return runTask(query, { url: server.jdbcUrl, username: 'postgres', timeZoneId: 'UTC', ...properties }, run)
}

async function ask(sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(server.url)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

test('rows go into the outputs, the first of them, or nowhere', async t => {
  const run = await openRun(t)
  const sql = 'select n, n * 2 as twice from generate_series(1, 3) n;'

  const all = await runQuery(run, { sql, fetchType: 'FETCH' })
  const one = await runQuery(run, { sql, fetchType: 'FETCH_ONE' })
  const none = await runQuery(run, { sql })
  const nothing = await runQuery(run, { sql: 'select 1 as n where false', fetchType: 'FETCH_ONE' })

  assert.deepEqual(all.outputs, {
    rows: [
      { n: 1, twice: 2 },
      { n: 2, twice: 4 },
      { n: 3, twice: 6 },
    ],
    size: 3,
  })
  assert.deepEqual(one.outputs, { row: { n: 1, twice: 2 }, size: 1 })
  assert.deepEqual(none.outputs, {})
  assert.deepEqual(nothing.outputs, { size: 0 })
  assert.deepEqual(
    run.metrics.map(({ name, type, value }) => ({ name, type, value })),
    [3, 1, 0].map(value => ({ name: 'fetch.size', type: 'counter', value })),
  )
})

test('rows are stored as Ion', async t => {
  const run = await openRun(t)

  const { outputs } = await runQuery(run, {
    sql: `select 1 as id, 'a "b"' as name, null as none, 1.10::numeric as price, 2.5::float8 as ratio, date '2024-01-02' as day`,
    store: true,
  })

  assert.equal(outputs['size'], 1)
  assert.equal(
    await run.ctx.files.readText(String(outputs['uri'])),
    '{"id":1,"name":"a \\"b\\"","none":null,"price":1.10,"ratio":2.5e0,"day":LocalDate::"2024-01-02"}\n',
  )
})

test('the older spellings win over `fetchType`, the narrowest first', async t => {
  const run = await openRun(t)
  const sql = 'select 1 as n'

  const one = await runQuery(run, { sql, fetch: true, store: true, fetchOne: true, fetchType: 'NONE' })
  const stored = await runQuery(run, { sql, fetch: true, store: true })
  const all = await runQuery(run, { sql, fetch: true })

  assert.deepEqual(Object.keys(one.outputs), ['row', 'size'])
  assert.deepEqual(Object.keys(stored.outputs), ['uri', 'size'])
  assert.deepEqual(Object.keys(all.outputs), ['rows', 'size'])
})

test('parameters are sent apart from the SQL', async t => {
  const run = await openRun(t, { variables: { inputs: { name: "O'Hara" } } })

  const { outputs, message } = await runQuery(run, {
    sql: `select :name as name, :n as n, :n + 1 as next, :ok as ok, :none as none, ':name' as literal, '2024-02-03'::date = :day as is_day,
      5 = any(:list) as listed, jsonb_build_object('k', :name) as built, :big as big, 7 = :text as same`,
    parameters: {
      name: '{{ inputs.name }}',
      n: 4,
      ok: true,
      none: null,
      day: '2024-02-03',
      list: [4, 5],
      big: 9007199254740993n,
      text: '7',
    },
    fetchType: 'FETCH_ONE',
  })

  assert.equal(message, undefined)
  assert.deepEqual(outputs['row'], {
    name: "O'Hara",
    n: 4,
    next: 5,
    ok: true,
    none: null,
    literal: ':name',
    is_day: true,
    listed: true,
    built: { k: "O'Hara" },
    big: 9007199254740993n,
    same: true,
  })
})
