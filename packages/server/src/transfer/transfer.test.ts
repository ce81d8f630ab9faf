// Several hundred executions of all kinds go from SQLite to PostgreSQL and back, and nothing of them is lost or added.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test, type TestContext } from 'node:test'
import { Client } from 'pg'
import { BatutaError } from '@batuta/core'
import { openLocalFileStore } from '@batuta/plugin-sdk'
import { startPostgres } from '../../../../tests/services/postgres.mjs'
import { audit } from '../audit/audit.ts'
import { openReadOnly } from '../audit/open-read-only.ts'
import { runMixedLoad } from '../audit/testing/mixed-load.ts'
import { readConfig, type Config } from '../config/config.ts'
import { lockFolder } from '../config/lock-folder.ts'
import { THREAD_URL } from '../platform/places.ts'
import { openAccess, type Access } from '../access/access.ts'
import { realPlatform } from '../platform/platform.ts'
import type { Store } from '../storage/store.ts'
import { openSqliteStore } from '../storage/sqlite/sqlite-store.ts'
import { exportAll } from './export.ts'
import { HEADER } from './format.ts'
import { importAll, type ImportReport } from './import.ts'

const ROUNDS = 60
const folder = mkdtempSync(join(tmpdir(), 'batuta-transfer-'))
const source = configOf(join(folder, 'source'))
const exported = join(folder, 'exported')
let server: Awaited<ReturnType<typeof startPostgres>>

before(async () => {
  mkdirSync(source.dataDir)
  const store = openSqliteStore({ file: join(source.dataDir, 'batuta.db'), nowMs: Date.now, threadUrl: THREAD_URL })
  await runMixedLoad(store, ROUNDS)
  await store.perform('setKey', keyOf('old', 1))
  await store.perform('deleteFlow', { tenant: 'main', namespace: 'test', flowId: 'loop', nowMs: Date.now() })
  await addPeople(store)
  await store.close()
  addLooseRows()
  await openLocalFileStore(source.storageDir).put('kestra:///test/a b.txt', 'ünï')
  await exportAll(source, exported, world())
  server = await startPostgres()
})
after(async () => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  await server.stop()
})

test('a database goes from SQLite to PostgreSQL and back, and comes out as it went in', async t => {
  const postgres = await openPostgres(t)
  const back = configOf(join(folder, 'back'))

  const there = await take(postgres, exported)
  await exportAll(postgres, join(folder, 'there'), world())
  await take(back, join(folder, 'there'))
  await exportAll(back, join(folder, 'and-back'), world())

  assert.ok(there.executions > ROUNDS * 7, `${there.executions} executions`)
  for (const name of ['flows', 'keys', 'triggers', 'executions', 'signals']) {
    assert.equal(linesOf('there', name), linesOf('exported', name), `${name} there`)
    assert.equal(linesOf('and-back', name), linesOf('exported', name), `${name} back again`)
  }
  const people = (name: string): readonly string[] => linesOf(name, 'access').trim().split('\n').toSorted()
  assert.equal(people('exported').length, 4, 'sessions stay behind')
  assert.ok(linesOf('exported', 'audit').split('\n').length > 3)
  for (const name of ['there', 'and-back']) {
    assert.deepEqual(people(name), people('exported'), `people ${name}`)
    assert.equal(linesOf(name, 'audit'), linesOf('exported', 'audit'), `the log ${name}`)
  }
  const store = openSqliteStore({ file: join(back.dataDir, 'batuta.db'), nowMs: Date.now, threadUrl: THREAD_URL })
  const access = await openPeople(store)
  assert.equal(access.book.grantsOf('ada').may('FLOW', 'READ', 'test'), true)
  assert.equal((await access.audit.verify()).broken, undefined)
  await access.stop()
  await store.close()
  for (const config of [postgres, back]) {
    assert.deepEqual(await problemsOf(config), [])
    assert.equal(readFileSync(join(config.storageDir, 'test', 'a b.txt'), 'utf8'), 'ünï')
  }
  assert.match(readFileSync(join(exported, 'flows', 'main', 'test', 'loop', '1.yaml'), 'utf8'), /^id: loop/)
})

for (const kind of ['sqlite', 'postgres'] as const) {
  test(`${kind}: what is there already is passed over, and what is missing is taken`, async t => {
    const target = kind === 'sqlite' ? configOf(join(folder, randomUUID())) : await openPostgres(t)
    const first = await take(target, exported)
    const missing = await removeSome(target)

    const again = await take(target, exported)
    const last = await take(target, exported)

    assert.ok(missing > ROUNDS / 2)
    assert.deepEqual([again.executions, again.passedOver], [missing, first.executions - missing])
    assert.deepEqual([last.executions, last.passedOver, last.files], [0, first.executions, 0])
    assert.deepEqual(await problemsOf(target), [])
  })
}

test('the newer value of a key stays', async () => {
  const target = configOf(join(folder, randomUUID()))
  await take(target, exported)
  change(target, "update keys set value = 'newer', updated_ms = 2 where key = 'old'")

  await take(target, exported)

  assert.deepEqual(rowsOf(target, 'select value from keys'), [{ value: 'newer' }])
})

test('jobs that somebody had taken are lost with them, and free ones are free', async () => {
  const target = configOf(join(folder, randomUUID()))

  await take(target, exported)

  const jobs = rowsOf(
    target,
    'select node, incarnation, count(*) as n from jobs group by node, incarnation order by node',
  )
  assert.deepEqual(jobs, [
    { node: null, incarnation: null, n: 1 },
    { node: 'local', incarnation: 0, n: 3 },
  ])
})

test('a flow that is another one here is refused before anything is written', async () => {
  const target = configOf(join(folder, randomUUID()))
  await take(target, exported)
  change(target, "update flows set source = 'other' where id = 'job'; delete from executions")

  await assert.rejects(
    take(target, exported),
    refusal('backup-failed', /differ from those of the export: test\.job revision 1/),
  )

  assert.deepEqual(rowsOf(target, 'select count(*) as n from executions'), [{ n: 0 }])
})

test('an installation on which a server works is not imported into', async t => {
  const target = configOf(join(folder, randomUUID()))
  mkdirSync(target.dataDir)
  t.after(lockFolder(target.dataDir))
  const cluster = await openPostgres(t)
  await take(cluster, exported)
  await query(cluster, "update nodes set fenced = false, lease_until = clock_timestamp() + interval '1 hour'")
  await query(
    cluster,
    "insert into nodes (id, incarnation, flush_seq, high_water_ms, lease_until) values ('n1', 1, 0, 0, clock_timestamp() + interval '1 hour')",
  )

  await assert.rejects(take(target, exported), refusal('backup-failed', /A server runs on the data folder/))
  await assert.rejects(take(cluster, exported), refusal('backup-failed', /Servers run on this database \(n1\)/))
})

for (const [what, says, damage] of [
  ['no header', /it has no export\.json/, (path: string) => rmSync(join(path, HEADER))],
  ['a file that changed', /is damaged: keys\.jsonl/, (path: string) => writeFileSync(join(path, 'keys.jsonl'), '{}\n')],
  ['a newer format', /has format 2 .* this one reads format 1/, editHeader('"format": 1', '"format": 2')],
  ['a part left out', /it names no keys\.jsonl/, editHeader('"keys.jsonl"', '"other.jsonl"')],
  ['newer journals', /have version 99, and this program knows/, editHeader('"eventVersion": 1', '"eventVersion": 99')],
] as const) {
  test(`an export with ${what} is refused, and nothing is made`, async () => {
    const broken = join(folder, randomUUID())
    await exportAll(source, broken, world())
    damage(broken)
    const target = configOf(join(folder, randomUUID()))

    await assert.rejects(take(target, broken), refusal('backup-invalid', says))

    assert.equal(existsSync(target.dataDir), false)
  })
}

function configOf(dataDir: string, environment: Readonly<Record<string, string>> = {}): Config {
  return readConfig({ dataDir }, environment, '/')
}

async function openPostgres(t: TestContext): Promise<Config> {
  const name = `t_${randomUUID().replaceAll('-', '')}`
  await administrate(`create database ${name}`)
  t.after(async () => await administrate(`drop database ${name} with (force)`))
  const url = server.url.replace(/\/postgres$/, `/${name}`)
  return configOf(join(folder, name), { BATUTA_DATABASE_URL: url, BATUTA_DATABASE_DURABILITY: 'relaxed' })
}

function world(): { readonly version: string; nowMs(): number } {
  return { version: '1', nowMs: () => Date.now() }
}

async function take(config: Config, path: string): Promise<ImportReport> {
  const importWorld = { random: () => 0.5, nowMs: () => Date.now(), onNotice: () => {} }
  return await importAll(config, path, { options: { missed: undefined }, world: importWorld })
}

/** The claim of an import is another one, and its signals are marked: everything else is as it was. */
function linesOf(name: string, file: string): string {
  return readFileSync(join(folder, name, `${file}.jsonl`), 'utf8').replaceAll('"id":"imported/', '"id":"')
}

async function problemsOf(config: Config): Promise<unknown> {
  const database = await openReadOnly(config, () => Date.now())
  const { invariants } = await audit(database)
  await database.close()
  return invariants.filter(({ status }) => status === 'broken').map(({ id, findings }) => [id, findings.slice(0, 3)])
}

async function openPeople(store: Store): Promise<Access> {
  return await openAccess({
    ...{ store, tenant: 'main', platform: realPlatform(), user: undefined, isReachable: false, isSecure: false },
    ...{ costs: { memoryKib: 64, passes: 1 }, tell: () => {}, onNotice: () => {} },
  })
}

async function addPeople(store: Store): Promise<void> {
  const access = await openPeople(store)
  const flags = { isSuperAdmin: false, isRestricted: false, isServiceAccount: false, isDisabled: false }
  const user = { id: 'ada', username: 'Ada', ...flags, identities: [], createdMs: 1 }
  const role = { id: 'reads', name: 'Reads', description: '', permissions: { FLOW: ['READ'] as const } }
  await access.book.change({ put: [{ kind: 'user', record: user }] })
  await access.book.change({
    put: [
      { kind: 'role', record: { ...role, isManaged: false, isDefault: false } },
      { kind: 'group', record: { id: 'g', name: 'All', members: [{ userId: 'ada', membership: 'MEMBER' }] } },
      { kind: 'binding', record: { id: 'b', type: 'GROUP', externalId: 'g', roleId: 'reads' } },
    ],
  })
  await access.sessions.open('ada', { provider: 'password' })
  for (const itemId of ['one', 'two', 'three']) {
    const caller = { name: 'Ada', via: 'basic', userId: 'ada' } as const
    await access.audit.write({ caller, resource: 'FLOW', action: 'CREATE', outcome: 'done', itemId })
  }
  await access.stop()
}

/** A free job, and words that are on their way. */
function addLooseRows(): void {
  change(
    source,
    `update jobs set node = null, incarnation = null, claimed_ms = null
       where execution_id = (select max(id) from executions where flow_id = 'waiting');
     insert into signals select 'local/1/1', 0, id, '{"type":"wake","executionId":"' || id || '"}' from executions where flow_id = 'patient';
     insert into signals values ('local/1/2', 0, '0Vbd7TD42dGrvmsvvK8GRk', '{"type":"wake","executionId":"0Vbd7TD42dGrvmsvvK8GRk"}');`,
  )
}

/** Returns how many executions are gone. */
async function removeSome(config: Config): Promise<number> {
  const ids = "select id from executions where flow_id in ('job', 'waiting')"
  const tables = ['journal', 'logs', 'metrics', 'execution_labels', 'timers', 'jobs', 'signals']
  const [first] = await query(config, `select count(*) as n from executions where flow_id in ('job', 'waiting')`)
  for (const table of tables) await query(config, `delete from ${table} where execution_id in (${ids})`)
  await query(config, "delete from executions where flow_id in ('job', 'waiting')")
  return Number(first?.['n'])
}

async function query(config: Config, statement: string): Promise<readonly Record<string, unknown>[]> {
  if (config.database.type === 'sqlite') return rowsOf(config, statement)
  const client = new Client({ connectionString: config.database.url })
  await client.connect()
  const { rows } = await client.query<Record<string, unknown>>(statement)
  await client.end()
  return rows
}

function rowsOf({ dataDir }: Config, statement: string): readonly Record<string, unknown>[] {
  const db = new DatabaseSync(join(dataDir, 'batuta.db'))
  const rows = db.prepare(statement).all()
  db.close()
  return rows.map(row => ({ ...row }))
}

function change({ dataDir }: Config, statements: string): void {
  const db = new DatabaseSync(join(dataDir, 'batuta.db'))
  db.exec(statements)
  db.close()
}

function editHeader(from: string, to: string): (path: string) => void {
  return path => {
    const text = readFileSync(join(path, HEADER), 'utf8')
    assert.ok(text.includes(from))
    writeFileSync(join(path, HEADER), text.replace(from, to))
  }
}

function refusal(code: string, says: RegExp): (error: unknown) => boolean {
  return error => error instanceof BatutaError && error.code === code && says.test(error.message)
}

function keyOf(key: string, updatedMs: number) {
  const row = { tenant: 'main', namespace: 'test', key, value: 'v', type: 'STRING', description: null }
  return { ...row, expiresMs: null, updatedMs }
}

async function administrate(statement: string): Promise<void> {
  const client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query(statement)
  await client.end()
}
