import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createTestRunContext, messageOf, runPoll, runTask, TaskStopped } from '@batuta/plugin-sdk'
import type { TaskDefinition, TaskOutputs, TestOptions, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { defineBatch, defineQueries, defineQuery, defineTrigger } from '@batuta/sql-kit'
import { sqlite } from './sqlite.ts'

const query = defineQuery(sqlite)
const queries = defineQueries(sqlite)
const trigger = defineTrigger(sqlite)
// Kestra has no Batch for SQLite; the base is tried with it all the same.
const batch = defineBatch(sqlite)

async function openRun(t: TestContext, options: TestOptions = {}): Promise<TestRun> {
  const run = await createTestRunContext(options)
  t.after(() => run.close())
  return run
}

/** A database on disk with orders. */
async function withOrders(t: TestContext): Promise<{ readonly run: TestRun; readonly url: string }> {
  const run = await openRun(t)
  const url = `jdbc:sqlite:${join(await run.ctx.workingDir.path(), 'shop.db')}`
  const sql = `create table orders (id integer primary key, name text, price real, seen integer default 0, day date, at timestamp, raw blob);
    insert into orders values (1, 'a; "b"', 4.0, 0, '2024-01-02', '2024-01-02 03:04:05.600', x'0102');
    insert into orders (id, name) values (2, 'it''s'), (9007199254740993, null);`
  assert.equal((await runTask(queries, { url, sql }, run)).message, undefined)
  return { run, url }
}

const ask = (task: TaskDefinition, run: TestRun, properties: ValueMap): Promise<TestResult> =>
  runTask(task, { timeZoneId: 'UTC', ...properties }, run)

test('rows go into the outputs with the types of their columns, or into a file', async t => {
  const { run, url } = await withOrders(t)
  const sql = 'select * from orders order by id'

  const all = await ask(query, run, { url, sql: 'select id, name, price from orders order by id', fetchType: 'FETCH' })
  const one = await ask(query, run, { url, sql, fetchType: 'FETCH_ONE' })
  const stored = await ask(query, run, { url, sql, fetchType: 'STORE', fetchSize: 1 })
  const none = await ask(query, run, { url, sql })

  assert.deepEqual(all.outputs, {
    rows: [
      { id: 1, name: 'a; "b"', price: 4 },
      { id: 2, name: "it's", price: null },
      { id: 9007199254740993n, name: null, price: null },
    ],
    size: 3,
  })
  assert.equal(one.outputs['size'], 1)
  assert.equal(stored.outputs['size'], 3)
  const [line] = (await run.ctx.files.readText(String(stored.outputs['uri']))).split('\n')
  assert.equal(
    line,
    `{"id":1,"name":"a; \\"b\\"","price":4e0,"seen":0,"day":LocalDate::"2024-01-02","at":LocalDateTime::"2024-01-02T03:04:05.6","raw":{{AQI=}}}`,
  )
  assert.deepEqual(none.outputs, {})
})

test('parameters are values, whatever stands in them', async t => {
  const { run, url } = await withOrders(t)

  const { outputs, message } = await ask(query, run, {
    url,
    sql: `select :name as name, :list as list, :yes as yes, ':name' as text from orders where id = :id and :name = :name -- :none`,
    parameters: { name: `x'); drop table orders; --`, list: [1, { a: 2 }], yes: true, id: 2 },
    fetchType: 'FETCH_ONE',
  })

  assert.equal(message, undefined)
  assert.deepEqual(outputs['row'], {
    name: `x'); drop table orders; --`,
    list: '[1,{"a":2}]',
    yes: 1,
    text: ':name',
  })
})

test('several statements are one transaction, unless each is to be one', async t => {
  const { run, url } = await withOrders(t)
  const sql = 'update orders set seen = 7; insert into orders (id) values (1)'
  const seen = async (): Promise<unknown> =>
    (await ask(query, run, { url, sql: 'select max(seen) as seen from orders', fetchType: 'FETCH_ONE' })).outputs['row']

  const together = await ask(queries, run, { url, sql })
  assert.match(together.message ?? '', /^statement 2 of 2: UNIQUE constraint failed: orders\.id \(SQLite error 1555\)/)
  assert.deepEqual(await seen(), { seen: 0 })

  await ask(queries, run, { url, sql, transaction: false })
  assert.deepEqual(await seen(), { seen: 7 })
})

test('the body of a trigger is one statement, and each that gives rows has its outputs', async t => {
  const run = await openRun(t)

  const { outputs, message } = await ask(queries, run, {
    sql: `create table a (n int); create table b (n int);
      create trigger copy after insert on a begin insert into b values (new.n); insert into b values (case new.n when 1 then 10 else 20 end); end;
      insert into a values (1);
      select n from a; select n from b order by n`,
    fetchType: 'FETCH',
  })

  assert.equal(message, undefined)
  assert.deepEqual(outputs['outputs'], [
    { rows: [{ n: 1 }], size: 1 },
    { rows: [{ n: 1 }, { n: 10 }], size: 2 },
  ])
})

test('a trigger takes the rows once that it marks', async t => {
  const { run, url } = await withOrders(t)
  const properties = {
    url,
    sql: 'select id from orders where seen = 0 and id < 5 order by id',
    afterSQL: 'update orders set seen = 1 where seen = 0 and id < 5',
  }
  const evaluate = async (more: ValueMap = {}): Promise<TaskOutputs | undefined> =>
    (await runPoll(trigger, { ...properties, ...more }, run)).outputs

  assert.deepEqual(await evaluate(), { rows: [{ id: 1 }, { id: 2 }], size: 2 })
  assert.equal(await evaluate(), undefined)
  await assert.rejects(evaluate({ fetchType: 'NONE' }), /NONE leaves nothing to start with/)
  assert.match(await evaluate({ sql: 'select * from ghost' }).then(String, messageOf), /no such table: ghost/)
})

test('rows of a file fill a table, all of them or none', async t => {
  const { run, url } = await withOrders(t)
  const from = await run.ctx.files.put('{"id":10,"name":"ten"}\n{"id":11,"price":1.5}\n{"id":12,"name":null}\n')
  const broken = await run.ctx.files.put('{"id":20}\n{"id":21}\n{"id":10}\n')

  const good = await ask(batch, run, { url, from, table: 'orders', columns: ['id', 'name', 'price'], chunk: 2 })
  const bad = await ask(batch, run, { url, from: broken, sql: 'insert into orders (id) values (?)' })
  const count = await ask(query, run, { url, sql: 'select count(*) as n from orders', fetchType: 'FETCH_ONE' })

  assert.deepEqual(good.outputs, { rowCount: 3, updatedCount: 3 })
  assert.match(bad.message ?? '', /^row 3 of the file: UNIQUE constraint failed/)
  assert.deepEqual(count.outputs['row'], { n: 6 })
})

test('a database travels as a file from task to task', async t => {
  const run = await openRun(t)

  const made = await ask(queries, run, {
    sql: 'create table t as select 1 as n',
    outputDbFile: true,
  })
  const read = await ask(query, run, {
    url: 'jdbc:sqlite:copy.db',
    sqliteFile: String(made.outputs['databaseUri']),
    sql: 'select n from t',
    fetchType: 'FETCH_ONE',
  })

  assert.deepEqual(read.outputs, { row: { n: 1 }, size: 1 })
})

test('what is wrong is said, with the way out', async t => {
  const run = await openRun(t)
  const fail = async (properties: ValueMap): Promise<string> => (await ask(query, run, properties)).message ?? ''

  assert.match(
    await fail({ sql: 'select 1; select 2' }),
    /must be one statement, not 2; use the task .*sqlite\.Queries/,
  )
  assert.match(await fail({ sql: '-- nothing' }), /"sql" holds no statement/)
  assert.match(await fail({ sql: 'selec' }), /syntax error.*in: selec/)
  assert.match(
    await fail({ url: 'jdbc:mysql://h:s3cret@x/y', sql: 'select 1' }),
    /begins with "jdbc:mysql:", but this task speaks SQLite/,
  )
  assert.match(
    await fail({ url: 'jdbc:sqlite:/nowhere/x.db', sql: 'select 1' }),
    /unable to open database file.*check the path/,
  )
  assert.match(await fail({ url: 'jdbc:sqlite:../x.db', sql: 'select 1' }), /\.\.\/x\.db/)
})

test('a statement that runs on and on ends when the task is stopped', async t => {
  const stop = new AbortController()
  const run = await openRun(t, { signal: stop.signal })
  const sql = 'with recursive n(i) as (select 1 union all select i + 1 from n) select i from n'

  const running = ask(query, run, { sql, fetchType: 'STORE' })
  stop.abort(new TaskStopped('kill', 'killed by hand'))

  assert.equal((await running).message, 'killed by hand')
})
