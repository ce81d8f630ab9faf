import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import {
  DOCKER_RUNNER_TYPE,
  createTestRunContext,
  defineTask,
  runScript,
  runTask,
  scriptProperties,
  TaskStopped,
} from '@batuta/plugin-sdk'
import type { TestOptions, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { StubEngine, type StubConfig } from '../testing/stub-engine.ts'
import { dockerRunner } from './docker-runner.ts'

test('a script runs in a container: its files go in, its lines and files come out, nothing is left', async t => {
  const { engine, run } = await open(t)
  engine.behaviour = container => {
    const folder = container.config.WorkingDir
    assert.equal(container.files.get(`${folder}/data/in.txt`), 'content')
    assert.equal(container.files.get(join(run.ctx.cacheDir, 'libraries/library.txt')), 'read')
    assert.deepEqual(container.config.Cmd, ['/bin/sh', '-c', 'set -e\nmake result'])
    assert.ok(container.config.Env.includes(`WORKING_DIR=${folder}`))
    container.say('stdout', 'first\n::{"outputs":{"n":3}}::\nsec')
    container.say('stderr', 'oops\n')
    container.say('stdout', 'ond\n')
    container.files.set(`${folder}/result.txt`, 'made')
    container.files.set(`${folder}/.batuta/out/of/outputs.txt`, 'kept')
    return 0
  }

  const result = await runIn(run, engine, {
    command: 'make result',
    inputFiles: { 'data/in.txt': 'content' },
    outputFiles: ['*.txt'],
  })

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(linesOf(result, 'INFO'), ['first', 'second'])
  assert.deepEqual(linesOf(result, 'ERROR'), ['oops'])
  assert.deepEqual(result.outputs['vars'], { n: 3 })
  assert.deepEqual(Object.keys(result.outputs['outputFiles'] as ValueMap), ['result.txt', 'of/outputs.txt'])
  assert.equal(engine.containers.size, 0)
})

test('a command that fails ends as it does in a process, and its files are kept', async t => {
  const { engine, run } = await open(t)
  engine.behaviour = container => {
    container.files.set(`${container.config.WorkingDir}/why.log`, 'x')
    container.oomKilled = true
    return 137
  }

  const result = await runIn(run, engine, { command: 'x', outputFiles: ['*.log'] })

  assert.equal(result.message, 'the command failed with exit code 137')
  assert.equal(result.outputs['exitCode'], 137)
  assert.deepEqual(Object.keys(result.outputs['outputFiles'] as ValueMap), ['why.log'])
  assert.deepEqual(linesOf(result, 'ERROR'), ['the container was ended because it used more memory than it may'])
  assert.equal(engine.containers.size, 0)
})

test('characters and lines that are cut between frames come whole', async t => {
  const { engine, run } = await open(t)
  const bytes = Buffer.from('grüß €\nlast')
  engine.behaviour = container => {
    for (const byte of bytes) container.sayBytes('stdout', Buffer.from([byte]))
    return 0
  }

  const result = await runIn(run, engine, { command: 'x' })

  assert.deepEqual(linesOf(result, 'INFO'), ['grüß €', 'last'])
})

test('a flood of lines is read as fast as the log takes it', async t => {
  const { engine, run } = await open(t)
  const lines = Array.from({ length: 20_000 }, (_, at) => `line ${at} ${'x'.repeat(50)}`)
  engine.behaviour = container => {
    container.say('stdout', `${lines.join('\n')}\n`)
    container.say('stderr', `${lines.slice(0, 5_000).join('\n')}\n`)
    return 0
  }

  const result = await runIn(run, engine, { command: 'x' })

  assert.deepEqual(linesOf(result, 'INFO'), lines)
  assert.equal(linesOf(result, 'ERROR').length, 5_000)
})

test('properties become what the engine calls them', async t => {
  const { engine, run } = await open(t, { settings: { 'docker.volumes': 'true', 'docker.privileged': 'true' } })
  let config: StubConfig | undefined
  engine.behaviour = container => {
    config = container.config
    return 0
  }

  const result = await runIn(run, engine, {
    command: 'x',
    runner: {
      user: '1000:1000',
      entryPoint: ['/entry'],
      extraHosts: ['db:10.0.0.1'],
      networkMode: 'host',
      volumes: ['/data:/data:ro'],
      cpu: { cpus: 1.5 },
      memory: { memory: '512MB', memorySwap: '-1', memoryReservation: '{{ 256 }}MB' },
      shmSize: '64MB',
      privileged: true,
      portBindings: ['8080:80', '127.0.0.1:53:53/udp'],
      deviceRequests: [{ driver: 'nvidia', count: -1, capabilities: [['gpu']] }],
    },
  })

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.equal(config?.User, '1000:1000')
  assert.deepEqual(config?.Entrypoint, ['/entry'])
  assert.deepEqual(config?.ExposedPorts, { '80/tcp': {}, '53/udp': {} })
  assert.deepEqual(config?.HostConfig, {
    ExtraHosts: ['db:10.0.0.1'],
    NetworkMode: 'host',
    Binds: ['/data:/data:ro'],
    DeviceRequests: [{ Driver: 'nvidia', Count: -1, Capabilities: [['gpu']] }],
    NanoCpus: 1.5e9,
    Memory: 512 * 1024 ** 2,
    MemorySwap: -1,
    MemoryReservation: 256 * 1024 ** 2,
    ShmSize: 64 * 1024 ** 2,
    Privileged: true,
    PortBindings: {
      '80/tcp': [{ HostIp: '', HostPort: '8080' }],
      '53/udp': [{ HostIp: '127.0.0.1', HostPort: '53' }],
    },
  })
})

test('mounts and all rights are for installations that allow them', async t => {
  const { engine, run } = await open(t)
  let config: StubConfig | undefined
  engine.behaviour = container => {
    config = container.config
    return 0
  }

  const mounted = await runIn(run, engine, { command: 'x', runner: { volumes: ['/:/host'] } })
  const privileged = await runIn(run, engine, { command: 'x', runner: { privileged: true } })

  assert.equal(config?.HostConfig.Binds, undefined)
  assert.match(linesOf(mounted, 'WARN').join(), /`volumes` is passed over: .*docker\.volumes/)
  assert.match(privileged.message ?? '', /"privileged" is refused: .*docker\.privileged/)
})

test('a folder may be mounted instead of copied', async t => {
  const { engine, run } = await open(t)
  let config: StubConfig | undefined
  engine.behaviour = container => {
    config = container.config
    assert.equal(container.files.size, 0)
    return 0
  }

  const result = await runIn(run, engine, { command: 'x', runner: { fileHandlingStrategy: 'MOUNT' } })

  assert.equal(result.state, 'SUCCESS', result.message)
  const libraries = join(run.ctx.cacheDir, 'libraries')
  assert.deepEqual(config?.HostConfig.Binds, [
    `${config?.WorkingDir}:${config?.WorkingDir}`,
    `${libraries}:${libraries}:ro`,
  ])
})

test('images are pulled as the policy says, with the login of their registry', async t => {
  const { engine, run } = await open(t)
  const pulls = (): readonly string[] =>
    engine.requests
      .filter(({ path }) => path === '/images/create')
      .map(({ query }) => `${query['fromImage']}:${query['tag']}`)

  const never = await runIn(run, engine, { command: 'x', image: 'missing', runner: { pullPolicy: 'NEVER' } })
  await runIn(run, engine, { command: 'x', runner: { pullPolicy: 'IF_NOT_PRESENT' } })
  assert.deepEqual(pulls(), [])
  assert.match(never.message ?? '', /the image "missing" is not on the Docker engine .* pullPolicy is NEVER/)

  const registry = 'registry.example:5000'
  const credentials = { registry, username: 'ada', password: 'very-secret' }
  const image = `${registry}/team/tool:2`
  await runIn(run, engine, { command: 'x', image, runner: { pullPolicy: 'ALWAYS', credentials } })
  const config = { auths: { 'https://index.docker.io/v1/': { auth: Buffer.from('bob:pw-of-bob').toString('base64') } } }
  await runIn(run, engine, {
    command: 'x',
    image: 'alpine',
    runner: { config: JSON.stringify(config), pullPolicy: 'ALWAYS' },
  })

  assert.deepEqual(pulls(), [image, 'alpine:latest'])
  assert.deepEqual(engine.logins, [
    { username: 'ada', password: 'very-secret', serveraddress: registry },
    { username: 'bob', password: 'pw-of-bob', serveraddress: 'https://index.docker.io/v1/' },
  ])
})

test('a pull that the engine breaks off says why, and no password', async t => {
  const { engine, run } = await open(t)
  engine.answers.set('/images/create', [200, [{ status: 'Pulling' }, { error: 'manifest for alpine:9 not found' }]])

  const result = await runIn(run, engine, {
    command: 'x',
    image: 'alpine:9',
    runner: { pullPolicy: 'ALWAYS', credentials: { username: 'a', password: 'very-secret' } },
  })

  assert.equal(result.message, 'the image "alpine:9" cannot be pulled: manifest for alpine:9 not found')
  assert.doesNotMatch(JSON.stringify(result.logs), /very-secret/)
})

test('a kill removes the container, running or not', async t => {
  const stop = new AbortController()
  const { engine, run } = await open(t, { signal: stop.signal })
  engine.behaviour = () => {
    stop.abort(new TaskStopped('kill', 'the task was killed'))
    return new Promise<never>(() => {})
  }

  const result = await runIn(run, engine, { command: 'sleep' })

  assert.equal(result.message, 'the task was killed')
  assert.equal(engine.containers.size, 0)
})

test('with a grace the container is asked to end first', async t => {
  const stop = new AbortController()
  const { engine, run } = await open(t, { signal: stop.signal })
  engine.behaviour = () => {
    stop.abort(new TaskStopped('kill', 'the task was killed'))
    return new Promise<never>(() => {})
  }

  await runIn(run, engine, { command: 'sleep', runner: { killGracePeriod: 'PT5S' } })

  const ends = engine.requests.filter(({ path, method }) => path.endsWith('/stop') || method === 'DELETE')
  assert.deepEqual(
    ends.map(({ method, query }) => [method, query['t']]),
    [
      ['POST', '5'],
      ['DELETE', undefined],
    ],
  )
})

test('an engine that goes away meanwhile is an error that says so, and the container is removed when it is back', async t => {
  const { engine, run } = await open(t)
  engine.behaviour = async container => {
    container.say('stdout', 'before\n')
    setImmediate(() => void engine.stop().then(() => engine.listen()))
    return await new Promise<never>(() => {})
  }

  const result = await runIn(run, engine, { command: 'x' })

  assert.match(
    result.message ?? '',
    /^the Docker engine at unix:\S+ went away while the task was running \(.+\): it was stopped/,
  )
  assert.equal(engine.containers.size, 0)
})

test('without an engine the error says where it was looked for and how to do without', async t => {
  const { engine, run } = await open(t)
  await engine.stop()

  const result = await runIn(run, engine, { command: 'x' })

  assert.match(result.message ?? '', /^no Docker engine answers at unix:\S+ \(.*(?:ENOENT|ECONNREFUSED).*\): start one/)
  assert.match(result.message ?? '', /core\.runner\.Process.*docker\.instead: process/)
})

test('an installation without containers may have them run as processes', async t => {
  const { engine, run } = await open(t, { settings: { 'docker.instead': 'process' } })

  const result = await runIn(run, engine, { command: 'echo here' })

  assert.deepEqual(linesOf(result, 'INFO'), ['here'], result.message)
  assert.equal(engine.requests.length, 0)
})

test('a worker goes on with the container that another one has left of its attempt', async t => {
  const { engine, run } = await open(t)
  const left = new Promise<void>(resolve => {
    engine.behaviour = async container => {
      container.say('stdout', 'long work\n')
      resolve()
      await once(container.events, 'finish')
      container.files.set(`${container.config.WorkingDir}/late.txt`, 'late')
      return 0
    }
  })
  const gone = await openRun(t)
  const first = runIn(gone, engine, { command: 'x' })
  await left
  const second = runIn(run, engine, { command: 'x', outputFiles: ['late.txt'] })
  const container = engine.one()
  await once(container.events, 'renamed')
  container.events.emit('finish')

  const result = await second
  await first

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(linesOf(result, 'INFO').slice(-1), ['long work'])
  assert.deepEqual(Object.keys(result.outputs['outputFiles'] as ValueMap), ['late.txt'])
  assert.equal(engine.requests.filter(({ path }) => path === '/containers/create').length, 1)
})

test('the older words for the runner still work', async t => {
  const { engine, run } = await open(t)
  let config: StubConfig | undefined
  engine.behaviour = container => {
    config = container.config
    return 0
  }
  const docker = { image: '{{ "al" ~ "pine" }}', user: 'nobody', pullPolicy: 'NEVER', host: engine.host }

  const result = await runTask(shell, { command: 'x', runner: 'DOCKER', docker }, run)

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.equal(config?.Image, 'alpine')
  assert.equal(config?.User, 'nobody')
})

/** The shell's task, in short. */
const shell = defineTask({
  type: 'test.Shell',
  title: 'Run a command.',
  properties: { ...scriptProperties, command: scriptProperties.containerImage.required() },
  run: (ctx, props) =>
    runScript(ctx, props, async session => {
      const folder = join(ctx.cacheDir, 'libraries')
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, 'library.txt'), 'read')
      if (session.isContained) session.reads.push(folder)
      return [await props.command.render()]
    }),
})

async function open(
  t: TestContext,
  options: TestOptions = {},
): Promise<{ readonly engine: StubEngine; readonly run: TestRun }> {
  const engine = await StubEngine.start(t)
  engine.images.add('alpine')
  return { engine, run: await openRun(t, options) }
}

async function openRun(t: TestContext, options: TestOptions = {}): Promise<TestRun> {
  const run = await createTestRunContext({ runners: [dockerRunner], ...options })
  t.after(() => run.close())
  return run
}

interface Asked {
  readonly command: string
  readonly image?: string
  readonly runner?: ValueMap
  readonly inputFiles?: ValueMap
  readonly outputFiles?: readonly string[]
}

function runIn(run: TestRun, engine: StubEngine, asked: Asked): Promise<TestResult> {
  const { image = 'alpine', runner = {}, ...properties } = asked
  const taskRunner = { type: DOCKER_RUNNER_TYPE, host: engine.host, pullPolicy: 'NEVER', ...runner }
  return runTask(shell, { ...properties, containerImage: image, taskRunner }, run)
}

function linesOf(result: TestResult, level: string): readonly string[] {
  return result.logs.filter(line => line.level === level).map(line => line.message)
}
