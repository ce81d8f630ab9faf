// The Docker runner and tasks on a real engine: Debian's, started by hand, with an image that is made here.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, test } from 'node:test'
import { createTestRunContext, runTask, TaskStopped } from '@batuta/plugin-sdk'
import type { TestOptions, TestResult, ValueMap } from '@batuta/plugin-sdk'
import * as docker from '@batuta/docker'
import * as script from '@batuta/script'
import { IMAGE, startDockerd } from './dockerd.mjs'

const RUNNER = 'io.kestra.plugin.scripts.runner.docker.Docker'
const engine = await startDockerd()
after(() => engine.remove())

test('a shell script runs in a container, with its files and outputs', async () => {
  const result = await run('scripts.shell.Script', {
    ...inContainer(),
    inputFiles: { 'data/in.txt': 'content' },
    outputFiles: ['*.txt', 'sub/**'],
    env: { GREETING: 'hi' },
    script: [
      'cat data/in.txt > result.txt',
      'rm data/in.txt',
      'mkdir sub; touch sub/made; ln -s /etc/passwd sub/link',
      'echo out > {{ outputDir }}/direct.txt',
      'echo "::{\\"outputs\\":{\\"greeting\\":\\"$GREETING\\",\\"id\\":\\"$(id -u)\\"}}::"',
      'echo oops >&2',
      'test "$PWD" = {{ workingDir }}',
      'test ! -e /proc/1/root/work || test "$(cat /proc/1/comm)" = sh',
    ].join('\n'),
  })

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(result.outputs['vars'], { greeting: 'hi', id: '0' })
  assert.deepEqual(Object.keys(result.outputs['outputFiles'] as ValueMap).sort(), [
    'direct.txt',
    'result.txt',
    'sub/made',
  ])
  assert.deepEqual(linesOf(result, 'ERROR'), ['oops'])
  assert.deepEqual(containers(), [])
})

test('Python finds the library of outputs, and a user that is not root may write', async () => {
  const result = await run('scripts.python.Script', {
    ...inContainer({ user: '1234' }),
    outputFiles: ['*.csv'],
    script: [
      'import os',
      'from kestra import Kestra',
      'open("a.csv", "w").write("a")',
      'data = {{ {"a": [1, true, null]} | toJson }}',
      'Kestra.outputs({"data": data, "uid": os.getuid()})',
      'Kestra.counter("rows", 2)',
    ].join('\n'),
  })

  assert.equal(result.state, 'SUCCESS', `${result.message} ${result.logs.map(line => line.message).join('\n')}`)
  assert.deepEqual(result.outputs['vars'], { data: { a: [1, true, null] }, uid: 1234 })
  assert.deepEqual(Object.keys(result.outputs['outputFiles'] as ValueMap), ['a.csv'])
  assert.deepEqual(
    result.metrics.map(({ name }) => name),
    ['rows'],
  )
})

test('dependencies are installed by a container of the image, once', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'batuta-wheel-'))
  const server = createServer((_, response) => createReadStream(join(folder, WHEEL)).pipe(response))
  t.after(async () => {
    server.close()
    await rm(folder, { recursive: true, force: true })
  })
  makeWheel(join(folder, WHEEL))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const properties = {
    ...inContainer({ networkMode: 'host' }),
    dependencies: [`demo-batuta @ http://127.0.0.1:${port}/${WHEEL}`],
    script: 'import demo_batuta; print(demo_batuta.ANSWER)',
  }

  const cacheDir = join(folder, 'cache')
  const cold = await run('scripts.python.Script', properties, { cacheDir })
  server.close()
  const warm = await run('scripts.python.Script', properties, { cacheDir })

  for (const result of [cold, warm])
    assert.deepEqual(linesOf(result, 'INFO'), ['42'], `${result.message} ${linesOf(result, 'DEBUG').join('\n')}`)
  assert.deepEqual(
    warm.metrics.map(({ name }) => name),
    ['deps.cache.download.duration'],
  )
  assert.deepEqual(containers(), [])
})

test('a script that fails gives its exit code and its files', async () => {
  const result = await run('scripts.shell.Script', {
    ...inContainer(),
    outputFiles: ['why'],
    script: 'echo why > why; exit 7',
  })

  assert.equal(result.message, 'the command failed with exit code 7')
  assert.equal(result.outputs['exitCode'], 7)
  assert.deepEqual(Object.keys(result.outputs['outputFiles'] as ValueMap), ['why'])
  assert.deepEqual(containers(), [])
})

test('a program that is not in the image, and an image that is not there, say so', async () => {
  const program = await run('scripts.ruby.Script', { ...inContainer(), script: 'puts 1' })
  const image = await run('scripts.shell.Script', { ...inContainer(), containerImage: 'nowhere:1', script: 'x' })
  const entry = await run('scripts.shell.Script', { ...inContainer(), interpreter: ['/no/such'], script: 'x' })

  assert.equal(program.message, 'the command failed with exit code 127')
  assert.match(linesOf(program, 'ERROR').join(), /ruby: not found/)
  assert.match(image.message ?? '', /the image "nowhere:1" is not on the Docker engine/)
  assert.match(entry.message ?? '', /\/no\/such.*no such file/)
  assert.deepEqual(containers(), [])
})

test('limits hold: of memory, of CPUs, of shared memory', async () => {
  const limited = await run('scripts.shell.Script', {
    ...inContainer({ memory: { memory: '32MB', memorySwap: '32MB' }, cpu: { cpus: 0.5 }, shmSize: '8MB' }),
    script: 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null || true',
  })
  const greedy = await run('scripts.python.Script', {
    ...inContainer({ memory: { memory: '32MB', memorySwap: '32MB' } }),
    script: 'x = bytearray(200_000_000)',
  })

  assert.equal(limited.state, 'SUCCESS', limited.message)
  assert.ok(linesOf(limited, 'INFO').includes(String(32 * 1024 ** 2)), linesOf(limited, 'INFO').join())
  assert.equal(greedy.message, 'the command failed with exit code 137')
  assert.match(linesOf(greedy, 'ERROR').join(), /it used more memory than it may/)
})

test('folders are mounted where the server allows it, and the working folder instead of copied', async () => {
  const settings = { 'docker.volumes': 'true' }
  const mounted = await run(
    'scripts.shell.Script',
    {
      ...inContainer({ volumes: ['/etc:/outside:ro'] }),
      script: 'test -f /outside/hostname && ! touch /outside/x 2>/dev/null',
    },
    { settings },
  )
  const shared = await run('scripts.shell.Script', {
    ...inContainer({ fileHandlingStrategy: 'MOUNT' }),
    inputFiles: { 'in.txt': 'x' },
    outputFiles: ['out.txt'],
    script: 'cp in.txt out.txt',
  })

  assert.equal(mounted.state, 'SUCCESS', mounted.message)
  assert.deepEqual(Object.keys(shared.outputs['outputFiles'] as ValueMap), ['out.txt'], shared.message)
})

test('a flood of lines arrives whole', async () => {
  const result = await run('scripts.shell.Script', {
    ...inContainer(),
    script: 'yes "a line of some length" | head -n 50000',
  })

  assert.equal(linesOf(result, 'INFO').length, 50_000, result.message)
})

test('a kill leaves no container behind, whatever its processes do', async () => {
  const stop = new AbortController()
  const running = run(
    'scripts.shell.Script',
    { ...inContainer(), script: "trap '' TERM; sleep 1000 & while true; do sleep 1; done" },
    { signal: stop.signal },
  )
  await until(() => containers().length === 1)
  stop.abort(new TaskStopped('kill', 'the task was killed'))

  const result = await running

  assert.equal(result.message, 'the task was killed')
  assert.deepEqual(containers(), [])
})

test('a kill while the container comes into being leaves none behind either', async () => {
  for (const afterMs of [0, 5, 20, 60, 150]) {
    const stop = new AbortController()
    const running = run('scripts.shell.Script', { ...inContainer(), script: 'sleep 1000' }, { signal: stop.signal })
    await sleep(afterMs)
    stop.abort(new TaskStopped('kill', 'the task was killed'))

    assert.equal((await running).message, 'the task was killed')
    assert.deepEqual(containers(), [])
  }
})

test('an engine that is restarted meanwhile is a clear error, and its containers are gone', async () => {
  const running = run('scripts.shell.Script', { ...inContainer(), script: 'echo started; sleep 1000' })
  await until(() => engine.docker('ps', '-q') !== '')
  await engine.stop()
  await engine.start()

  const result = await running

  assert.match(result.message ?? '', /^the Docker engine at unix:\S+ went away while the task was running/)
  assert.deepEqual(containers(), [])
})

test('images are built, named, listed, run and removed', async () => {
  const built = await cli('Build', {
    dockerfile: `FROM ${IMAGE}\nARG WORD\nCOPY hello.txt /\nRUN echo $WORD >> /hello.txt\nLABEL team=data\nCMD ["cat", "/hello.txt"]`,
    inputFiles: { 'hello.txt': 'hello\n', 'sub/left-out.txt': 'x', '.dockerignore': 'sub' },
    buildArgs: { WORD: 'built' },
    tags: ['batuta-built:1', 'batuta-built:2'],
    pull: false,
  })
  assert.match(String(built.outputs['imageId']), /^sha256:/, built.message)
  const tagged = await cli('Tag', { sourceImage: 'batuta-built:1', targetImage: 'other/name:3' })
  const listed = await cli('ImageLs', { labelFilter: { team: 'data' } })
  const ran = await cli('Run', { containerImage: 'other/name:3', pullPolicy: 'NEVER' })
  const removed = await cli('Rm', { imageIds: ['batuta-built:1', 'batuta-built:2', 'other/name:3'] })

  assert.equal(tagged.state, 'SUCCESS', tagged.message)
  const [image] = listed.outputs['images'] as readonly { readonly repoTags: readonly string[] }[]
  assert.deepEqual(
    [listed.outputs['count'], [...(image?.repoTags ?? [])].sort()],
    [1, ['batuta-built:1', 'batuta-built:2', 'other/name:3']],
  )
  assert.deepEqual(linesOf(ran, 'INFO'), ['hello', 'built'], ran.message)
  assert.equal(removed.state, 'SUCCESS', removed.message)
  const gone = await cli('ImageLs', { imageNameFilter: 'batuta-built' })
  assert.equal(gone.outputs['count'], 0)
})

test('a build that fails says why', async () => {
  const result = await cli('Build', { dockerfile: `FROM ${IMAGE}\nRUN exit 3`, tags: ['x'], pull: false })

  assert.match(result.message ?? '', /^the image cannot be built: .*returned a non-zero code: 3/)
})

test('a container that goes on by itself is stopped, removed and pruned', async () => {
  const started = await cli('Run', {
    containerImage: IMAGE,
    pullPolicy: 'NEVER',
    commands: ['sleep', '1000'],
    wait: false,
  })
  const { containerId } = started.outputs['vars'] as { readonly containerId: string }
  const stopped = await cli('Stop', { containerId, kill: true, delete: false })
  const pruned = await cli('Prune', { pruneType: 'CONTAINERS' })

  assert.equal(stopped.state, 'SUCCESS', stopped.message)
  assert.ok(
    linesOf(pruned, 'INFO').some(line => line.startsWith('removed 1 of containers')),
    pruned.message,
  )
  assert.deepEqual(containers(), [])
})

test('what cannot be reached says so: a registry, a push', async () => {
  const pulled = await cli('Pull', { image: '127.0.0.1:1/nowhere:1' })
  engine.docker('tag', IMAGE, '127.0.0.1:1/there:1')
  const pushed = await cli('Push', { tags: ['127.0.0.1:1/there:1'] })

  assert.match(pulled.message ?? '', /^the image "127\.0\.0\.1:1\/nowhere:1" cannot be pulled: .*connection refused/)
  assert.match(pushed.message ?? '', /^the image "127\.0\.0\.1:1\/there:1" cannot be pushed: .*connection refused/)
})

const WHEEL = 'demo_batuta-1.0-py3-none-any.whl'

/** A package made by hand: nothing is built. */
function makeWheel(path: string): void {
  const info = 'demo_batuta-1.0.dist-info'
  const lines = [
    'import sys, zipfile',
    'z = zipfile.ZipFile(sys.argv[1], "w")',
    'z.writestr("demo_batuta.py", "ANSWER = 42\\n")',
    `z.writestr("${info}/METADATA", "Metadata-Version: 2.1\\nName: demo-batuta\\nVersion: 1.0\\n")`,
    `z.writestr("${info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")`,
    `z.writestr("${info}/RECORD", "demo_batuta.py,,\\n${info}/METADATA,,\\n${info}/WHEEL,,\\n${info}/RECORD,,\\n")`,
    'z.close()',
  ]
  execFileSync('python3', ['-c', lines.join('\n'), path])
}

function inContainer(options: ValueMap = {}): ValueMap {
  return { containerImage: IMAGE, taskRunner: { type: RUNNER, host: engine.host, pullPolicy: 'NEVER', ...options } }
}

function cli(type: string, properties: ValueMap): Promise<TestResult> {
  return run(`docker.cli.${type}`, { host: engine.host, ...properties })
}

async function run(type: string, properties: ValueMap, options: TestOptions = {}): Promise<TestResult> {
  const context = await createTestRunContext({ runners: docker.taskRunners, ...options })
  try {
    const task = [...script.tasks, ...docker.tasks].find(each => each.type === `io.kestra.plugin.${type}`)
    assert.ok(task, type)
    return await runTask(task, properties, context)
  } finally {
    await context.close()
  }
}

function containers(): readonly string[] {
  return engine.docker('ps', '-aq').split('\n').filter(Boolean)
}

const WAIT_MAX_MS = 60_000
const LOOK_AGAIN_MS = 50

async function until(holds: () => boolean): Promise<void> {
  for (let waitedMs = 0; !holds(); waitedMs += LOOK_AGAIN_MS) {
    assert.ok(waitedMs < WAIT_MAX_MS, `${holds} does not come true`)
    await sleep(LOOK_AGAIN_MS)
  }
}

function linesOf(result: TestResult, level: string): readonly string[] {
  return result.logs.filter(line => line.level === level).map(line => line.message)
}
