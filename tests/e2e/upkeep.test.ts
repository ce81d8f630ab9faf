// An operator's day: looks at the installation, backs it up while it runs, loses the server, brings everything back, moves it elsewhere. One story,
// told by the commands as they are typed.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { encodeEvents } from '../../packages/core/src/index.ts'
import { startBatuta, type StartedBatuta } from './batuta.ts'
import { commandLine, type CommandEnd } from './command-line.ts'

const SLOW = `
id: slow
namespace: tests
inputs:
  - { id: seconds, type: INT, defaults: 60 }
tasks:
  - id: sleep
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: { type: io.kestra.plugin.core.runner.Process }
    commands: ['sleep {{ inputs.seconds }}; echo rested']
`
const QUICK = `
id: quick
namespace: tests
tasks:
  - { id: hello, type: io.kestra.plugin.core.log.Log, message: hello }
  - { id: write, type: io.kestra.plugin.core.storage.Write, content: hello, extension: .txt }
`

const folder = mkdtempSync(join(tmpdir(), 'batuta-upkeep-'))
const dataDir = join(folder, 'data')
const flowsDir = join(folder, 'flows')
let batuta: StartedBatuta

before(async () => {
  mkdirSync(flowsDir)
  writeFileSync(join(flowsDir, 'slow.yaml'), SLOW)
  writeFileSync(join(flowsDir, 'quick.yaml'), QUICK)
  batuta = await startBatuta({ dataDir, flowsDir })
})
after(async () => {
  await batuta.stop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

test('doctor finds a server that works well', async () => {
  for (let round = 0; round < 3; round++) await run('flow', 'run', 'tests.quick', '--wait')
  await run('flow', 'run', 'tests.slow', '-i', 'seconds=2')

  const { exitCode, stdout } = await run('doctor', '--invariants', '--data', dataDir)

  assert.equal(exitCode, 0, stdout)
  assert.match(stdout, /✓ server +runs on this data folder/)
  assert.match(stdout, /✓ I11 .*\(4 checked\)/)
  assert.match(stdout, /✓ I15 .*\(3 checked\)/)
})

test('a backup of a server that runs is restored elsewhere, and is sound there', async () => {
  const backup = join(folder, 'backup')
  const restored = join(folder, 'restored')

  const backedUp = await run('backup', backup, '--data', dataDir)
  const overLive = await run('restore', backup, '--data', dataDir, '--force')
  const elsewhere = await run('restore', backup, '--data', restored)
  const again = await run('restore', backup, '--data', restored)

  assert.equal(backedUp.exitCode, 0, backedUp.stderr)
  assert.match(backedUp.stdout, /3 stored files/)
  assert.equal(overLive.exitCode, 5)
  assert.match(overLive.stderr, /A server runs on the data folder/)
  assert.equal(elsewhere.exitCode, 0, elsewhere.stderr)
  assert.equal(again.exitCode, 5)
  assert.match(again.stderr, /is not empty/)
  const { exitCode, stdout } = await run('doctor', '--invariants', '--data', restored)
  assert.equal(exitCode, 0, stdout)
  assert.match(stdout, /restored +at /)
})

test('doctor names what is broken, and its exit code tells', async () => {
  const broken = join(folder, 'broken')
  await run('restore', join(folder, 'backup'), '--data', broken)
  change(broken, "update executions set state = 'FAILED' where flow_id = 'quick'")

  const { exitCode, stdout } = await run('doctor', '--invariants', '--data', broken)
  const { stdout: json } = await run('--json', 'doctor', '--invariants', '--data', broken)

  assert.equal(exitCode, 1)
  assert.match(stdout, /✗ I11 .*\n +[0-9A-Za-z]{22}: its row has state "FAILED", its journal "SUCCESS"/)
  const { isSound, audit } = JSON.parse(json) as {
    readonly isSound: boolean
    readonly audit: { readonly invariants: readonly { readonly id: string; readonly brokenCount: number }[] }
  }
  assert.equal(isSound, false)
  assert.equal(audit.invariants.find(({ id }) => id === 'I11')?.brokenCount, 3)
})

test('an execution that is held is listed with its reason, and released', async () => {
  const heldId = idIn(await run('flow', 'run', 'tests.slow', '-i', 'seconds=3'))
  await batuta.killServer()
  hold(heldId, 'a bug of ours')

  const listed = await run('held', 'list', '--data', dataDir)
  const doctor = await run('doctor', '--invariants', '--data', dataDir)
  batuta = await startBatuta({ dataDir, flowsDir })
  const released = await run('held', 'release', heldId)
  const refused = await run('held', 'release', heldId)
  const ended = await run('execution', 'follow', heldId)

  assert.match(listed.stdout, new RegExp(`${heldId} +tests\\.slow +RUNNING .*a bug of ours`))
  assert.equal(doctor.exitCode, 0, doctor.stdout)
  assert.match(doctor.stdout, new RegExp(`! held +${heldId} of tests\\.slow: a bug of ours`))
  assert.equal(released.exitCode, 0, released.stderr)
  assert.match(released.stdout, /RUNNING/)
  assert.equal(refused.exitCode, 5)
  assert.match(refused.stderr, /is not held/)
  assert.equal(ended.exitCode, 0, ended.stdout)
})

test('an execution that cannot be read is held by itself, and dropped', async () => {
  const id = idIn(await run('flow', 'run', 'tests.slow', '-i', 'seconds=600'))
  await batuta.killServer()
  change(dataDir, `update journal set events = '[["no-such-event"]]' where execution_id = '${id}'`)
  batuta = await startBatuta({ dataDir, flowsDir })
  await run('execution', 'kill', id)

  const listed = await run('held', 'list', '--data', dataDir)
  const killed = await run('held', 'drop', id)
  const dropped = await run('held', 'drop', id, '--delete')

  assert.match(listed.stdout, new RegExp(`${id} .*no-such-event`))
  assert.notEqual(killed.exitCode, 0)
  assert.equal(dropped.exitCode, 0, dropped.stderr)
  assert.match((await run('held', 'list', '--data', dataDir)).stdout, /none is held/)
})

test('an export is taken in elsewhere, and once', async () => {
  const exported = join(folder, 'exported')
  const moved = join(folder, 'moved')

  const written = await run('export', exported, '--data', dataDir)
  const taken = await run('import', exported, '--data', moved)
  const again = await run('import', exported, '--data', moved)
  const overLive = await run('import', exported, '--data', dataDir)

  assert.match(written.stdout, /2 revisions of flows, 5 executions, .* 3 stored files/)
  assert.match(taken.stdout, /5 executions \(0 were here already\)/)
  assert.match(again.stdout, /0 executions \(5 were here already\)/)
  assert.equal(overLive.exitCode, 5)
  const { exitCode, stdout } = await run('doctor', '--invariants', '--data', moved)
  assert.equal(exitCode, 0, stdout)
})

test('what is missing or mistyped is said in a sentence, without a trace of code', async () => {
  const nowhere = join(folder, 'nowhere')
  const ends: readonly (readonly [number, RegExp, CommandEnd])[] = [
    [2, /There is no database of Batuta at/, await run('doctor', '--data', nowhere)],
    [2, /there is no file/, await run('doctor', '--config', join(nowhere, 'x.yaml'))],
    [2, /The database URL "foo" cannot be read/, await run('doctor', '--database', 'foo')],
    [2, /There is no database of Batuta at/, await run('backup', join(folder, 'b'), '--data', nowhere)],
    [2, /missing required argument/, await run('backup')],
    [5, /There is no backup in/, await run('restore', nowhere, '--data', nowhere)],
    [2, /is no policy for missed dates/, await run('restore', nowhere, '--missed', 'some')],
    [5, /There is no export in/, await run('import', nowhere, '--data', nowhere)],
    [4, /not found|no execution/i, await run('held', 'release', '0000000000000000000000')],
  ]

  for (const [exitCode, says, end] of ends) {
    assert.equal(end.exitCode, exitCode, end.stderr)
    assert.match(end.stderr, says)
    assert.doesNotMatch(end.stderr, /\n +at /)
  }
})

test('a PostgreSQL that does not answer is a finding of doctor', async () => {
  const url = 'postgres://ada:hidden@127.0.0.1:1/batuta'

  const { exitCode, stdout, stderr } = await run('doctor', '--database', url)

  assert.equal(exitCode, 1)
  assert.match(stdout, /✗ database +The database PostgreSQL 127\.0\.0\.1:1\/batuta cannot be reached/)
  assert.doesNotMatch(stdout + stderr, /hidden/)
})

async function run(...args: readonly string[]): Promise<CommandEnd> {
  return await commandLine(batuta.address)(...args)
}

function idIn({ stdout, stderr }: CommandEnd): string {
  const id = /\b[0-9A-Za-z]{22}\b/.exec(stdout + stderr)?.[0]
  assert.ok(id, stdout + stderr)
  return id
}

function change(data: string, statement: string): void {
  const db = new DatabaseSync(join(data, 'batuta.db'))
  db.exec(statement)
  db.close()
}

/** As the engine marks an execution whose turn threw. */
function hold(id: string, reason: string): void {
  const db = new DatabaseSync(join(dataDir, 'batuta.db'))
  db.prepare(
    'insert into journal select execution_id, turn + 1, version, at_ms, ? from journal where execution_id = ? order by turn desc limit 1',
  ).run(encodeEvents([{ type: 'held', reason }]), id)
  db.prepare("update executions set waits_for = 'human' where id = ?").run(id)
  db.close()
}
