import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import { defineQuery } from '@batuta/sql-kit'
import { hana } from './hana.ts'

test('a worker without the client says what to install, and a wrong URL shows no password', async t => {
  const run = await createTestRunContext()
  t.after(() => run.close())
  const fail = async (url: string): Promise<string> =>
    (await runTask(defineQuery(hana), { url, username: 'u', password: 's3cret', sql: 'select 1' }, run)).message ?? ''

  assert.match(
    await fail('jdbc:sap://127.0.0.1:1/'),
    /^SAP HANA needs the package hdb, which is installed by name: run "npm install --no-save hdb@/,
  )
  assert.match(
    await fail('jdbc:mysql://u:s3cret@h/d'),
    /^property "url" begins with "jdbc:mysql:", but this task speaks SAP HANA: jdbc:/,
  )
})
