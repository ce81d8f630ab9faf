import assert from 'node:assert/strict'
import { test } from 'node:test'
import { messageOf, runPoll } from '@batuta/plugin-sdk'
import type { PollOptions, PollResult, TaskOutputs, TestRun, Value, ValueMap } from '@batuta/plugin-sdk'
import { openRun, trigger, useTestServer } from '../testing/test-server.ts'

const server = useTestServer()
const { ask } = server

function poll(run: TestRun, properties: ValueMap, options?: PollOptions): Promise<PollResult> {
  return runPoll(trigger, { url: server.jdbcUrl, username: 'postgres', ...properties }, run, options)
}

async function evaluate(run: TestRun, properties: ValueMap): Promise<TaskOutputs | undefined> {
  return (await poll(run, properties)).outputs
}

test('rows start an execution once, when they are marked in the same transaction', async t => {
  const run = await openRun(t)
  await ask('create table orders (id int, seen boolean default false); insert into orders values (1), (2)')
  const properties = {
    sql: 'select id from orders where not seen order by id for update',
    afterSQL: 'update orders set seen = true where not seen',
  }

  const first = await evaluate(run, properties)
  const second = await evaluate(run, properties)

  assert.deepEqual(first, { rows: [{ id: 1 }, { id: 2 }], size: 2 })
  assert.equal(second, undefined)
})

const DIES = new Error('the server dies')

test('rows are marked after the execution is born, and a death in between neither loses nor doubles any', async t => {
  const run = await openRun(t)
  await ask('create table events (id int, seen boolean default false); insert into events values (1), (2)')
  const properties = {
    sql: 'select id from events where not seen order by id',
    afterSQL: 'update events set seen = true where not seen',
  }
  let emitted: Value | undefined

  const dies = poll(run, properties, {
    onEmit: ({ mark }) => {
      emitted = mark
      throw DIES
    },
  })
  await assert.rejects(dies, DIES)
  await ask('insert into events values (3)')
  const next = await poll(run, properties, { mark: emitted })
  const last = await poll(run, properties, { mark: next.mark })

  assert.deepEqual(next.outputs, { rows: [{ id: 3 }], size: 1 })
  assert.equal(last.outputs, undefined)
})

test('a death before the execution is born gives the rows again', async t => {
  const run = await openRun(t)
  await ask('create table tasks (id int); insert into tasks values (1)')
  const properties = { sql: 'delete from tasks returning id' }

  await assert.rejects(poll(run, properties, { onEmit: () => Promise.reject(DIES) }), DIES)
  const again = await poll(run, properties)
  const after = await poll(run, properties, { mark: again.mark })

  assert.deepEqual(again.outputs, { rows: [{ id: 1 }], size: 1 })
  assert.equal(after.outputs, undefined)
})

test('rows that come between the query and the marks are neither marked nor lost', async t => {
  const run = await openRun(t)
  await ask('create table letters (id int, seen boolean default false); insert into letters values (1)')
  const properties = {
    sql: 'select id, pg_sleep(0)::text as nap from letters where not seen',
    afterSQL: 'update letters set seen = true where not seen',
    fetchType: 'STORE',
  }

  const first = await poll(run, properties, { onEmit: async () => void (await ask('insert into letters values (2)')) })
  const second = await poll(run, properties, { mark: first.mark })

  assert.equal(first.outputs?.['size'], 1)
  assert.equal(second.outputs?.['size'], 1)
  assert.match(await run.ctx.files.readText(String(second.outputs['uri'])), /"id":2/)
})

test('the rows may be stored, or only the first be taken', async t => {
  const run = await openRun(t)

  const stored = await evaluate(run, { sql: 'select 1 as n', fetchType: 'STORE' })
  const one = await evaluate(run, { sql: 'select 1 as n', fetchOne: true })

  assert.equal(stored?.['size'], 1)
  assert.deepEqual(one, { row: { n: 1 }, size: 1 })
})

test('a query that cannot start anything, or fails, says so', async t => {
  const run = await openRun(t)
  const failure = (properties: ValueMap): Promise<string> =>
    evaluate(run, properties).then(() => 'no failure', messageOf)

  assert.match(await failure({ sql: 'select 1', fetchType: 'NONE' }), /NONE leaves nothing to start with/)
  assert.match(await failure({ sql: 'select * from ghost' }), /SQLSTATE 42P01/)
})
