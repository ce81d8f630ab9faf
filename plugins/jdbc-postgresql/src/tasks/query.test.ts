import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { runTask, TaskStopped } from '@batuta/plugin-sdk'
import type { TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { startPostgres } from '../../../../tests/services/postgres.mjs'
import { openRun, query, useTestServer } from '../testing/test-server.ts'

const server = useTestServer()
const { ask } = server

function runQuery(run: TestRun, properties: ValueMap): Promise<TestResult> {
  return runTask(query, { url: server.jdbcUrl, username: 'postgres', timeZoneId: 'UTC', ...properties }, run)
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

/** Expression, value in the outputs, text in files. */
const TYPES: readonly (readonly [sql: string, value: unknown, ion: string])[] = [
  [`true`, true, 'true'],
  [`32767::int2`, 32767, '32767'],
  [`9007199254740993::int8`, 9007199254740993n, '9007199254740993'],
  [`42::oid`, 42, '42'],
  [`123456789.123456789012345::numeric`, 123456789.12345679, '123456789.123456789012345'],
  [`12345678901234567890::numeric`, 12345678901234567000, '12345678901234567890'],
  [`'NaN'::numeric`, Number.NaN, 'nan'],
  [`0.1::float4`, Math.fround(0.1), '0.1e0'],
  [`0.1::float8`, 0.1, '0.1e0'],
  [`'-Infinity'::float8`, Number.NEGATIVE_INFINITY, '-inf'],
  [`'-1234.5'::money`, -1234.5, '-1234.50'],
  [`'ä "'::text`, 'ä "', '"ä \\""'],
  [`'x'::char(3)`, 'x  ', '"x  "'],
  [`'Ab'::citext`, 'Ab', '"Ab"'],
  [`'\\x01ff'::bytea`, new Uint8Array([1, 255]), '{{Af8=}}'],
  [`date '2024-02-03'`, '2024-02-03', 'LocalDate::"2024-02-03"'],
  [`date '0044-03-15 BC'`, '-0043-03-15', 'LocalDate::"-0043-03-15"'],
  [`date 'infinity'`, 'infinity', '"infinity"'],
  [`time '04:05:06.7'`, '04:05:06.7', 'LocalTime::"04:05:06.7"'],
  [`timetz '04:05:06+02'`, '04:05:06+02:00', '"04:05:06+02:00"'],
  [
    `timestamp '2024-02-03 04:05:06.123456'`,
    '2024-02-03T04:05:06.123456',
    'LocalDateTime::"2024-02-03T04:05:06.123456"',
  ],
  [`timestamptz '2024-07-03 04:05:06.5Z'`, '2024-07-03T06:05:06.5+02:00', '2024-07-03T06:05:06.5+02:00'],
  [`timestamptz '12345-01-01 00:00Z'`, '+12345-01-01T01:00:00+01:00', 'ZonedDateTime::"+12345-01-01T01:00:00+01:00"'],
  [`interval '1 year 2 months -3 days 4 hours 5 minutes 6.7 seconds'`, 'P1Y2M-3DT4H5M6.7S', '"P1Y2M-3DT4H5M6.7S"'],
  [`interval '0'`, 'PT0S', '"PT0S"'],
  [`'{"a": [1, 2.50, null], "b": {}}'::json`, { a: [1, 2.5, null], b: {} }, '{"a":[1,2.5e0,null],"b":{}}'],
  [`'{"a": 1}'::jsonb`, { a: 1 }, '{"a":1}'],
  [
    `'00000000-0000-0000-0000-000000000001'::uuid`,
    '00000000-0000-0000-0000-000000000001',
    '"00000000-0000-0000-0000-000000000001"',
  ],
  [`array[1, null, 3]`, [1, null, 3], '[1,null,3]'],
  [
    `array[['a', 'b"c'], ['NULL', '']]`,
    [
      ['a', 'b"c'],
      ['NULL', ''],
    ],
    '[["a","b\\"c"],["NULL",""]]',
  ],
  [`array[date '2024-02-03']`, ['2024-02-03'], '[LocalDate::"2024-02-03"]'],
  [`array[1.50, 2]`, [1.5, 2], '[1.50,2]'],
  [`'[0:1]={7,8}'::int[]`, [7, 8], '[7,8]'],
  [`array['ok']::mood[]`, ['ok'], '["ok"]'],
  [`'sad'::mood`, 'sad', '"sad"'],
  [`5::positive`, 5, '5'],
  [`'a=>1, "b c"=>NULL'::hstore`, { a: '1', 'b c': null }, '{"a":"1","b c":null}'],
  [`b'1'::bit(1)`, true, 'true'],
  [`b'101'`, '101', '"101"'],
  [`inet '10.0.0.1/8'`, '10.0.0.1/8', '"10.0.0.1/8"'],
  [`int4range(1, 5)`, '[1,5)', '"[1,5)"'],
  [`null::int`, null, 'null'],
]

test('every type has its value in the outputs and its text in files', async t => {
  const run = await openRun(t)
  await ask(`create extension if not exists hstore; create extension if not exists citext;
    create type mood as enum ('sad', 'ok'); create domain positive as int check (value > 0)`)
  const sql = `select ${TYPES.map(([expression], at) => `${expression} as c${at}`).join(', ')}`

  const one = await runQuery(run, { sql, fetchType: 'FETCH_ONE', timeZoneId: 'Europe/Paris' })
  const stored = await runQuery(run, { sql, fetchType: 'STORE', timeZoneId: 'Europe/Paris' })

  assert.equal(one.message, undefined)
  assert.deepEqual(one.outputs['row'], Object.fromEntries(TYPES.map(([, value], at) => [`c${at}`, value])))
  const line = TYPES.map(([, , ion], at) => `"c${at}":${ion}`).join(',')
  assert.equal(await run.ctx.files.readText(String(stored.outputs['uri'])), `{${line}}\n`)
})

test('a million rows are stored in flat memory', { timeout: 120_000 }, async t => {
  const run = await openRun(t)
  const sql = `select n as id, 'customer ' || n as name, n * 1.10 as amount, timestamptz '2024-01-01Z' + n * interval '1 second' as at
    from generate_series(1, 1000000) n`
  const before = process.memoryUsage().rss
  let peak = 0
  let isOver = false
  const watch = async (): Promise<void> => {
    for (; !isOver; await setTimeout(20)) peak = Math.max(peak, process.memoryUsage().rss)
  }
  const started = performance.now()

  const watching = watch()
  const { outputs, message } = await runQuery(run, { sql, fetchType: 'STORE' })
  isOver = true
  await watching

  t.diagnostic(`${Math.round(performance.now() - started)} ms, ${Math.round((peak - before) / 1e6)} MB more`)
  assert.equal(message, undefined)
  assert.equal(outputs['size'], 1_000_000)
  // All rows at once would take more than twice as much.
  assert.ok(peak - before < 350e6, `${Math.round((peak - before) / 1e6)} MB more`)
})

test('large rows come in small portions', async t => {
  const run = await openRun(t)

  const { outputs } = await runQuery(run, {
    sql: `select n, repeat('x', 1000000) as big from generate_series(1, 120) n`,
    fetchType: 'STORE',
  })

  assert.equal(outputs['size'], 120)
  const digits = Array.from({ length: 120 }, (_, at) => String(at + 1).length).reduce((sum, length) => sum + length, 0)
  assert.equal(await run.ctx.files.size(String(outputs['uri'])), 120 * 1_000_016 + digits)
})

test('a statement and the one after it are one transaction', async t => {
  const run = await openRun(t)
  await ask('create table jobs (id int, taken boolean default false); insert into jobs values (1), (2)')
  const sql = 'select id from jobs where not taken order by id'

  const failed = await runQuery(run, { sql: 'update jobs set taken = true', afterSQL: 'select 1/0' })
  const taken = await runQuery(run, { sql, afterSQL: 'update jobs set taken = true', fetchType: 'FETCH' })
  const left = await runQuery(run, { sql, fetchType: 'FETCH' })

  assert.match(failed.message ?? '', /^division by zero \(SQLSTATE 22012\)/)
  assert.deepEqual(taken.outputs['rows'], [{ id: 1 }, { id: 2 }])
  assert.deepEqual(left.outputs, { rows: [], size: 0 })
})

test('a statement alone may be one that refuses transactions', async t => {
  const run = await openRun(t)

  const done = await runQuery(run, { sql: 'vacuum', fetchType: 'FETCH' })
  const refused = await runQuery(run, { sql: 'vacuum', afterSQL: 'select 1' })

  assert.deepEqual(done.outputs, { rows: [], size: 0 })
  assert.match(refused.message ?? '', /SQLSTATE 25001.*leave out `afterSQL`/)
})

test('what a statement changes stays, also when only the first row is asked for', async t => {
  const run = await openRun(t)
  await ask('create table born (id int)')

  const { outputs } = await runQuery(run, {
    sql: 'insert into born select n from generate_series(1, 5000) n returning id',
    fetchType: 'FETCH_ONE',
  })

  assert.deepEqual(outputs, { row: { id: 1 }, size: 1 })
  assert.deepEqual(await ask('select count(*)::int as n from born'), [{ n: 5000 }])
})

test('an error of the server names the place, the SQLSTATE and what to look at', async t => {
  const run = await openRun(t)
  const messageOf = async (sql: string, more: ValueMap = {}): Promise<string> =>
    (await runQuery(run, { sql, ...more })).message ?? ''

  assert.equal(
    await messageOf('select 1,\n  ghost\nfrom pg_class'),
    'column "ghost" does not exist (SQLSTATE 42703); at line 2, column 3: ghost; check the name of the column; names with capitals need double quotes',
  )
  assert.match(
    await messageOf(`select :a, '😀', ghost`, { parameters: { a: 'x' } }),
    /at line 1, column 18: select :a, '😀', ghost;/,
  )
  assert.match(
    await messageOf('selec 1'),
    /syntax error at or near "selec" \(SQLSTATE 42601\).*check the SQL after its templates/,
  )
  assert.match(await messageOf('select * from nowhere.t'), /SQLSTATE 42P01\).*currentSchema/)
  assert.match(await messageOf(`select 'x'::int`), /invalid input syntax for type integer: "x" \(SQLSTATE 22P02\)/)
  assert.match(
    await messageOf('select :ghost', { parameters: { a: 1 } }),
    /uses :ghost, but `parameters` has no "ghost"/,
  )
  assert.match(await messageOf('select 1; select 2'), /"sql" must be one statement, not 2; use the task .*Queries/)
  assert.match(await messageOf('-- nothing'), /"sql" holds no statement/)
  assert.match(await messageOf('copy (select 1) from stdin'), /syntax error/)
  assert.match(await messageOf('select 1', { timeZoneId: 'Mars/Olympus' }), /no time zone "Mars\/Olympus"/)
})

test('copying from the client in a query fails instead of hanging', async t => {
  const run = await openRun(t)
  await ask('create table copied (id int)')

  const { message } = await runQuery(run, { sql: 'copy copied from stdin' })

  assert.match(message ?? '', /this task has no data to copy/)
})

test('an error in the middle of a result leaves no file and a connection that works', async t => {
  const run = await openRun(t)

  const failed = await runQuery(run, {
    sql: 'select 1/(n - 5000) from generate_series(1, 10000) n',
    fetchType: 'STORE',
  })
  const next = await runQuery(run, { sql: 'select 1 as n', fetchType: 'FETCH_ONE' })

  assert.match(failed.message ?? '', /division by zero/)
  assert.deepEqual(next.outputs['row'], { n: 1 })
})

test('what the server remarks goes to the log', async t => {
  const run = await openRun(t)

  await runQuery(run, { sql: `do $$ begin raise notice 'half way'; end $$` })

  assert.deepEqual(
    run.logs.map(line => `${line.level} ${line.message}`),
    ['INFO half way'],
  )
})

test('a kill cancels the statement on the server', { timeout: 20_000 }, async t => {
  const stop = new AbortController()
  const run = await openRun(t, { signal: stop.signal })
  const running = runQuery(run, { sql: 'select pg_sleep(60) /* to be killed */' })
  const isThere = `select state from pg_stat_activity where query like '%to be killed%' and state = 'active' and pid <> pg_backend_pid()`
  while ((await ask(isThere)).length === 0) await setTimeout(10)

  stop.abort(new TaskStopped('kill', 'killed by hand'))
  const { state, message } = await running

  assert.equal(state, 'FAILED')
  assert.equal(message, 'killed by hand')
  assert.deepEqual(await ask(isThere), [])
})

test('a kill while rows are read ends the task', { timeout: 20_000 }, async t => {
  const stop = new AbortController()
  const run = await openRun(t, { signal: stop.signal })
  const running = runQuery(run, { sql: 'select n from generate_series(1, 1000000000) n', fetchType: 'STORE' })
  void setTimeout(300).then(() => stop.abort(new TaskStopped('timeout', 'timed out')))

  assert.equal((await running).message, 'timed out')
})

test('a task leaves no trace in a connection that another one gets', async t => {
  const run = await openRun(t)
  const pid = async (): Promise<unknown> =>
    (await runQuery(run, { sql: 'select pg_backend_pid() as pid', fetchType: 'FETCH_ONE', connectionPoolSize: 1 }))
      .outputs['row']

  const first = await pid()
  await runQuery(run, { sql: 'create temp table mine as select 1', connectionPoolSize: 1 })
  await runQuery(run, { sql: `set search_path to nowhere`, connectionPoolSize: 1 })
  const { outputs } = await runQuery(run, {
    sql: `select to_regclass('pg_temp.mine')::text as mine, current_setting('search_path') as path`,
    fetchType: 'FETCH_ONE',
    connectionPoolSize: 1,
  })

  assert.deepEqual(await pid(), first)
  assert.deepEqual(outputs['row'], { mine: null, path: '"$user", public' })
})

test('no more tasks at once use a database than its pool has connections', async t => {
  const run = await openRun(t)
  const count = `select count(*)::int as n from pg_stat_activity where application_name = 'counted'`
  const url = `${server.jdbcUrl}?ApplicationName=counted`

  const results = await Promise.all(
    Array.from({ length: 6 }, () =>
      runQuery(run, {
        url,
        sql: `${count} and pg_sleep(0.05) is not null`,
        fetchType: 'FETCH_ONE',
        connectionPoolSize: 2,
      }),
    ),
  )

  const most = Math.max(...results.map(({ outputs }) => Number((outputs['row'] as { n: number }).n)))
  assert.equal(most, 2)
  assert.equal(run.metrics.length, 6)
})

test('a server that restarts between two tasks is no failure', async t => {
  const own = await startPostgres()
  const run = await openRun(t)
  const properties = { url: own.jdbcUrl, sql: 'select 1 as n', fetchType: 'FETCH_ONE' }
  await runQuery(run, properties)

  await own.stop()
  const down = await runQuery(run, properties)

  assert.match(
    down.message ?? '',
    /^cannot connect to PostgreSQL at 127\.0\.0\.1:\d+, database "postgres": nobody listens there/,
  )
})

test('a server that ends the session, or goes away, is told apart from a mistake in the SQL', async t => {
  const own = await startPostgres()
  const run = await openRun(t)
  const ended = await runQuery(run, { sql: 'select pg_terminate_backend(pg_backend_pid())' })

  const sleeping = runQuery(run, { url: own.jdbcUrl, sql: 'select pg_sleep(60)' })
  const active = `select count(*)::int as n from pg_stat_activity where query = 'select pg_sleep(60)' and state = 'active'`
  const seen = async (): Promise<unknown> =>
    (await runQuery(run, { url: own.jdbcUrl, sql: active, fetchType: 'FETCH_ONE' })).outputs['row']
  while (!isDeepStrictEqual(await seen(), { n: 1 })) await setTimeout(10)
  await own.crash()

  assert.match(ended.message ?? '', /terminating connection.*\(SQLSTATE 57P01\)/)
  assert.match(
    (await sleeping).message ?? '',
    /^(the connection to PostgreSQL at 127\.0\.0\.1:\d+ broke|terminating connection)/,
  )
})

test('a constraint that is checked at the end fails with its SQLSTATE', async t => {
  const run = await openRun(t)
  await ask(`create table parent (id int primary key);
    create table child (id int references parent deferrable initially deferred)`)

  const { message } = await runQuery(run, { sql: 'insert into child values (1)', afterSQL: 'select 1' })

  assert.match(message ?? '', /violates foreign key constraint.*\(SQLSTATE 23503\); detail: Key \(id\)=\(1\)/)
})

test('a kill ends the wait for a connection', { timeout: 20_000 }, async t => {
  const stop = new AbortController()
  const first = await openRun(t, { signal: stop.signal })
  const second = await openRun(t, { signal: stop.signal })
  const properties = {
    sql: 'select pg_sleep(60)',
    connectionPoolSize: 1,
    url: `${server.jdbcUrl}?ApplicationName=queue`,
  }

  const running = [runQuery(first, properties), runQuery(second, properties)]
  await setTimeout(200)
  stop.abort(new TaskStopped('kill', 'killed by hand'))

  for (const { message } of await Promise.all(running)) assert.equal(message, 'killed by hand')
})

test('a storage that is full is not taken for a broken connection', async t => {
  const run = await openRun(t)
  const put = (): Promise<never> => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }))
  const ctx = { ...run.ctx, files: { ...run.ctx.files, put } }

  const properties = { connectionPoolSize: 1, fetchType: 'STORE', url: `${server.jdbcUrl}?ApplicationName=full` }

  const { message } = await runQuery({ ...run, ctx }, { ...properties, sql: 'select 1' })
  const next = await runQuery(run, { ...properties, sql: 'select 2 as n' })

  assert.equal(message, 'no space left')
  assert.equal(next.outputs['size'], 1)
})
