// The clients that are installed by name: they are found and loaded, and nobody at the other end is told as such
// (sqlserver.Query, oracle.Query, vertica.Query, hana.Query). There is no server of these databases to be had for checks.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition } from '@batuta/plugin-sdk'
import * as hana from '@batuta/jdbc-hana'
import * as oracle from '@batuta/jdbc-oracle'
import * as sqlserver from '@batuta/jdbc-sqlserver'
import * as vertica from '@batuta/jdbc-vertica'
import { installClient } from './client-packages.ts'

const CASES: readonly (readonly [string, string, readonly TaskDefinition[], RegExp])[] = [
  [
    'tedious',
    'jdbc:sqlserver://127.0.0.1:1;databaseName=x',
    sqlserver.tasks,
    /cannot connect to SQL Server at 127\.0\.0\.1:1: nobody listens there/,
  ],
  ['oracledb', 'jdbc:oracle:thin:@//127.0.0.1:1/X', oracle.tasks, /cannot connect to Oracle at 127\.0\.0\.1:1\/X: /],
  [
    'vertica-nodejs',
    'jdbc:vertica://127.0.0.1:1/x',
    vertica.tasks,
    /cannot connect to Vertica at 127\.0\.0\.1:1: nobody listens there/,
  ],
  ['hdb', 'jdbc:sap://127.0.0.1:1/', hana.tasks, /cannot connect to SAP HANA at 127\.0\.0\.1:1: /],
]

before(() => {
  for (const [name] of CASES) installClient(name)
})

for (const [name, url, tasks, expected] of CASES) {
  test(`${name} is loaded when it is there`, async t => {
    const run = await createTestRunContext()
    t.after(() => run.close())
    const query = tasks.find(({ type }) => type.endsWith('.Query'))
    assert.ok(query !== undefined)

    const { message } = await runTask(query, { url, username: 'u', password: 's3cret', sql: 'select 1' }, run)

    assert.match(message ?? '', expected)
  })
}
