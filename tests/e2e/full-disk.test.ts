// The disk is full, for real: the folder of the server's data on a file system of a few megabytes. What is new is refused with the way out,
// what is there can be read, what runs waits without losing a line, and when room is made all goes on, with no restart.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { apiOf } from './api-of.ts'
import { ROOT, isAlive, startBatuta } from './batuta.ts'
import { commandLine } from './command-line.ts'
import { makePlaces, type Places } from './places.ts'
import { until } from './until.ts'

const SIZE_BYTES = 24 * 2 ** 20
const CHUNK_BYTES = 4096

test('a full disk refuses what is new, keeps what runs, and all goes on when there is room', async t => {
  const places = makePlaces()
  const disk = mountSmallDisk(t, places)
  if (disk === undefined) return places.remove()
  const gate = join(places.home, 'gate')
  const batuta = await startBatuta({ ...places, dataDir: join(disk, 'kept') })
  const api = apiOf(batuta.address)
  const hello = readFileSync(join(ROOT, 'examples', 'hello-world.yaml'), 'utf8')
  await api.save(hello)
  await api.save(held(gate))
  const before = await api.run('examples.hello-world')
  const running = await api.start('e2e.held')
  await until('the script waits', async () => ((await api.logs(running.id)).length > 0 ? true : undefined))

  const ballast = fill(disk)
  writeFileSync(gate, '')
  const started = await until('a start is refused', async () => {
    const reply = await api.call('POST', '/executions/examples/hello-world')
    return reply.status === 200 ? undefined : reply
  })
  const saved = await api.call('POST', '/flows', {
    body: hello.replace('hello-world', 'other'),
    type: 'application/x-yaml',
  })
  const told = await commandLine(batuta.address)('flow', 'run', 'examples.hello-world')
  const read = await api.find(before.id)
  const health = await api.call('GET', '/health')

  const message =
    /The disk of the server is full: nothing was stored\. Free some space in its data folder and try again\./
  for (const reply of [started, saved]) {
    assert.equal(reply.status, 507, reply.text)
    assert.match(reply.text, message)
  }
  assert.equal(told.exitCode, 6)
  assert.match(told.stderr, message)
  assert.equal(read.state.current, 'SUCCESS')
  assert.equal(health.status, 200)
  assert.match(batuta.printed(), /WARN The disk of the database is full: all that is new is refused/)

  rmSync(ballast)
  const ended = await api.whenEnded(running.id)
  const after = await api.run('examples.hello-world', { name: 'again' })

  assert.equal(ended.state.current, 'SUCCESS')
  assert.deepEqual(ended.outputs, { answer: '42' })
  const logged = await api.logs(running.id)
  const lines = logged.filter(({ level }) => level !== 'DEBUG').map(({ message }) => message)
  assert.deepEqual(lines, ['waits', ...Array.from({ length: 1000 }, (_, index) => `line ${index + 1}`)])
  assert.deepEqual(after.outputs, { greeting: 'Hello, again!' })
  assert.equal((await api.call('GET', '/flows/examples/other')).status, 404)
  await until('the server tells that there is room', async () =>
    /has room again/.test(batuta.printed()) ? true : undefined,
  )
  assert.ok(isAlive(batuta.serverPid))
  await batuta.stop()
})

function held(gate: string): string {
  return `
id: held
namespace: e2e
tasks:
  - id: one
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    commands:
      - echo waits
      - while [ ! -e ${gate} ]; do sleep 0.02; done
      - seq 1 1000 | sed "s/^/line /"
      - "echo '::{\\"outputs\\":{\\"answer\\":\\"42\\"}}::'"
outputs:
  - {id: answer, type: STRING, value: "{{ outputs.one.vars.answer }}"}
`
}

/** Undefined, and the test skipped, where file systems cannot be mounted. */
function mountSmallDisk(t: TestContext, { home, remove }: Places): string | undefined {
  const disk = join(home, 'disk')
  mkdirSync(disk)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_BYTES}`, 'tmpfs', disk], { encoding: 'utf8' })
  if (mounted.status !== 0) {
    t.skip(
      `a small file system cannot be mounted here (${mounted.stderr?.trim() || String(mounted.error)}): needs root`,
    )
    return undefined
  }
  t.after(() => {
    spawnSync('umount', ['-l', disk])
    remove()
  })
  return disk
}

/** To the last block. */
function fill(disk: string): string {
  const ballast = join(disk, 'ballast')
  const file = openSync(ballast, 'w')
  try {
    for (;;) writeSync(file, Buffer.alloc(CHUNK_BYTES, 'x'))
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
  } finally {
    closeSync(file)
  }
  return ballast
}
