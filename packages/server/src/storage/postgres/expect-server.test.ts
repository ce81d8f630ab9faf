import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BatutaError } from '@batuta/core'
import { startPostgres, type Postgres } from '../../../../../tests/services/postgres.mjs'
import { judgeServer, type ServerFacts } from './expect-server.ts'
import { administrate, newDatabase, newOwnDatabase, openTestStore } from './testing/test-database.ts'

let forgetful: Postgres

before(async () => {
  forgetful = await startPostgres({ fsync: false, settings: { synchronous_commit: 'off' } })
})
after(async () => await forgetful.stop())

const GOOD: ServerFacts = {
  versionNumber: 150_004,
  version: '15.4',
  fsync: 'on',
  fullPageWrites: 'on',
  synchronousCommit: 'on',
  encoding: 'UTF8',
  isStandby: false,
  isSuperuser: false,
  machineRoles: [],
  skewMs: 5,
}
const FULL = { durability: 'full', isEngine: true } as const

test('a server that keeps what it acknowledged is taken without a word', () => {
  assert.deepEqual(judgeServer(GOOD, FULL), { refusals: [], warnings: [] })
})

for (const [what, facts, refusal] of [
  ['a server without fsync', { fsync: 'off' }, /fsync=off.*database\.durability/],
  ['a server that may tear pages', { fullPageWrites: 'off' }, /full_page_writes=off/],
  ['a session that commits asynchronously', { synchronousCommit: 'off' }, /synchronous_commit=off/],
  ['a server that is too old', { versionNumber: 120_011, version: '12.11' }, /12\.11 is too old/],
  ['a database in another encoding', { encoding: 'SQL_ASCII' }, /SQL_ASCII: it must be UTF8/],
  ['a standby', { isStandby: true }, /standby.*database\.url/],
  ['a clock that is more than a minute off', { skewMs: -61_000 }, /61 s ahead of the clock of the database/],
] as const) {
  test(`${what} is refused, with the way out`, () => {
    const { refusals } = judgeServer({ ...GOOD, ...facts }, FULL)

    assert.equal(refusals.length, 1)
    assert.match(refusals[0] ?? '', refusal)
  })
}

for (const [what, facts, warning] of [
  ['a superuser', { isSuperuser: true }, /superuser/],
  [
    'a role that reads files of the server',
    { machineRoles: ['pg_read_server_files'] },
    /\(pg_read_server_files\).*revoke it/,
  ],
  ['a version that nobody has tried', { versionNumber: 190_001, version: '19.1' }, /19\.1 is newer/],
  ['a clock that is some seconds off', { skewMs: 2_500 }, /2\.5 s behind the clock of the database/],
] as const) {
  test(`${what} is warned of`, () => {
    const { refusals, warnings } = judgeServer({ ...GOOD, ...facts }, FULL)

    assert.deepEqual(refusals, [])
    assert.match(warnings.join(), warning)
  })
}

test('all that is wrong is told at once', () => {
  const facts = { ...GOOD, fsync: 'off', encoding: 'LATIN1', isStandby: true }

  assert.equal(judgeServer(facts, FULL).refusals.length, 3)
})

test('a node that decides nothing by the clock is only warned of its clock', () => {
  const { refusals, warnings } = judgeServer({ ...GOOD, skewMs: 100_000 }, { ...FULL, isEngine: false })

  assert.deepEqual([refusals.length, warnings.length], [0, 1])
})

test('a real server without fsync is refused, and taken with a banner by who asks for it', async t => {
  const url = await newDatabase(forgetful)

  await assert.rejects(openTestStore(t, url), error => {
    assert.ok(error instanceof BatutaError)
    assert.match(error.message, /fsync=off, full_page_writes=off:/)
    return true
  })
  const { notices } = await openTestStore(t, url, { durability: 'relaxed' })

  assert.match(notices.join('\n'), /DURABILITY IS RELAXED.*fsync=off, full_page_writes=off, synchronous_commit=off/)
})

test('a real database in another encoding is refused before anything is written to it', async t => {
  const url = await newDatabase(forgetful, "encoding 'SQL_ASCII' template template0")

  await assert.rejects(openTestStore(t, url, { durability: 'relaxed' }), /SQL_ASCII: it must be UTF8/)

  assert.deepEqual(await administrate(url, "select 1 from pg_tables where schemaname = 'public'"), [])
})

test('a role that owns its database is enough; what gives it more is warned of', async t => {
  const url = await newOwnDatabase(forgetful)
  const plain = await openTestStore(t, url, { durability: 'relaxed' })
  const role = new URL(url).username
  await administrate(forgetful.url, `grant pg_execute_server_program, pg_read_server_files to ${role}`)
  const strong = await openTestStore(t, url, { durability: 'relaxed' })
  const superuser = await openTestStore(t, await newDatabase(forgetful), { durability: 'relaxed' })

  assert.doesNotMatch(plain.notices.join('\n'), /superuser|reaches the machine/)
  assert.match(strong.notices.join('\n'), /\(pg_execute_server_program, pg_read_server_files\)/)
  assert.match(superuser.notices.join('\n'), /connected as a superuser/)
})

test('a machine whose clock is far off runs no engine', async t => {
  const url = await newDatabase(forgetful)
  const nowMs = (): number => Date.now() + 3_600_000

  await assert.rejects(
    openTestStore(t, url, { durability: 'relaxed', nowMs }),
    /3600 s ahead of the clock of the database/,
  )
})

test('a real standby is refused', async t => {
  const standby = await startPostgres({ fsync: true, files: { 'standby.signal': '' } })
  t.after(async () => await standby.stop())

  await assert.rejects(openTestStore(t, standby.url), /standby/)
})
