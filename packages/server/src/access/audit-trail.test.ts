// SP22 over a real database: rows that are changed, taken out, put in or cut off behind the server's back show, whichever they are.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { realPlatform } from '../platform/platform.ts'
import { openSqliteStore } from '../storage/sqlite/sqlite-store.ts'
import { openAuditTrail, type Verification } from './audit-trail.ts'

const THREAD_URL = new URL('../storage/sqlite/flush-thread.ts', import.meta.url)
const ENTRIES = 6

/** What a verification says after somebody has changed the file. */
async function verifyAfter(t: TestContext, statement: string): Promise<Verification> {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-chain-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'batuta.db')
  const place = { file, nowMs: () => Date.now(), threadUrl: THREAD_URL, durability: 'relaxed' as const }
  const store = openSqliteStore(place)
  const trail = openAuditTrail({ store, tenant: 'main', platform: realPlatform() })
  const caller = { name: 'ada', via: 'basic', userId: 'ada' } as const
  for (let n = 1; n <= ENTRIES; n++)
    await trail.write({ caller, resource: 'FLOW', action: 'CREATE', outcome: 'done', itemId: `flow-${n}` })
  await store.close()
  const database = new DatabaseSync(file)
  database.exec(statement)
  database.close()
  const opened = openSqliteStore(place)
  try {
    return await openAuditTrail({ store: opened, tenant: 'main', platform: realPlatform() }).verify()
  } finally {
    await opened.close()
  }
}

for (const [what, statement, broken] of [
  ['nothing', 'select 1', undefined],
  [
    'an actor',
    "update audit_log set actor_id = 'eve' where seq = 3",
    { seq: 3, reason: 'it is not as it was written' },
  ],
  ['a text', "update audit_log set body = '{}' where seq = 2", { seq: 2, reason: 'it is not as it was written' }],
  ['a row in the middle', 'delete from audit_log where seq = 4', { seq: 5, reason: 'row 4 is missing' }],
  ['the first row', 'delete from audit_log where seq = 1', { seq: 2, reason: 'row 1 is missing' }],
  ['the last rows', 'delete from audit_log where seq > 4', { seq: 5, reason: 'the end is missing' }],
  ['all rows', 'delete from audit_log', { seq: 1, reason: 'the end is missing' }],
  [
    'a row and the numbers behind it',
    'delete from audit_log where seq = 3; update audit_log set seq = seq - 1 where seq = 4',
    { seq: 3, reason: 'it does not follow the row before it' },
  ],
] as const)
  test(`a log of which ${what} was changed or taken says so`, async t => {
    assert.deepEqual((await verifyAfter(t, statement)).broken, broken)
  })
