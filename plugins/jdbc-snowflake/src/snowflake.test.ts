import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { test } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import { defineQueries, defineQuery } from '@batuta/sql-kit'
import { startHttpStub, type StubAnswer, type StubRequest } from '../../../tests/services/http-stub.ts'
import { snowflake } from './snowflake.ts'

const query = defineQuery(snowflake)
const queries = defineQueries(snowflake)
const LOGIN: StubAnswer = { body: { success: true, data: { token: 't0ken', masterToken: 'm' } } }
const ROWTYPE = [
  'fixed:N:0',
  'fixed:PRICE:2',
  'real:RATIO:0',
  'boolean:B:0',
  'date:DAY:0',
  'timestamp_ntz:AT:9',
  'timestamp_tz:MOMENT:9',
  'variant:DOC:0',
  'text:NAME:0',
]
  .map(text => text.split(':'))
  .map(([type, name, scale]) => ({ type, name, scale: Number(scale) }))
const ROW = [
  '9007199254740993',
  '1.10',
  '4.0',
  '1',
  '19724',
  '1704164645.600000000',
  '1704164645.000000000 1560',
  '{"a":[1]}',
  "it's",
]

function answering(
  answer: (request: StubRequest, origin: string) => StubAnswer,
): (request: StubRequest, origin: string) => StubAnswer {
  return (request, origin) => (request.path.startsWith('/session/v1/login-request') ? LOGIN : answer(request, origin))
}

test('rows come at once, later, and in pieces', async t => {
  const stub = await startHttpStub(
    t,
    answering(({ path }, origin) => {
      if (path.startsWith('/queries/v1/query-request')) {
        return { body: { success: true, code: '333334', data: { getResultUrl: '/queries/q1/result' } } }
      }
      if (path === '/queries/q1/result') {
        const data = {
          rowtype: ROWTYPE,
          rowset: [ROW],
          chunks: [{ url: `${origin}/piece` }],
          qrmk: 'key',
          statementTypeId: 4096,
        }
        return { body: { success: true, data } }
      }
      return path === '/piece' ? { body: `${JSON.stringify(ROW)},${JSON.stringify(ROW)}` } : { body: { success: true } }
    }),
  )
  const run = await createTestRunContext()
  t.after(() => run.close())

  const { outputs, message } = await runTask(
    query,
    {
      url: `jdbc:snowflake://${stub.host}/?ssl=off&account=acme&db=SHOP`,
      username: 'ann',
      password: 's3cret',
      warehouse: 'WH',
      sql: 'select * from t where id = :id and name = :name and id > :id',
      parameters: { id: 5, name: 'a' },
      timeZoneId: 'UTC',
      fetchType: 'STORE',
    },
    run,
  )

  assert.equal(message, undefined)
  assert.equal(outputs['size'], 3)
  const [line] = (await run.ctx.files.readText(String(outputs['uri']))).split('\n')
  assert.equal(
    line,
    '{"N":9007199254740993,"PRICE":1.10,"RATIO":4e0,"B":true,"DAY":LocalDate::"2024-01-02","AT":LocalDateTime::"2024-01-02T03:04:05.6","MOMENT":2024-01-02T03:04:05Z,' +
      `"DOC":{"a":[1]},"NAME":"it's"}`,
  )
  const [login, asked] = stub.requests
  assert.match(login?.path ?? '', /databaseName=SHOP&warehouse=WH/)
  assert.equal(JSON.parse(login?.body ?? '').data.PASSWORD, 's3cret')
  const { sqlText, bindings } = JSON.parse(asked?.body ?? '')
  assert.equal(sqlText, 'select * from t where id = ? and name = ? and id > ?')
  assert.deepEqual(bindings, {
    '1': { type: 'FIXED', value: '5' },
    '2': { type: 'TEXT', value: 'a' },
    '3': { type: 'FIXED', value: '5' },
  })
  assert.equal(asked?.headers['authorization'], 'Snowflake Token="t0ken"')
  assert.equal(
    stub.requests.find(({ path }) => path === '/piece')?.headers['x-amz-server-side-encryption-customer-key'],
    'key',
  )
})

test('several statements are one transaction, and counts of changes are no rows', async t => {
  const seen: string[] = []
  const stub = await startHttpStub(
    t,
    answering(({ body }) => {
      const { sqlText } = JSON.parse(body || '{}')
      if (typeof sqlText !== 'string') return { body: { success: true } }
      seen.push(sqlText)
      if (sqlText === 'bad')
        return {
          body: { success: false, code: '001003', message: 'SQL compilation error', data: { sqlState: '42000' } },
        }
      const kind = sqlText.startsWith('insert') ? 12544 : 4096
      return {
        body: {
          success: true,
          data: { rowtype: [{ name: 'N', type: 'fixed', scale: 0 }], rowset: [['1']], statementTypeId: kind },
        },
      }
    }),
  )
  const run = await createTestRunContext()
  t.after(() => run.close())
  const common = { url: `jdbc:snowflake://${stub.host}/?ssl=off`, username: 'ann', password: 'p', fetchType: 'FETCH' }

  const good = await runTask(queries, { ...common, sql: `insert into t values ('a;\\'b'); select 1 // ; comment` }, run)
  const bad = await runTask(queries, { ...common, sql: 'select 1; bad' }, run)

  assert.deepEqual(good.outputs['outputs'], [{ rows: [{ N: 1 }], size: 1 }])
  assert.equal(bad.message, 'statement 2 of 2: SQL compilation error (001003, SQLSTATE 42000)')
  assert.deepEqual(seen, [
    'begin',
    `insert into t values ('a;\\'b')`,
    'select 1 // ; comment',
    'commit',
    'begin',
    'select 1',
    'bad',
    'rollback',
  ])
})

test('a private key proves who one is', async t => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const stub = await startHttpStub(
    t,
    answering(() => ({ body: { success: true, data: { rowset: [] } } })),
  )
  const run = await createTestRunContext()
  t.after(() => run.close())

  const { message } = await runTask(
    query,
    {
      url: `jdbc:snowflake://${stub.host}/?ssl=off&account=acme.eu-west-1`,
      username: 'ann',
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      sql: 'select 1',
    },
    run,
  )

  assert.equal(message, undefined)
  const { AUTHENTICATOR, TOKEN } = JSON.parse(stub.requests[0]?.body ?? '').data
  assert.equal(AUTHENTICATOR, 'SNOWFLAKE_JWT')
  const [head = '', claims = '', signature = ''] = String(TOKEN).split('.')
  assert.equal(JSON.parse(Buffer.from(claims, 'base64url').toString()).sub, 'ACME.ANN')
  assert.ok(
    verify(
      'RSA-SHA256',
      Buffer.from(`${head}.${claims}`),
      createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })),
      Buffer.from(signature, 'base64url'),
    ),
  )
})

test('who is not let in reads why, and never a secret', async t => {
  const stub = await startHttpStub(t, () => ({
    body: { success: false, code: '390100', message: 'Incorrect username or password was specified.' },
  }))
  const run = await createTestRunContext()
  t.after(() => run.close())

  const { message } = await runTask(
    query,
    { url: `jdbc:snowflake://${stub.host}/?ssl=off`, username: 'ann', password: 's3cret', sql: 'select 1' },
    run,
  )

  assert.match(
    message ?? '',
    /^Snowflake does not let "ann" in: Incorrect username or password was specified\. \(390100\); check/,
  )
  assert.ok(!(message ?? '').includes('s3cret'))
})
