// Backups of PostgreSQL with its own programs. Where these are missing or older than the server, the refusal is what there is to see.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Client } from 'pg'
import { BatutaError } from '@batuta/core'
import { openLocalFileStore } from '@batuta/plugin-sdk'
import { startPostgres } from '../../../../tests/services/postgres.mjs'
import { audit } from '../audit/audit.ts'
import { openReadOnly } from '../audit/open-read-only.ts'
import { runMixedLoad } from '../audit/testing/mixed-load.ts'
import { readConfig, type Config } from '../config/config.ts'
import { openPostgresStore } from '../storage/postgres/postgres-store.ts'
import { knownChecksums } from '../storage/postgres/migrate.ts'
import { backUp } from './backup.ts'
import { runTool } from './postgres-tools.ts'
import { restore, type RestoreReport } from './restore.ts'

const folder = mkdtempSync(join(tmpdir(), 'batuta-backup-postgres-'))
let server: Awaited<ReturnType<typeof startPostgres>>
let config: Config

before(async () => {
  server = await startPostgres({ password: 'open: sesame/?' })
  config = await configOf('one')
  const world = { nowMs: Date.now, random: Math.random, onNotice: () => {} }
  assert.ok(config.database.type === 'postgres')
  const { url } = config.database
  const store = await openPostgresStore({ ...world, url, poolMax: 2, durability: 'relaxed', isEngine: true })
  await runMixedLoad(store, 3)
  await store.close()
  await openLocalFileStore(config.storageDir).put('kestra:///test/a.txt', 'a')
})
after(async () => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  await server.stop()
})

test('a database is backed up and restored, or the way out is told and nothing is left behind', async () => {
  const backup = join(folder, 'backup')
  const refusal = await backUp(config, backup, { version: '1', nowMs: Date.now }).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (refusal !== undefined) return expectRefusal(refusal)
  const other = await configOf('two')

  await restoreInto(other, backup, false)

  assert.deepEqual(
    await query(other, 'select * from executions order by id'),
    await query(config, 'select * from executions order by id'),
  )
  assert.deepEqual(
    await query(other, 'select * from journal order by execution_id, turn'),
    await query(config, 'select * from journal order by execution_id, turn'),
  )
  await assert.rejects(restoreInto(other, backup, false), /The database holds an installation already/)
  const { replaced } = await restoreInto(other, backup, true)
  assert.match(replaced[0] ?? '', /^the schema before_restore_\d+ of the database$/)
  const database = await openReadOnly(other, Date.now)
  const { isSound } = await audit(database)
  await database.close()
  assert.equal(isSound, true)
})

test('a database on which servers run is not restored into', async () => {
  const busy = await configOf('busy')
  await query(busy, 'create table migrations (number integer)')
  await query(
    busy,
    "create table nodes as select 'n1' as id, false as fenced, now() + interval '1 hour' as lease_until",
  )
  const client = { config: busy, folder, nowMs: 0 }

  const { restorePostgres } = await import('./restore-postgres.ts')
  const manifest = {
    format: 1,
    kind: 'postgres',
    version: '1',
    migrations: [],
    floor: 1,
    atMs: 0,
    database: 'x',
    files: [],
  } as const
  const place = { ...client, manifest, options: { isForced: true, missed: undefined } }

  assert.ok(busy.database.type === 'postgres')
  await assert.rejects(
    restorePostgres(place, busy.database.url),
    /Servers run on this database \(n1\): stop them first/,
  )
})

test('a program that is not there is named, with what to do', async t => {
  const { PATH } = process.env
  process.env['PATH'] = '/nonexistent'
  t.after(() => void (process.env['PATH'] = PATH))

  await assert.rejects(runTool('pg_dump', [], 'postgres://a@127.0.0.1/b'), (error: unknown) => {
    assert.ok(error instanceof BatutaError)
    assert.equal(error.code, 'tool-missing')
    assert.match(error.message, /^pg_dump is not on this machine: install .* or use "batuta export"\.$/)
    return true
  })
})

test('the password of the database is in no argument of a program, which everybody on the machine sees', async t => {
  const { PATH = '' } = process.env
  const programs = join(folder, 'programs')
  mkdirSync(programs)
  writeFileSync(join(programs, 'pg_dump'), '#!/bin/sh\necho "$@" >&2\necho "given: $PGPASSWORD" >&2\nexit 1\n', {
    mode: 0o755,
  })
  process.env['PATH'] = `${programs}:${PATH}`
  t.after(() => void (process.env['PATH'] = PATH))

  await assert.rejects(
    runTool('pg_dump', ['--format=custom'], 'postgres://a:open%20sesame@127.0.0.1/b'),
    (error: unknown) => {
      assert.ok(error instanceof BatutaError)
      const [args = '', given] = error.message.replace(/^.*?: /, '').split('\n')
      assert.deepEqual([args, given], ['--format=custom', 'given: open sesame'])
      return true
    },
  )
})

function expectRefusal(error: unknown): void {
  assert.ok(error instanceof BatutaError, String(error))
  assert.ok(error.code === 'tool-missing' || error.code === 'backup-failed')
  assert.match(error.message, /pg_dump (is not on this machine|ended with code 1: .*server version)/s)
  assert.doesNotMatch(error.message, /sesame/)
  assert.deepEqual(
    readdirSync(folder).filter(name => name.startsWith('backup')),
    [],
  )
}

async function configOf(name: string): Promise<Config> {
  const database = `${name}_${randomUUID().slice(0, 8)}`
  const client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query(`create database ${database}`)
  await client.end()
  const url = server.url.replace(/\/postgres$/, `/${database}`)
  return readConfig(
    { dataDir: join(folder, name) },
    { BATUTA_DATABASE_URL: url, BATUTA_DATABASE_DURABILITY: 'relaxed' },
    '/',
  )
}

async function restoreInto(target: Config, backup: string, isForced: boolean): Promise<RestoreReport> {
  const world = { version: '1', knownChecksums: async () => knownChecksums(), nowMs: Date.now }
  return await restore(target, backup, { options: { isForced, missed: undefined }, world })
}

async function query({ database }: Config, statement: string): Promise<readonly Record<string, unknown>[]> {
  assert.ok(database.type === 'postgres')
  const client = new Client({ connectionString: database.url })
  await client.connect()
  const { rows } = await client.query<Record<string, unknown>>(statement)
  await client.end()
  return rows
}
