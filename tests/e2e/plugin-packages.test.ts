// A stranger's plugin, as its author makes it: begun with the scaffold, tested with the kit, packed, installed into a server that runs, changed, installed
// in a second version, taken away.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ROOT, startBatuta, type StartedBatuta } from './batuta.ts'
import { commandLine, type CommandEnd } from './command-line.ts'
import { until } from './until.ts'

const TYPE = 'com.example.hello.Greet'
const flowOf = (id: string, more = ''): string => `
id: ${id}
namespace: tests
tasks:
  - { id: greet, type: ${TYPE}, name: Ada${more} }
`

const folder = mkdtempSync(join(tmpdir(), 'batuta-packages-'))
const [dataDir, flowsDir] = [join(folder, 'data'), join(folder, 'flows')]
const plugin = join(folder, 'batuta-plugin-hello')
let batuta: StartedBatuta

before(async () => {
  mkdirSync(flowsDir)
  batuta = await startBatuta({ dataDir, flowsDir })
})
after(async () => {
  await batuta.stop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

const batutaSays = (...args: readonly string[]): Promise<CommandEnd> => commandLine(batuta.address)(...args)

/** The text of the greeting, or why there is none. */
async function greetingOf(id: string): Promise<string> {
  const { stdout, stderr } = await batutaSays('flow', 'run', `tests.${id}`, '--wait', '--json')
  return stdout + stderr
}

function pack(version: string): string {
  const file = join(folder, `hello-${version}.tgz`)
  execFileSync('tar', [
    '-czf',
    file,
    '--exclude',
    'node_modules',
    '--transform',
    's,^batuta-plugin-hello,package,',
    '-C',
    folder,
    'batuta-plugin-hello',
  ])
  return file
}

async function isThere(id: string): Promise<boolean> {
  return (await fetch(`${batuta.address}/api/v1/main/flows/tests/${id}`)).ok
}

async function isKnown(): Promise<boolean> {
  const answer = await fetch(`${batuta.address}/api/v1/plugins/${TYPE}`)
  const page = answer.ok ? ((await answer.json()) as { implemented: boolean }) : undefined
  return page?.implemented === true
}

test('the scaffold writes a plugin whose tests pass', () => {
  const create = join(ROOT, 'packages', 'create-batuta-plugin', 'src', 'create-batuta-plugin.mjs')

  execFileSync(process.execPath, [create, 'hello', '--sdk', join(ROOT, 'packages', 'plugin-sdk')], { cwd: folder })

  mkdirSync(join(plugin, 'node_modules', '@batuta'), { recursive: true })
  symlinkSync(join(ROOT, 'packages', 'plugin-sdk'), join(plugin, 'node_modules', '@batuta', 'plugin-sdk'), 'dir')
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const said = execFileSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--test', 'src/index.test.ts'],
    { cwd: plugin, env },
  )
  assert.match(String(said), /pass 3/)
})

test('packed and installed it runs in the server that is there, also for a flow that waited for it', async () => {
  writeFileSync(join(flowsDir, 'newest.yaml'), flowOf('newest'))
  const unknown = await isKnown()

  const installed = await batutaSays('plugin', 'install', pack('1.0.0'), '--data', dataDir)
  await until('the flow is valid', async () => (await isThere('newest')) || undefined)

  assert.equal(unknown, false)
  assert.equal(installed.exitCode, 0, installed.stderr)
  assert.match(installed.stdout, /✓ batuta-plugin-hello@1\.0\.0[\s\S]*sha512-[\s\S]*com\.example\.hello\.Greet/)
  assert.match(await greetingOf('newest'), /Hello, Ada!/)
  assert.equal(await isKnown(), true)
})

test('a second version stands beside it, and a task may keep the first', async () => {
  const described = join(plugin, 'package.json')
  writeFileSync(described, readFileSync(described, 'utf8').replace('"1.0.0"', '"2.0.0"'))
  const source = join(plugin, 'src', 'greet.ts')
  writeFileSync(source, readFileSync(source, 'utf8').replace("default('Hello')", "default('Good day')"))
  writeFileSync(join(flowsDir, 'first.yaml'), flowOf('first', ', version: 1.0.0'))
  writeFileSync(join(flowsDir, 'ghost.yaml'), flowOf('ghost', ', version: 3.0.0'))

  await batutaSays('plugin', 'install', pack('2.0.0'), '--data', dataDir)
  await until('the flows are there', async () => ((await isThere('first')) && (await isThere('ghost'))) || undefined)
  await until('the second version runs', async () => /Good day, Ada!/.test(await greetingOf('newest')) || undefined)

  assert.match(await greetingOf('first'), /Hello, Ada!/)
  assert.match(await logsOf('ghost'), /version 3\.0\.0 of .* is not installed, only 1\.0\.0, 2\.0\.0/)
  const listed = await batutaSays('plugin', 'list', '--installed', '--data', dataDir)
  assert.match(listed.stdout, /batuta-plugin-hello +1\.0\.0 [\s\S]*batuta-plugin-hello +2\.0\.0 /)
})

test('what is taken away runs no more, and says the way out', async () => {
  const gone = await batutaSays('plugin', 'uninstall', 'batuta-plugin-hello', '--data', dataDir)
  await until('the type is gone', async () => !(await isKnown()) || undefined)

  assert.match(gone.stdout, /hello@1\.0\.0 is gone[\s\S]*hello@2\.0\.0 is gone/)
  assert.match(await logsOf('newest'), /is not implemented: .* install one that does \(batuta plugins install NAME\)/)
})

async function logsOf(id: string): Promise<string> {
  const { stdout } = await batutaSays('flow', 'run', `tests.${id}`, '--wait', '--json')
  const execution = /"id": ?"(\w{22})"/.exec(stdout)?.[1] ?? ''
  return (await batutaSays('execution', 'logs', execution)).stdout
}
