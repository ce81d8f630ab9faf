import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runTask, TaskStopped } from '@batuta/plugin-sdk'
import type { FileStore, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { batch, openRun, query, useTestServer } from '../testing/test-server.ts'

const server = useTestServer()
const { ask } = server

function connection(): ValueMap {
  return { url: server.jdbcUrl, username: 'postgres', timeZoneId: 'Europe/Paris' }
}

async function runBatch(run: TestRun, rows: string, properties: ValueMap): Promise<TestResult> {
  const from = await run.ctx.files.put(rows, { extension: '.ion' })
  return runTask(batch, { from, ...connection(), ...properties }, run)
}

test('rows run through a statement, in chunks', async t => {
  const run = await openRun(t)
  await ask('create table a (id int primary key, name text, at timestamptz default now())')
  const rows = '{"id":1,"name":"one"}\n{"id":2,"name":null}\n{"id":3}\n'

  const { outputs, message } = await runBatch(run, rows, {
    sql: 'insert into a (id, name) values (?, upper(?))',
    columns: ['id', 'name'],
    chunk: 2,
  })

  assert.equal(message, undefined)
  assert.deepEqual(outputs, { rowCount: 3, updatedCount: 3 })
  assert.deepEqual(await ask('select id, name from a order by id'), [
    { id: 1, name: 'ONE' },
    { id: 2, name: null },
    { id: 3, name: null },
  ])
  assert.deepEqual(
    run.metrics.map(({ name, value }) => [name, value]),
    [
      ['records', 3],
      ['updated', 3],
      ['query', 2],
    ],
  )
})

test('statements of any kind count what they change', async t => {
  const run = await openRun(t)
  await ask(`create table b (id int primary key, n int); insert into b select n, 0 from generate_series(1, 10) n`)

  const updated = await runBatch(run, '[5, 3]\n[6, 0]\n', { sql: 'update b set n = ? where id > ?' })
  const upserted = await runBatch(run, '[1, 7]\n[1, 8]\n[11, 9]\n', {
    sql: 'insert into b values (?, ?) on conflict (id) do update set n = excluded.n',
  })

  assert.deepEqual(updated.outputs, { rowCount: 2, updatedCount: 17 })
  assert.deepEqual(upserted.outputs, { rowCount: 3, updatedCount: 3 })
  assert.deepEqual(await ask('select id, n from b where id in (1, 11) order by id'), [
    { id: 1, n: 8 },
    { id: 11, n: 9 },
  ])
})

test('a table is filled by the names of its columns, or of those that are given', async t => {
  const run = await openRun(t)
  await ask(
    'create table c (id int, "mixedCase" text, "order" int default 5, twice int generated always as (id * 2) stored)',
  )
  const rows = '{"mixedCase":"m","id":1,"order":2}\n{"id":2}\n'

  await runBatch(run, rows, { table: 'c' })
  await runBatch(run, '{"id":3,"x":"y"}\n', { table: 'public.c', columns: ['id'] })
  await runBatch(run, '{"mixedCase":"q","order":7}\n', { table: 'c', columns: ['"mixedCase"', 'order'] })

  assert.deepEqual(await ask('select * from c'), [
    { id: 1, mixedCase: 'm', order: 2, twice: 2 },
    { id: 2, mixedCase: null, order: null, twice: 4 },
    { id: 3, mixedCase: null, order: 5, twice: 6 },
    { id: null, mixedCase: 'q', order: 7, twice: null },
  ])
})

test('values of every type go from one table to another and stay what they are', async t => {
  const run = await openRun(t)
  await ask(`create extension if not exists hstore; create type mood as enum ('sad', 'ok');
    create table source (b bool, i int, l bigint, n numeric, f float8, s text, d date, t time, ts timestamp, tz timestamptz, iv interval,
      j json, jb jsonb, u uuid, by bytea, ia int[], ta text[], m mood, h hstore, bits bit(3), nothing text);
    insert into source values (true, -5, 9007199254740993, 12345678901234567890.10, 0.1, 'ä"', '2024-02-03', '04:05:06.7',
      '2024-07-03 04:05:06.123456', '2024-07-03 04:05:06.5Z', '1 year 2 days 03:04:05.6', '{"a":[1.5,null]}', '[{"b":"c"}]',
      '00000000-0000-0000-0000-000000000001', '\\x00ff', '{{1,2},{3,null}}', '{"a,b","c\\"d",null}', 'ok', 'a=>1,b=>NULL', b'101', null);
    create table copied (like source)`)
  const { outputs } = await runTask(query, { ...connection(), sql: 'select * from source', fetchType: 'STORE' }, run)

  const result = await runTask(batch, { ...connection(), from: String(outputs['uri']), table: 'copied' }, run)

  assert.equal(result.message, undefined)
  assert.deepEqual(await ask('select s::text as row from copied s'), await ask('select s::text as row from source s'))
})

test('numbers and moments fit the column they go to', async t => {
  const run = await openRun(t)
  await ask('create table e (i int, s text, ts timestamp, d date)')

  const { message } = await runBatch(
    run,
    '{"i":4e0,"s":1.10,"ts":2024-07-03T04:05:06Z,"d":2024-07-03T04:05:06Z}\n{"i":"5","s":true,"ts":"2024-01-01","d":null}\n',
    { table: 'e' },
  )

  assert.equal(message, undefined)
  assert.deepEqual(await ask('select i, s, ts::text, d::text from e order by i'), [
    { i: 4, s: '1.10', ts: '2024-07-03 06:05:06', d: '2024-07-03' },
    { i: 5, s: 'true', ts: '2024-01-01 00:00:00', d: null },
  ])
})

test('a row that fails undoes all, and is named', async t => {
  const run = await openRun(t)
  await ask('create table f (id int primary key)')
  const rows = Array.from({ length: 25 }, (_, at) => `{"id":${at === 17 ? '"x"' : at}}`).join('\n')

  const wrong = await runBatch(run, rows, { table: 'f', chunk: 10 })
  const twice = await runBatch(run, '{"id":1}\n{"id":1}\n', { table: 'f' })
  const short = await runBatch(run, '{"id":1,"b":2}\n', { sql: 'insert into f values (?)' })
  const scalar = await runBatch(run, '5\n', { table: 'f' })

  assert.match(
    wrong.message ?? '',
    /^row 18 of the file: invalid input syntax for type integer: "x" \(SQLSTATE 22P02\)/,
  )
  assert.match(
    twice.message ?? '',
    /^row 2 of the file: duplicate key.*SQLSTATE 23505.*detail: Key \(id\)=\(1\) already exists/,
  )
  assert.match(
    short.message ?? '',
    /row 1 of the file has 2 values and the statement takes 1; name the values in `columns`/,
  )
  assert.match(scalar.message ?? '', /row 1 of the file is neither a map nor a list/)
  assert.deepEqual(await ask('select * from f'), [])
})

test('what is asked for wrongly is refused in words', async t => {
  const run = await openRun(t)
  const messageOf = async (properties: ValueMap): Promise<string> =>
    (await runBatch(run, '{"id":1}\n', properties)).message ?? ''

  assert.match(await messageOf({}), /one of the properties "sql" and "table" is required/)
  assert.match(await messageOf({ table: 'nowhere' }), /relation "nowhere" does not exist \(SQLSTATE 42P01\)/)
  assert.match(await messageOf({ sql: 'select 1' }), /has no `\?`/)
  assert.match(await messageOf({ sql: 'insert into nowhere values (?)' }), /SQLSTATE 42P01/)
  assert.match(await messageOf({ sql: 'select ?; select ?' }), /must be one statement, not 2/)
  const missing = await runTask(batch, { ...connection(), from: 'kestra:///test/no.ion', table: 'a' }, run)
  assert.match(missing.message ?? '', /there is no file/)
})

test('a storage that stumbles is read on from where it broke, or all over again', async t => {
  const run = await openRun(t)
  await ask('create table g (id int)')
  const rows = Array.from({ length: 50_000 }, (_, id) => `{"id":${id}}`).join('\n')
  const from = await run.ctx.files.put(rows, { extension: '.ion' })
  const properties = { ...connection(), from, table: 'g', retryBackoff: 'PT0.01S', inputHandling: 'STREAM' }
  const stumble = (times: number): TestRun => ({ ...run, ctx: { ...run.ctx, files: stumbling(run, times) } })

  const resumed = await runTask(batch, properties, stumble(2))
  const restarted = await runTask(batch, { ...properties, resumeOnRetry: false }, stumble(2))
  const refused = await runTask(batch, { ...properties, retryScope: 'NONE' }, stumble(1))

  assert.deepEqual(resumed.outputs, { rowCount: 50_000, updatedCount: 50_000 })
  assert.deepEqual(restarted.outputs, { rowCount: 50_000, updatedCount: 50_000 })
  assert.match(refused.message ?? '', /cannot be read: the line is bad/)
  assert.deepEqual(await ask('select count(*)::int as n, count(distinct id)::int as ids from g'), [
    { n: 100_000, ids: 50_000 },
  ])
})

/** Storage whose stream breaks after its first piece, so many times. */
function stumbling(run: TestRun, times: number): TestRun['ctx']['files'] {
  let left = times
  const open: FileStore['open'] = async uri => {
    const stream = await run.ctx.files.open(uri)
    if (left-- <= 0) return stream
    return (async function* () {
      for await (const chunk of stream) {
        yield chunk
        throw Object.assign(new Error('the line is bad'), { code: 'ECONNRESET' })
      }
    })()
  }
  return { ...run.ctx.files, open }
}

test('a kill undoes what was inserted', { timeout: 20_000 }, async t => {
  const stop = new AbortController()
  const run = await openRun(t, { signal: stop.signal })
  await ask('create table h (id int)')
  const rows = Array.from({ length: 200_000 }, (_, id) => `{"id":${id}}`).join('\n')
  setTimeout(() => stop.abort(new TaskStopped('kill', 'killed by hand')), 300)

  const { message } = await runBatch(run, rows, { sql: 'insert into h select ? from pg_sleep(0.0001)' })

  assert.equal(message, 'killed by hand')
  assert.deepEqual(await ask('select count(*)::int as n from h'), [{ n: 0 }])
})
