import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import { defineQuery } from '@batuta/sql-kit'
import { startHttpStub } from '../../../tests/services/http-stub.ts'
import { dremio } from './dremio.ts'

const query = defineQuery(dremio)
const SCHEMA = [
  { name: 'n', type: { name: 'BIGINT' } },
  { name: 'price', type: { name: 'DECIMAL', precision: 10, scale: 2 } },
  { name: 'at', type: { name: 'TIMESTAMP' } },
]

test('a statement becomes a job, whose rows are fetched page by page', async t => {
  let looks = 0
  const stub = await startHttpStub(t, ({ path }) => {
    if (path === '/apiv2/login') return { body: { token: 'abc' } }
    if (path === '/api/v3/sql') return { body: { id: 'j1' } }
    if (path === '/api/v3/job/j1') return { body: { jobState: looks++ === 0 ? 'RUNNING' : 'COMPLETED', rowCount: 3 } }
    const offset = Number(new URL(path, 'http://x').searchParams.get('offset'))
    const rows = Array.from({ length: offset === 0 ? 2 : 1 }, (_, at) => ({
      n: offset + at,
      price: '1.10',
      at: '2024-01-02 03:04:05.600',
    }))
    return { body: { rowCount: 3, schema: SCHEMA, rows } }
  })
  const run = await createTestRunContext()
  t.after(() => run.close())

  const { outputs, message } = await runTask(
    query,
    {
      url: `jdbc:dremio:direct=${stub.host};schema=a.b`,
      username: 'u',
      password: 'p',
      sql: 'select * from t where name = :name',
      parameters: { name: "x'" },
      fetchType: 'STORE',
    },
    run,
  )

  assert.equal(message, undefined)
  assert.equal(outputs['size'], 3)
  const lines = (await run.ctx.files.readText(String(outputs['uri']))).split('\n')
  assert.equal(lines[2], '{"n":2,"price":1.10,"at":LocalDateTime::"2024-01-02T03:04:05.6"}')
  const asked = stub.requests.find(({ path }) => path === '/api/v3/sql')
  assert.deepEqual(JSON.parse(asked?.body ?? ''), { sql: "select * from t where name = 'x'''", context: ['a', 'b'] })
  assert.equal(asked?.headers['authorization'], '_dremioabc')
})

test('a job that fails is told in its words', async t => {
  const stub = await startHttpStub(t, ({ path }) =>
    path.endsWith('/sql')
      ? { body: { id: 'j1' } }
      : { body: { jobState: 'FAILED', errorMessage: "Object 'ghost' not found" } },
  )
  const run = await createTestRunContext()
  t.after(() => run.close())
  const fail = async (url: string): Promise<string> =>
    (await runTask(query, { url, username: '$token', password: 's3cret', sql: 'select 1' }, run)).message ?? ''

  assert.equal(await fail(`jdbc:dremio:direct=${stub.host}`), "Object 'ghost' not found (Dremio job j1, FAILED)")
  assert.match(await fail('jdbc:dremio:zk=a,b'), /must name the server by `direct=host:port`/)
})
