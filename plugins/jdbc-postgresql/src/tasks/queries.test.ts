import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runTask } from '@batuta/plugin-sdk'
import type { TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { openRun, queries, useTestServer } from '../testing/test-server.ts'

const server = useTestServer()
const { ask } = server

function runQueries(run: TestRun, properties: ValueMap): Promise<TestResult> {
  return runTask(queries, { url: server.jdbcUrl, username: 'postgres', ...properties }, run)
}

test('each statement that gives rows has its output', async t => {
  const run = await openRun(t)
  const sql = `create table a (id int, name text);
    insert into a values (1, 'one;'), (2, 'two'); -- ;
    select * from a order by id;
    select count(*) as n from a where id = :id;`

  const { outputs, message } = await runQueries(run, { sql, fetchType: 'FETCH', parameters: { id: 2 } })
  const none = await runQueries(run, { sql: 'select 1; select 2' })
  const stored = await runQueries(run, { sql: 'select 1 as x; select 2 as x where false', fetchType: 'STORE' })

  assert.equal(message, undefined)
  assert.deepEqual(outputs['outputs'], [
    {
      rows: [
        { id: 1, name: 'one;' },
        { id: 2, name: 'two' },
      ],
      size: 2,
    },
    { rows: [{ n: 1 }], size: 1 },
  ])
  assert.deepEqual(none.outputs, { outputs: [] })
  const files = stored.outputs['outputs'] as readonly { uri: string; size: number }[]
  assert.deepEqual(
    files.map(file => file.size),
    [1, 0],
  )
  assert.equal(await run.ctx.files.readText(files[0]?.uri ?? ''), '{"x":1}\n')
  assert.deepEqual(
    run.metrics.map(metric => metric.value),
    [3, 0, 1],
  )
})

test('all statements are one transaction, unless each is to be one', async t => {
  const run = await openRun(t)
  await ask('create table b (id int)')
  const sql = 'insert into b values (1); select 1/0; insert into b values (2)'

  const together = await runQueries(run, { sql })
  const left = await ask('select * from b')
  const apart = await runQueries(run, { sql, transaction: false })

  assert.match(together.message ?? '', /^statement 2 of 3: division by zero \(SQLSTATE 22012\)/)
  assert.deepEqual(left, [])
  assert.equal(apart.state, 'FAILED')
  assert.deepEqual(await ask('select * from b'), [{ id: 1 }])
})

test('texts as parameters work inside a transaction too, whatever type they turn out to have', async t => {
  const run = await openRun(t)

  const { outputs, message } = await runQueries(run, {
    sql: `create temp table c (d date); insert into c values (:day); select :word as word, d from c where d = :day`,
    parameters: { day: '2024-02-03', word: 'hi' },
    fetchType: 'FETCH',
  })

  assert.equal(message, undefined)
  assert.deepEqual(outputs['outputs'], [{ rows: [{ word: 'hi', d: '2024-02-03' }], size: 1 }])
})

test('types that the same transaction made are understood', async t => {
  const run = await openRun(t)

  const { outputs } = await runQueries(run, {
    sql: `create type colour as enum ('red'); select array['red'::colour] as colours`,
    fetchType: 'FETCH_ONE',
  })

  assert.deepEqual(outputs['outputs'], [{ row: { colours: ['red'] }, size: 1 }])
})

test('the statements after it belong to the transaction', async t => {
  const run = await openRun(t)
  await ask('create table d (id int)')

  await runQueries(run, { sql: 'insert into d values (1)', afterSQL: 'insert into d values (2); select 1/0' })
  await runQueries(run, { sql: 'insert into d values (3)', afterSQL: 'insert into d values (4)' })

  assert.deepEqual(await ask('select id from d order by id'), [{ id: 3 }, { id: 4 }])
})

test('no statement at all fails', async t => {
  const run = await openRun(t)

  assert.match((await runQueries(run, { sql: ' ; -- x\n' })).message ?? '', /"sql" holds no statement/)
})
