import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bindProperties, messageOf } from '@batuta/plugin-sdk'
import type { TestRun, ValueMap } from '@batuta/plugin-sdk'
import { openRun, trigger, useTestServer } from '../testing/test-server.ts'

const server = useTestServer()
const { ask } = server

function evaluate(run: TestRun, properties: ValueMap): ReturnType<typeof trigger.evaluate> {
  const written = { url: server.jdbcUrl, username: 'postgres', ...properties }
  return trigger.evaluate(run.ctx, bindProperties(trigger.properties, written, run.ctx))
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
