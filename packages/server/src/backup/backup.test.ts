// Backups of a real installation, while it is written to, and what a restore makes of them.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as turnOfEventLoop } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { BatutaError, type RecoverPolicy } from '@batuta/core'
import { holdFiles, openLocalFileStore } from '@batuta/plugin-sdk'
import { audit } from '../audit/audit.ts'
import { openSqliteReadOnly } from '../audit/open-sqlite-read-only.ts'
import { runMixedLoad } from '../audit/testing/mixed-load.ts'
import { readConfig, type Config } from '../config/config.ts'
import { lockFolder } from '../config/lock-folder.ts'
import { THREAD_URL } from '../platform/places.ts'
import { knownChecksums } from '../storage/sqlite/migrate.ts'
import { openSqliteStore } from '../storage/sqlite/sqlite-store.ts'
import type { KeyRow, Store } from '../storage/store.ts'
import { backUp, type BackupReport } from './backup.ts'
import { MANIFEST } from './manifest.ts'
import { restore, type RestoreReport } from './restore.ts'
import { runBackup, runRestore } from './run-backup.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

test('what is backed up while it is written to names no file that the backup lacks', async t => {
  const { folder, config } = openPlace(t)
  const store = openStore(config)
  const files = openLocalFileStore(config.storageDir)
  let isDone = false
  let written = 0
  const writer = (async () => {
    for (; !isDone; written++) {
      await files.put(uriOf(written), `file ${written}`)
      await store.perform('setKey', keyOf(written))
      // What is old goes: first the row, then the file.
      const old = written - 20
      if (old >= 0) await store.perform('deleteKey', { tenant: 'main', namespace: 'test', key: `k${old}` })
      if (old >= 0) await files.delete(uriOf(old))
    }
  })()
  while (written < 30) await turnOfEventLoop()

  const backups: BackupReport[] = []
  for (let at = 0; at < 8; at++) backups.push(await backUp(config, join(folder, `backup-${at}`), world()))
  isDone = true
  await writer
  await store.close()

  for (const { folder: backup } of backups) {
    const db = new DatabaseSync(join(backup, 'batuta.db'), { readOnly: true })
    const named = db
      .prepare('select value from keys')
      .all()
      .map(row => String(row['value']))
    db.close()
    assert.ok(named.length >= 18, `${named.length} rows`)
    const stored = openLocalFileStore(join(backup, 'storage'))
    for (const uri of named) assert.ok(await stored.find(uri), `${uri} is not in ${backup}`)
  }
})

test('a file that lived between two looks of the backup is in it', async t => {
  const { folder, config } = openPlace(t)
  const store = openStore(config)
  const files = openLocalFileStore(config.storageDir)
  const hold = await holdFiles(config.storageDir, () => Date.now())
  await files.put(uriOf(1), 'short')
  await store.perform('setKey', keyOf(1))
  await files.delete(uriOf(1))
  assert.equal(await files.find(uriOf(1)), undefined)
  assert.ok(existsSync(join(hold.aside, 'test', 'f1.txt')), 'it is put aside while a backup runs')

  const { folder: backup } = await backUp(config, join(folder, 'backup'), world())

  assert.ok(await openLocalFileStore(join(backup, 'storage')).find(uriOf(1)))
  await hold.release()
  assert.equal(existsSync(hold.aside), false, 'the last to let go cleans up')
  for await (const { uri } of files.list('kestra:///')) assert.fail(`${uri} is left over`)
  await store.close()
})

test('a restored backup is sound and equal to what was backed up', async t => {
  const { folder, config } = openPlace(t)
  const store = openStore(config)
  const { ids } = await runMixedLoad(store, 3)
  await openLocalFileStore(config.storageDir).put('kestra:///test/a b.txt', 'ünï')
  await backUp(config, join(folder, 'backup'), world())
  await store.close()
  const target = configOf(join(folder, 'restored'))

  const { replaced } = await restoreInto(target, join(folder, 'backup'))

  assert.deepEqual(replaced, [])
  assert.deepEqual(tablesOf(target, 'executions'), tablesOf(config, 'executions'))
  assert.deepEqual(tablesOf(target, 'journal'), tablesOf(config, 'journal'))
  assert.equal(readFileSync(join(target.storageDir, 'test', 'a b.txt'), 'utf8'), 'ünï')
  const database = openSqliteReadOnly(join(target.dataDir, 'batuta.db'), Date.now)
  const report = await audit(database, { acknowledged: Object.values(ids).flat() })
  await database.close()
  assert.equal(report.isSound, true)
})

test('a backup may be one file', async t => {
  const { folder, config } = openPlace(t)
  const store = openStore(config)
  await store.perform('setKey', keyOf(1))
  await store.close()
  await openLocalFileStore(config.storageDir).put('kestra:///test/a b.txt', 'ünï')
  const file = join(folder, 'backup.tgz')
  const target = configOf(join(folder, 'restored'))

  await runBackup(file, { dataDir: config.dataDir })
  await runRestore(file, { dataDir: target.dataDir })

  assert.equal(tablesOf(target, 'keys').length, 1)
  assert.equal(readFileSync(join(target.storageDir, 'test', 'a b.txt'), 'utf8'), 'ünï')
  assert.deepEqual(readdirSync(folder).sort(), ['backup.tgz', 'data', 'restored'])
  await assert.rejects(runBackup(file, { dataDir: config.dataDir }), refusal('backup-failed', /is there already/))
  writeFileSync(file, 'nothing of the kind')
  const broken = runRestore(file, { dataDir: join(folder, 'other') })
  await assert.rejects(broken, refusal('backup-invalid', /is no backup that tar can unpack/))
  assert.deepEqual(readdirSync(folder).sort(), ['backup.tgz', 'data', 'restored'])
})

test('a backup that cannot be finished leaves nothing behind', async t => {
  const { folder, config } = openPlace(t)
  await openStore(config).close()
  const target = join(folder, 'backup')
  const broken = {
    version: '1',
    nowMs: () => {
      throw new Error('the plug was pulled')
    },
  }

  await assert.rejects(backUp(config, target, broken), /the plug was pulled/)

  assert.deepEqual(readdirSync(folder).sort(), ['data'])
})

test('a target that is taken is refused', async t => {
  const { folder, config } = openPlace(t)
  await openStore(config).close()
  mkdirSync(join(folder, 'taken'))
  writeFileSync(join(folder, 'taken', 'x'), '')
  await backUp(config, join(folder, 'backup'), world())

  await assert.rejects(backUp(config, join(folder, 'taken'), world()), refusal('backup-failed', /is not empty/))
  await assert.rejects(restoreInto(config, join(folder, 'backup')), refusal('backup-failed', /--force/))
})

test('what a forced restore replaces is kept beside it', async t => {
  const { folder, config } = openPlace(t)
  const store = openStore(config)
  await backUp(config, join(folder, 'backup'), world())
  await store.perform('setKey', keyOf(1))
  await store.close()

  const { replaced } = await restoreInto(config, join(folder, 'backup'), { isForced: true })

  assert.equal(tablesOf(config, 'keys').length, 0)
  assert.equal(replaced.length, 1)
  assert.equal(tablesOf(configOf(replaced[0] ?? ''), 'keys').length, 1)
})

test('a folder on which a server runs is not restored into, not even by force', async t => {
  const { folder, config } = openPlace(t)
  await openStore(config).close()
  await backUp(config, join(folder, 'backup'), world())
  const unlock = lockFolder(config.dataDir)
  t.after(unlock)

  const restored = restoreInto(config, join(folder, 'backup'), { isForced: true })

  await assert.rejects(restored, refusal('backup-failed', /A server runs on the data folder/))
})

for (const [what, says, damage] of [
  [
    'a file that changed',
    /is damaged: storage\/a\.txt/,
    (backup: string) => writeFileSync(join(backup, 'storage', 'a.txt'), 'b'),
  ],
  [
    'a file that is missing',
    /storage\/a\.txt is missing/,
    (backup: string) => rmSync(join(backup, 'storage', 'a.txt')),
  ],
  ['no manifest', /has no manifest\.json/, (backup: string) => rmSync(join(backup, MANIFEST))],
  [
    'a manifest that leads outside',
    /is not one of a backup/,
    (backup: string) => editManifest(backup, text => text.replace('storage/a.txt', 'storage/../../a.txt')),
  ],
  [
    'a newer format',
    /has format 2 .* this one reads format 1/,
    (backup: string) => editManifest(backup, text => text.replace('"format": 1', '"format": 2')),
  ],
  [
    'more migrations than this program knows',
    /was written by Batuta 9 and needs migration 99, and this program knows \d+/,
    (backup: string) =>
      editManifest(backup, text =>
        text.replace('"version": "1"', '"version": "9"').replace('"floor": 1', '"floor": 99'),
      ),
  ],
  [
    'another database',
    /move from one to the other/,
    (backup: string) => editManifest(backup, text => text.replace('sqlite', 'postgres')),
  ],
] as const) {
  test(`a backup with ${what} is refused, and nothing is touched`, async t => {
    const { folder, config } = openPlace(t)
    await openStore(config).close()
    mkdirSync(config.storageDir)
    writeFileSync(join(config.storageDir, 'a.txt'), 'a')
    await backUp(config, join(folder, 'backup'), world())
    damage(join(folder, 'backup'))
    const target = configOf(join(folder, 'restored'))

    await assert.rejects(restoreInto(target, join(folder, 'backup')), refusal('backup-invalid', says))

    assert.equal(existsSync(target.dataDir), false)
    assert.deepEqual(
      readdirSync(folder).filter(name => name.includes('growing')),
      [],
    )
  })
}

for (const [policy, own, dates] of [
  [undefined, '', 1],
  [undefined, ', recoverMissedSchedules: NONE', 0],
  [undefined, ', recoverMissedSchedules: LAST', 1],
  [undefined, ', recoverMissedSchedules: ALL', 100],
  ['NONE', ', recoverMissedSchedules: ALL', 0],
  ['ALL', '', 100],
] as const) {
  test(`a schedule${own} that missed a day fires ${dates} of its dates after a restore${policy ? ` with --missed ${policy}` : ''}`, async t => {
    const { folder, config } = openPlace(t)
    const store = openStore(config)
    await saveSchedule(store, own)
    await store.close()
    await backUp(config, join(folder, 'backup'), world())
    const target = configOf(join(folder, 'restored'))
    const nowMs = Date.now() + DAY_MS

    await restoreInto(target, join(folder, 'backup'), { ...(policy ? { missed: policy } : {}), nowMs })

    const nextMs = Number(tablesOf(target, 'triggers')[0]?.['next_ms'])
    assert.equal(Math.max(0, Math.floor((nowMs - nextMs) / MINUTE_MS) + 1), dates)
  })
}

interface Place {
  readonly folder: string
  readonly config: Config
}

function openPlace(t: TestContext): Place {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-backup-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const config = configOf(join(folder, 'data'))
  mkdirSync(config.dataDir)
  return { folder, config }
}

function configOf(dataDir: string): Config {
  return readConfig({ dataDir }, {}, '/')
}

function openStore(config: Config): Store {
  return openSqliteStore({ file: join(config.dataDir, 'batuta.db'), nowMs: Date.now, threadUrl: THREAD_URL })
}

function world(): { readonly version: string; nowMs(): number } {
  return { version: '1', nowMs: () => Date.now() }
}

async function restoreInto(
  config: Config,
  folder: string,
  {
    isForced = false,
    missed,
    nowMs = Date.now(),
  }: { isForced?: boolean; missed?: RecoverPolicy | undefined; nowMs?: number } = {},
): Promise<RestoreReport> {
  const checksums = async (): Promise<readonly string[]> => knownChecksums()
  return await restore(config, folder, {
    options: { isForced, missed },
    world: { version: '1', knownChecksums: checksums, nowMs: () => nowMs },
  })
}

function refusal(code: string, says: RegExp): (error: unknown) => boolean {
  return error => error instanceof BatutaError && error.code === code && says.test(error.message)
}

function editManifest(backup: string, change: (text: string) => string): void {
  const path = join(backup, MANIFEST)
  const text = readFileSync(path, 'utf8')
  assert.notEqual(change(text), text)
  writeFileSync(path, change(text))
}

function tablesOf({ dataDir }: Pick<Config, 'dataDir'>, table: string): readonly Record<string, unknown>[] {
  const db = new DatabaseSync(join(dataDir, 'batuta.db'), { readOnly: true })
  const rows = db.prepare(`select * from ${table}`).all()
  db.close()
  return rows
}

function uriOf(number: number): string {
  return `kestra:///test/f${number}.txt`
}

function keyOf(number: number): KeyRow {
  const base = {
    tenant: 'main',
    namespace: 'test',
    type: 'STRING',
    description: null,
    expiresMs: null,
    updatedMs: 1,
    createdMs: 1,
    version: 1,
  }
  return { ...base, key: `k${number}`, value: uriOf(number) }
}

async function saveSchedule(store: Store, own: string): Promise<void> {
  const { parseFlow, createCatalogue, encodeValue } = await import('@batuta/core')
  const source = `id: f\nnamespace: n\ntasks: [{ id: t, type: core.debug.Return, format: x }]\ntriggers: [{ id: every, type: core.trigger.Schedule, cron: "* * * * *"${own} }]`
  const { flow, diagnostics } = parseFlow(source, { catalogue: createCatalogue([]) })
  assert.ok(flow, JSON.stringify(diagnostics))
  const key = { tenant: 'main', namespace: 'n', flowId: 'f' }
  const parsed = encodeValue(flow as never)
  await store.perform('saveFlow', { ...key, source, parsed, nowMs: 1, isDisabled: false })
  const nextMs = (Math.floor(Date.now() / MINUTE_MS) + 1) * MINUTE_MS
  await store.perform('saveTriggers', { flow: key, triggers: [{ triggerId: 'every', nextMs, hash: 'h' }] })
}
