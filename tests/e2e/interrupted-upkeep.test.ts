// The plug is pulled in the middle of backups, restores, exports and imports, at many moments: what is there afterwards is whole or not there, and
// an import that broke off is finished by running it again.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { openLocalFileStore } from '../../packages/plugin-sdk/src/index.ts'
import { audit } from '../../packages/server/src/audit/audit.ts'
import { openReadOnly } from '../../packages/server/src/audit/open-read-only.ts'
import { ROOT } from './batuta.ts'
import { runMixedLoad } from '../../packages/server/src/audit/testing/mixed-load.ts'
import { MANIFEST, readManifest, verifyFiles } from '../../packages/server/src/backup/manifest.ts'
import { runBackup } from '../../packages/server/src/backup/run-backup.ts'
import { readConfig } from '../../packages/server/src/config/config.ts'
import { THREAD_URL } from '../../packages/server/src/platform/places.ts'
import { openSqliteStore } from '../../packages/server/src/storage/sqlite/sqlite-store.ts'
import { HEADER, readHeader } from '../../packages/server/src/transfer/format.ts'
import { runExport } from '../../packages/server/src/transfer/run-transfer.ts'

const ROUNDS = 25
const FILES = 40
const KILLS = 6

const folder = mkdtempSync(join(tmpdir(), 'batuta-interrupted-'))
const dataDir = join(folder, 'data')
const backup = join(folder, 'backup')
const exported = join(folder, 'exported')

before(async () => {
  mkdirSync(dataDir)
  const store = openSqliteStore({ file: join(dataDir, 'batuta.db'), nowMs: Date.now, threadUrl: THREAD_URL })
  await runMixedLoad(store, ROUNDS)
  await store.close()
  const files = openLocalFileStore(join(dataDir, 'storage'))
  for (let number = 0; number < FILES; number++) await files.put(`kestra:///test/${number}.txt`, `file ${number}`)
  await runBackup(backup, { dataDir })
  await runExport(exported, { dataDir })
})
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

test('a backup is whole or not there', async () => {
  await interrupt('backup', async (target, isDone) => {
    if (isDone) assert.ok(existsSync(target))
    if (!existsSync(target)) return
    assert.ok(existsSync(join(target, MANIFEST)))
    const { files } = await readManifest(target)
    await verifyFiles(target, files)
    assert.equal(files.length, FILES + 1)
  })
})

test('an export is whole or not there', async () => {
  await interrupt('export', async (target, isDone) => {
    if (isDone) assert.ok(existsSync(target))
    if (!existsSync(target)) return
    assert.ok(existsSync(join(target, HEADER)))
    await verifyFiles(target, (await readHeader(target, 1)).files)
  })
})

test('a restored installation is whole or not there', async () => {
  await interrupt('restore', async (target, isDone) => {
    if (isDone) assert.ok(existsSync(target))
    if (!existsSync(target)) return
    await expectSound(target)
    assert.equal(readdirSync(join(target, 'storage', 'test')).length, FILES)
  })
})

test('an import that broke off is finished by running it again', async () => {
  const first = join(folder, 'whole')
  assert.equal(await batuta(['import', exported, '--data', first]).ended, 0)
  await runExport(join(folder, 'of-whole'), { dataDir: first })
  const expected = readFileSync(join(folder, 'of-whole', 'executions.jsonl'), 'utf8')

  await interrupt('import', async target => {
    if (existsSync(join(target, 'batuta.db'))) await expectSound(target).catch(isTooEarly)
    assert.equal(await batuta(['import', exported, '--data', target]).ended, 0)
    const again = `${target}-exported`
    await runExport(again, { dataDir: target })
    assert.equal(readFileSync(join(again, 'executions.jsonl'), 'utf8'), expected)
    assert.equal(readdirSync(join(target, 'storage', 'test')).length, FILES)
  })
})

/** The moment comes later each time, until the command is done before it. */
async function interrupt(
  name: 'backup' | 'export' | 'restore' | 'import',
  check: (target: string, isDone: boolean) => Promise<void>,
): Promise<void> {
  const argsOf = (target: string): readonly string[] =>
    name === 'backup' || name === 'export'
      ? [name, target, '--data', dataDir]
      : [name, name === 'restore' ? backup : exported, '--data', target]
  const startedMs = performance.now()
  assert.equal(await batuta(argsOf(join(folder, `${name}-first`))).ended, 0)
  const wholeMs = performance.now() - startedMs
  for (let kill = 0; kill < KILLS; kill++) {
    const target = join(folder, `${name}-${kill}`)
    const { child, ended } = batuta(argsOf(target))
    // The first part of the time goes by before anything is written.
    const timer = setTimeout(() => child.kill('SIGKILL'), wholeMs * (0.3 + (0.8 * kill) / KILLS))
    const code = await ended
    clearTimeout(timer)
    await check(target, code === 0)
    const left = readdirSync(dirname(target)).filter(entry => entry.startsWith(`${basename(target)}.growing`))
    assert.ok(left.length <= 1, left.join(', '))
  }
}

function batuta(args: readonly string[]): {
  readonly child: ReturnType<typeof spawn>
  readonly ended: Promise<number | null>
} {
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'cli.js'), ...args], { stdio: 'ignore' })
  return { child, ended: new Promise(resolve => child.once('close', resolve)) }
}

async function expectSound(target: string): Promise<void> {
  const database = await openReadOnly(readConfig({ dataDir: target }, {}, '/'), Date.now)
  const { invariants } = await audit(database)
  await database.close()
  // A parent may be there before its child: both are whole.
  const broken = invariants.filter(({ status }) => status === 'broken')
  assert.deepEqual(
    broken.flatMap(({ findings }) => findings).filter(({ what }) => !/its child .* does not exist/.test(what)),
    [],
  )
}

/** The file is there and has no tables yet, or not all of them. */
function isTooEarly(error: unknown): void {
  assert.match(String(error), /There is no database of Batuta|no such table/)
}
