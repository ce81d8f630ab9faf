import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import { defineQuery } from '@batuta/sql-kit'
import { startHttpStub } from '../../../tests/services/http-stub.ts'
import { pinot } from './pinot.ts'

const query = defineQuery(pinot)

test('rows come with the types of their columns', async t => {
  const stub = await startHttpStub(t, () => ({
    body: '{"resultTable":{"dataSchema":{"columnNames":["n","ratio","price","raw","tags"],"columnDataTypes":["LONG","DOUBLE","BIG_DECIMAL","BYTES","STRING_ARRAY"]},"rows":[[9007199254740993,4.0,"1.10","0102",["a","b"]]]},"exceptions":[]}',
  }))
  const run = await createTestRunContext()
  t.after(() => run.close())

  const { outputs, message } = await runTask(
    query,
    {
      url: `jdbc:pinot://${stub.host}`,
      username: 'u',
      password: 'p',
      sql: 'select * from t where name = :name',
      parameters: { name: "x'" },
      fetchType: 'STORE',
    },
    run,
  )

  assert.equal(message, undefined)
  assert.equal(
    await run.ctx.files.readText(String(outputs['uri'])),
    '{"n":9007199254740993,"ratio":4e0,"price":1.10,"raw":{{AQI=}},"tags":["a","b"]}\n',
  )
  const [asked] = stub.requests
  assert.equal(asked?.path, '/sql')
  assert.deepEqual(JSON.parse(asked.body), { sql: "select * from t where name = 'x'''" })
})

test('what the brokers refuse fails, although HTTP says it is well', async t => {
  const stub = await startHttpStub(t, () => ({
    body: { exceptions: [{ errorCode: 190, message: 'TableDoesNotExistError:\n\tat org.x' }] },
  }))
  const run = await createTestRunContext()
  t.after(() => run.close())

  const { message } = await runTask(query, { url: `jdbc:pinot://${stub.host}`, sql: 'select 1' }, run)

  assert.equal(message, 'TableDoesNotExistError: (Pinot error 190)')
})
