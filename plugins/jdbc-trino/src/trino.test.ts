import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestRunContext, runPoll, runTask } from '@batuta/plugin-sdk'
import { defineQuery, defineTrigger } from '@batuta/sql-kit'
import { startHttpStub } from '../../../tests/services/http-stub.ts'
import { trino } from './trino.ts'

const query = defineQuery(trino)
const trigger = defineTrigger(trino)

const COLUMNS = [
  { name: 'n', type: 'bigint' },
  { name: 'price', type: 'decimal(10, 2)' },
  { name: 'ratio', type: 'double' },
  { name: 'day', type: 'date' },
  { name: 'at', type: 'timestamp(3)' },
  { name: 'moment', type: 'timestamp(3) with time zone' },
  { name: 'list', type: 'array(row(a integer, "b c" decimal(3,1)))' },
  { name: 'pairs', type: 'map(varchar, bigint)' },
  { name: 'raw', type: 'varbinary' },
  { name: 'doc', type: 'json' },
]
const ROW =
  '[9007199254740993,"1.10",4.0,"2024-01-02","2024-01-02 03:04:05.600","2024-07-02 03:04:05.000 Europe/Paris",[[1,"2.5"]],{"k":1},"AQI=","{\\"a\\":1}"]'

test('a statement is posted, and its pages are followed to the end', async t => {
  let refusals = 1
  const stub = await startHttpStub(t, ({ method, path }, origin) => {
    const next = (page: number): string => `${origin}/v1/statement/executing/q1/x/${page}`
    if (method === 'POST') return { body: { id: 'q1', nextUri: next(1), stats: { state: 'QUEUED' } } }
    if (path.endsWith('/1')) {
      if (refusals-- > 0) return { status: 503 }
      return { body: { id: 'q1', columns: COLUMNS, nextUri: next(2) } }
    }
    const page = `{"id":"q1","columns":${JSON.stringify(COLUMNS)},"data":[${ROW}]`
    return path.endsWith('/2') ? { body: `${page},"nextUri":"${next(3)}"}` } : { body: `${page}}` }
  })
  const run = await createTestRunContext()
  t.after(() => run.close())

  const { outputs, message } = await runTask(
    query,
    {
      url: `jdbc:trino://${stub.host}/hive/sales?source=test`,
      username: 'ann',
      sql: 'select * from t where name = :name and day > :day',
      parameters: { name: "it's", day: 'x' },
      timeZoneId: 'UTC',
      fetchType: 'STORE',
    },
    run,
  )

  assert.equal(message, undefined)
  assert.equal(outputs['size'], 2)
  const [line] = (await run.ctx.files.readText(String(outputs['uri']))).split('\n')
  assert.equal(
    line,
    '{"n":9007199254740993,"price":1.10,"ratio":4e0,"day":LocalDate::"2024-01-02","at":LocalDateTime::"2024-01-02T03:04:05.6","moment":2024-07-02T01:04:05Z,' +
      '"list":[{"a":1,"b c":2.5}],"pairs":{"k":1},"raw":{{AQI=}},"doc":{"a":1}}',
  )
  const [posted] = stub.requests
  assert.equal(posted?.body, "select * from t where name = 'it''s' and day > 'x'")
  assert.equal(posted.headers['x-trino-user'], 'ann')
  assert.equal(posted.headers['x-trino-catalog'], 'hive')
  assert.equal(posted.headers['x-trino-schema'], 'sales')
  assert.equal(posted.headers['x-trino-source'], 'test')
})

test('only as much is fetched as is wanted, and the server is told to stop', async t => {
  const stub = await startHttpStub(t, ({ method }, origin) =>
    method === 'DELETE'
      ? { status: 204 }
      : { body: { columns: [{ name: 'n', type: 'integer' }], data: [[1], [2]], nextUri: `${origin}/next` } },
  )
  const run = await createTestRunContext()
  t.after(() => run.close())
  const properties = { url: `jdbc:trino://${stub.host}`, sql: 'select n from t', fetchType: 'FETCH_ONE' }

  const { outputs: found } = await runPoll(trigger, properties, run)

  assert.deepEqual(found, { row: { n: 1 }, size: 1 })
  assert.deepEqual(
    stub.requests.map(({ method, path }) => `${method} ${path}`),
    ['POST /v1/statement', 'DELETE /next'],
  )
})

test('a failure is told in the words of the server, with the way out', async t => {
  const stub = await startHttpStub(t, ({ headers }) =>
    headers['authorization'] === undefined
      ? {
          body: {
            error: {
              message: "line 1:1: Table 'a.b.c' does not exist",
              errorCode: 46,
              errorName: 'TABLE_NOT_FOUND',
              errorType: 'USER_ERROR',
            },
          },
        }
      : { status: 401, body: 'Password not allowed for insecure authentication' },
  )
  const run = await createTestRunContext()
  t.after(() => run.close())
  const fail = async (properties: Record<string, string>): Promise<string> =>
    (await runTask(query, { url: `jdbc:trino://${stub.host}`, sql: 'select 1', ...properties }, run)).message ?? ''

  assert.match(
    await fail({}),
    /Table 'a\.b\.c' does not exist \(TABLE_NOT_FOUND 46\); name catalog and schema in the URL/,
  )
  assert.match(await fail({ username: 'u', password: 's3cret' }), /HTTP 401.*a password needs `SSL=true`/)
  assert.match(
    await fail({ url: 'jdbc:trino://127.0.0.1:1' }),
    /cannot connect to Trino at 127\.0\.0\.1:1: nobody listens there/,
  )
})
