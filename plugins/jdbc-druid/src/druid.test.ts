import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import { defineQueries, defineQuery } from '@batuta/sql-kit'
import { startHttpStub } from '../../../tests/services/http-stub.ts'
import { druid } from './druid.ts'

test('rows come with the types of their columns', async t => {
  const stub = await startHttpStub(t, () => ({
    body: '[["__time","n","name"],["LONG","LONG","STRING"],["TIMESTAMP","BIGINT","VARCHAR"],["2024-01-02T03:04:05.000Z",9007199254740993,"a"]]\n',
  }))
  const run = await createTestRunContext()
  t.after(() => run.close())

  const { outputs, message } = await runTask(
    defineQueries(druid),
    {
      url: `jdbc:avatica:remote:url=${stub.origin}/druid/v2/sql/avatica/;transparent_reconnection=true;sqlTimeZone=UTC`,
      username: 'u',
      password: 'p',
      sql: 'select __time, n, name from t where name = :name;',
      parameters: { name: "x'y" },
      timeZoneId: 'Europe/Paris',
      fetchType: 'FETCH',
    },
    run,
  )

  assert.equal(message, undefined)
  assert.deepEqual(outputs['outputs'], [
    { rows: [{ __time: '2024-01-02T04:04:05+01:00', n: 9007199254740993n, name: 'a' }], size: 1 },
  ])
  const [asked] = stub.requests
  assert.equal(asked?.path, '/druid/v2/sql')
  assert.equal(asked.headers['authorization'], 'Basic dTpw')
  assert.equal(JSON.parse(asked.body).query, "select __time, n, name from t where name = 'x''y'")
})

test('a refusal is told in the words of the server', async t => {
  const stub = await startHttpStub(t, () => ({
    status: 400,
    body: {
      error: 'druidException',
      errorCode: 'invalidInput',
      errorMessage: "Object 'ghost' not found (line [1], column [15])",
    },
  }))
  const run = await createTestRunContext()
  t.after(() => run.close())
  const fail = async (url: string): Promise<string> =>
    (await runTask(defineQuery(druid), { url, sql: 'select * from ghost' }, run)).message ?? ''

  assert.match(
    await fail(`jdbc:avatica:remote:url=${stub.origin}/druid/v2/sql/avatica/`),
    /Druid refuses \(HTTP 400\): Object 'ghost' not found.*\(invalidInput\)/,
  )
  assert.match(await fail('jdbc:avatica:remote:nothing=1'), /must name the address of the server/)
  assert.match(await fail('jdbc:postgresql://u:secret@h/d'), /speaks Druid/)
})
