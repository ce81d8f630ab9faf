import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runTask, TaskStopped } from '@batuta/plugin-sdk'
import type { TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { openRun, useTestServer } from '../testing/test-server.ts'
import { copyIn } from './copy-in.ts'
import { copyOut } from './copy-out.ts'

const server = useTestServer()
const { ask } = server

function connection(): ValueMap {
  return { url: server.jdbcUrl, username: 'postgres' }
}

async function load(run: TestRun, file: string | Uint8Array, properties: ValueMap): Promise<TestResult> {
  const from = await run.ctx.files.put(file, { extension: '.csv' })
  return runTask(copyIn, { ...connection(), from, ...properties }, run)
}

function unload(run: TestRun, properties: ValueMap): Promise<TestResult> {
  return runTask(copyOut, { ...connection(), ...properties }, run)
}

test('a CSV file is loaded with the options that are given', async t => {
  const run = await openRun(t)
  await ask('create table a (id int, name text, "order" text)')
  const file = 'name;order;id\n"say ""hi""";-;1\n;"";2\n'

  const { outputs, message } = await load(run, file, {
    table: 'a',
    columns: ['name', 'order', 'id'],
    format: 'CSV',
    header: true,
    delimiter: ';',
    nullString: '-',
    forceNotNull: ['name'],
  })

  assert.equal(message, undefined)
  assert.deepEqual(outputs, { rowCount: 2 })
  assert.deepEqual(await ask('select * from a order by id'), [
    { id: 1, name: 'say "hi"', order: null },
    { id: 2, name: '', order: '' },
  ])
  assert.deepEqual(
    run.metrics.map(({ name, value }) => [name, value]),
    [['rows', 2]],
  )
})

test('a table goes out and into another one in every format', async t => {
  const run = await openRun(t)
  await ask(
    `create table b (id int, name text, at timestamptz); insert into b values (1, E'tab\\there', now()), (2, null, null)`,
  )

  for (const format of ['TEXT', 'CSV', 'BINARY']) {
    await ask('drop table if exists c; create table c (like b)')
    const out = await unload(run, { table: 'b', format })
    const back = await runTask(copyIn, { ...connection(), from: String(out.outputs['uri']), table: 'c', format }, run)

    assert.deepEqual([out.outputs['rowCount'], back.outputs], [2, { rowCount: 2 }], format)
    assert.deepEqual(await ask('select * from c order by id'), await ask('select * from b order by id'), format)
  }
})

test('the result of a query is written', async t => {
  const run = await openRun(t)

  const { outputs, message } = await unload(run, {
    sql: `select n as id, 'x' || n as name from generate_series(1, 2) n; -- all`,
    format: 'csv',
    header: true,
    forceQuote: ['name'],
    encoding: 'UTF8',
  })

  assert.equal(message, undefined)
  assert.match(String(outputs['uri']), /\.csv$/)
  assert.equal(outputs['rowCount'], 2)
  assert.equal(await run.ctx.files.readText(String(outputs['uri'])), 'id,name\n1,"x1"\n2,"x2"\n')
})

test('a file that does not fit fails with its line and loads nothing', async t => {
  const run = await openRun(t)
  await ask('create table d (id int)')

  const wrong = await load(run, '1\n2\nx\n', { table: 'd' })
  const nowhere = await load(run, '1\n', { table: 'ghost' })
  const missing = await runTask(copyIn, { ...connection(), from: 'kestra:///test/no.csv', table: 'd' }, run)
  const nothing = await load(run, '1\n', {})
  const oids = await load(run, '1\n', { table: 'd', oids: true })

  assert.match(
    wrong.message ?? '',
    /invalid input syntax for type integer: "x" \(SQLSTATE 22P02\).*in COPY d, line 3, column id/,
  )
  assert.match(nowhere.message ?? '', /SQLSTATE 42P01/)
  assert.match(missing.message ?? '', /there is no file/)
  assert.match(nothing.message ?? '', /property "table" is required/)
  assert.match(oids.message ?? '', /option "oids" not recognized/)
  assert.deepEqual(await ask('select * from d'), [])
})

test('a query that fails writes no file', async t => {
  const run = await openRun(t)

  const broken = await unload(run, { sql: 'select 1/(n - 3) from generate_series(1, 5) n' })
  const two = await unload(run, { sql: 'select 1; select 2' })
  const nothing = await unload(run, {})

  assert.match(broken.message ?? '', /division by zero \(SQLSTATE 22012\)/)
  assert.match(two.message ?? '', /must be one statement, not 2/)
  assert.match(nothing.message ?? '', /one of the properties "sql" and "table" is required/)
})

test('a kill ends copying in both directions', { timeout: 20_000 }, async t => {
  await ask('create table e (n bigint)')
  const kill = async (start: (run: TestRun) => Promise<TestResult>): Promise<string | undefined> => {
    const stop = new AbortController()
    const run = await openRun(t, { signal: stop.signal })
    setTimeout(() => stop.abort(new TaskStopped('kill', 'killed by hand')), 300)
    return (await start(run)).message
  }

  const out = await kill(run => unload(run, { sql: 'select n from generate_series(1, 10000000000) n' }))
  const into = await kill(run => {
    const endless = (async function* () {
      for (;;) {
        await new Promise(resolve => setTimeout(resolve, 5))
        yield Buffer.from('1\n')
      }
    })()
    const files = { ...run.ctx.files, open: () => Promise.resolve(endless) }
    return runTask(
      copyIn,
      { ...connection(), from: 'kestra:///test/endless', table: 'e' },
      { ...run, ctx: { ...run.ctx, files } },
    )
  })

  assert.equal(out, 'killed by hand')
  assert.equal(into, 'killed by hand')
  assert.deepEqual(await ask(`select state from pg_stat_activity where query like 'copy%' and state = 'active'`), [])
})
