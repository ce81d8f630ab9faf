// The command line against a real server, as a script would use it: what it prints, and how it ends.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

const ROOT = join(import.meta.dirname, '..', '..')
const BATUTA = join(ROOT, 'bin', 'batuta')
const START_MAX_MS = 30_000
const OFFLINE = [
  'hello-world',
  'parallel-and-loops',
  'error-handling',
  'nightly-branches',
  'scripts-and-files',
  'subflow-child',
  'subflow-parent',
]
const SLOW = `
id: slow
namespace: tests
tasks:
  - id: sleep
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
    commands: ['echo begun', 'sleep {{ inputs.seconds }}', 'echo ended']
inputs:
  - id: seconds
    type: INT
    defaults: 60
`
const WRONG = `
id: wrong
namespace: tests
tasks:
  - id: log
    type: io.kestra.plugin.core.log.Lgo
    message: hello
`

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

let folder = ''
let server: { readonly address: string; readonly child: ChildProcess }

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batuta-cli-'))
  await cp(join(ROOT, 'examples'), join(folder, 'flows'), { recursive: true })
  await writeFile(join(folder, 'flows', 'slow.yaml'), SLOW)
  await writeFile(join(folder, 'wrong.yaml'), WRONG)
  server = await startServer('0')
})
after(async () => {
  const isOver = new Promise(resolve => server.child.once('exit', resolve))
  if (server.child.kill('SIGTERM')) await isOver
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

test('an execution is recorded as a flow test, which passes without a server', async () => {
  const ran = await batuta('flow', 'run', 'examples.parallel-and-loops', '--wait', '--json')
  const { id } = JSON.parse(ran.stdout) as { id: string }
  const suite = join(folder, 'recorded.yaml')
  const recorded = await batuta('test', 'record', id, '-o', suite)

  const tested = await batuta('test', suite, '--flows', join(ROOT, 'examples'), '--junit', join(folder, 'junit.xml'))

  assert.equal(recorded.exitCode, 0, recorded.stderr)
  assert.equal(tested.exitCode, 0, tested.stdout + tested.stderr)
  assert.match(tested.stdout, /1 passed/)
  assert.match(await readFile(join(folder, 'junit.xml'), 'utf8'), /<testsuite .*failures="0" errors="0"/)
})

test('a flow is planned without a server', async () => {
  const { exitCode, stdout } = await batuta('plan', join(folder, 'flows', 'slow.yaml'), '--inputs', 'seconds=5')

  assert.equal(exitCode, 0)
  assert.match(stdout, /seconds: 5/)
  assert.match(stdout, /sleep 5/)
})

test('the flows of the folder are listed', async () => {
  const { exitCode, stdout } = await batuta('flow', 'list', '--json')

  const ids = (JSON.parse(stdout) as { id: string }[]).map(flow => flow.id)
  assert.equal(exitCode, 0)
  assert.deepEqual(
    OFFLINE.filter(id => !ids.includes(id)),
    [],
  )
})

for (const id of OFFLINE) {
  test(`the example ${id} runs well as it stands`, async () => {
    const { exitCode, stdout, stderr } = await batuta('flow', 'run', `examples.${id}`, '--wait', '--json')

    assert.equal(exitCode, 0, stdout + stderr)
    assert.equal((JSON.parse(stdout) as { state: { current: string } }).state.current, 'SUCCESS')
  })
}

test('inputs reach the flow, and its outputs the terminal', async () => {
  const { stdout } = await batuta('flow', 'run', 'examples.hello-world', '-i', 'name=Ada', '--wait')

  assert.match(stdout, /greeting: Hello, Ada!/)
})

test('a file is saved before it runs', async () => {
  const { exitCode, stderr } = await batuta('flow', 'run', join(ROOT, 'examples', 'hello-world.yaml'), '--wait')

  assert.equal(exitCode, 0)
  assert.match(stderr, /saved examples\.hello-world, revision 1/)
})

test('an execution that fails ends the command with 1 and tells why', async () => {
  const { exitCode, stdout } = await batuta('flow', 'run', 'examples.error-handling', '-i', 'weather=stormy', '--wait')

  assert.equal(exitCode, 1)
  assert.match(stdout, /failed: must_not_fail/)
  assert.match(stdout, /It is stormy\./)
})

test('a flow that is not valid is told with line and column, and ends with 1', async () => {
  const { exitCode, stdout } = await batuta('flow', 'validate', join(folder, 'wrong.yaml'), join(ROOT, 'examples'))

  assert.equal(exitCode, 1)
  assert.match(stdout, /wrong\.yaml:6:11: error: .*log\.Lgo/)
  assert.match(stdout, /✓ .*hello-world\.yaml/)
})

for (const [exitCode, what, args] of [
  [2, 'a wrong command line', ['flow', 'run', 'nameless']],
  [2, 'an unknown option', ['flow', 'list', '--colour']],
  [3, 'a server that is not there', ['flow', 'list', '--server', 'http://127.0.0.1:9']],
  [4, 'an unknown flow', ['flow', 'run', 'examples.nothing']],
  [4, 'an unknown execution', ['execution', 'get', '0VbcZSCP2HxxXnMErQ5xyw']],
  [5, 'a wrong input', ['flow', 'run', 'examples.error-handling', '-i', 'weather=foggy']],
] as const) {
  test(`${what} ends with ${exitCode}`, async () => {
    const ended = await batuta(...args)

    assert.equal(ended.exitCode, exitCode, ended.stderr)
    assert.equal(ended.stdout, '')
    assert.notEqual(ended.stderr, '')
  })
}

test('a followed run prints events as JSON lines, the last of which is its end', async () => {
  const { exitCode, stdout } = await batuta('flow', 'run', 'examples.parallel-and-loops', '--follow', '--json')

  const events = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { type: string; state?: string })
  assert.equal(exitCode, 0)
  assert.equal(events.at(-1)?.type, 'end')
  assert.equal(events.at(-1)?.state, 'SUCCESS')
})

test('an execution is killed, and its process with it', async () => {
  const id = (await batuta('flow', 'run', 'tests.slow')).stdout.trim()

  const killed = await batuta('execution', 'kill', id)
  const followed = await batuta('execution', 'follow', id)

  assert.equal(killed.exitCode, 0)
  assert.equal(followed.exitCode, 1)
  assert.match(followed.stdout, /KILLED/)
})

test('a follower outlives a server that is killed, and sees the execution end well after the restart', async () => {
  const id = (await batuta('flow', 'run', 'tests.slow', '-i', 'seconds=2')).stdout.trim()
  const following = startBatuta('execution', 'follow', id)
  await following.untilPrinted('begun')

  server.child.kill('SIGKILL')
  server = await startServer(new URL(server.address).port)

  const { exitCode, stdout, stderr } = await following.ended
  assert.equal(exitCode, 0, stdout + stderr)
  assert.match(stderr, /the connection to the server is lost/)
  assert.match(stdout, /ended/)
})

interface Started {
  readonly ended: Promise<Ended>
  untilPrinted(text: string): Promise<void>
}

async function batuta(...args: readonly string[]): Promise<Ended> {
  return await startBatuta(...args).ended
}

function startBatuta(...args: readonly string[]): Started {
  const child = spawn(BATUTA, args, {
    env: { ...process.env, BATUTA_SERVER: server.address },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', exitCode => resolve({ exitCode, stdout: stdout.text, stderr: stderr.text }))
  })
  const untilPrinted = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      child.stdout.on('data', () => stdout.text.includes(text) && resolve())
      child.on('close', () => reject(new Error(`it ended without "${text}": ${stdout.text}${stderr.text}`)))
    })
  return { ended, untilPrinted }
}

function collect(stream: NodeJS.ReadableStream): { text: string } {
  const collected = { text: '' }
  stream.on('data', chunk => (collected.text += String(chunk)))
  return collected
}

async function startServer(port: string): Promise<{ readonly address: string; readonly child: ChildProcess }> {
  const args = ['server', 'local', '--port', port, '--data', join(folder, 'data'), '--flows', join(folder, 'flows')]
  const child = spawn(BATUTA, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const printed = collect(child.stdout)
  const complaints = collect(child.stderr)
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no address after ${START_MAX_MS} ms: ${complaints.text}`)),
      START_MAX_MS,
    )
    child.once('exit', code => reject(new Error(`the server ended with ${code}: ${complaints.text}`)))
    child.stdout.on('data', () => {
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(printed.text)?.[0]
      if (address === undefined) return
      clearTimeout(timer)
      resolve({ address, child })
    })
  })
}
