import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createTestRunContext, runTask, TaskStopped } from '@batuta/plugin-sdk'
import type { TestOptions, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { tasks } from '../index.ts'
import { StubEngine, type StubConfig } from '../testing/stub-engine.ts'

test('Run gives outputs and files, in a folder of its own where files are asked for', async t => {
  const { engine, as } = await open(t)
  engine.behaviour = container => {
    const folder = container.config.WorkingDir ?? ''
    assert.equal(container.files.get(`${folder}/in.txt`), 'content')
    container.say('stdout', '::{"outputs":{"n":1}}::\nhello\n')
    container.say('stderr', 'careful\n')
    container.files.set(`${folder}/out.txt`, 'made')
    return 0
  }

  const properties = {
    containerImage: 'alpine',
    commands: ['cp', '{{ workingDir }}/in.txt', 'out.txt'],
    inputFiles: { 'in.txt': 'content' },
    outputFiles: ['out.txt'],
    env: { A: '{{ 1 + 1 }}' },
  }
  const result = await as('Run', properties)
  const warned = await as('Run', { ...properties, warningOnStdErr: true })

  assert.deepEqual([result.state, warned.state], ['SUCCESS', 'WARNING'], result.message)
  assert.deepEqual(result.outputs['vars'], { n: 1 })
  assert.deepEqual(Object.keys(result.outputs['outputFiles'] as ValueMap), ['out.txt'])
  assert.equal(engine.containers.size, 0)
})

test('Run without files leaves folder, entry point and command to the image', async t => {
  const { engine, as } = await open(t)
  let config: StubConfig | undefined
  engine.behaviour = container => {
    config = container.config
    return 5
  }

  const result = await as('Run', { containerImage: 'alpine' })

  assert.equal(result.message, 'the command failed with exit code 5')
  assert.equal(result.outputs['exitCode'], 5)
  assert.deepEqual([config?.WorkingDir, config?.Entrypoint, config?.Cmd], [undefined, undefined, []])
})

test('Run that does not wait leaves its container, and Stop ends it', async t => {
  const { engine, as } = await open(t)
  engine.behaviour = () => new Promise<never>(() => {})

  const started = await as('Run', { containerImage: 'alpine', wait: false, portBindings: ['8080:80'] })
  const { containerId } = started.outputs['vars'] as { containerId: string }
  assert.equal(engine.one().id, containerId)
  const kept = await as('Stop', { containerId, delete: false })
  assert.equal(engine.one().state, 'exited')
  const stopped = await as('Stop', { containerId, kill: true })
  const missing = await as('Stop', { containerId: 'nobody' })

  assert.deepEqual([kept.state, stopped.state], ['SUCCESS', 'SUCCESS'], kept.message)
  assert.equal(engine.containers.size, 0)
  assert.match(missing.message ?? '', /^the container "nobody" is not on the Docker engine at unix:/)
})

test('a kill of Run removes its container', async t => {
  const stop = new AbortController()
  const { engine, as } = await open(t, { signal: stop.signal })
  engine.behaviour = () => {
    stop.abort(new TaskStopped('kill', 'the task was killed'))
    return new Promise<never>(() => {})
  }

  const result = await as('Run', { containerImage: 'alpine' })

  assert.equal(result.message, 'the task was killed')
  assert.equal(engine.containers.size, 0)
})

test('Build sends the files, and gives the id, tags and pushes', async t => {
  const { engine, as } = await open(t)
  engine.answers.set('/build', [200, [{ stream: 'Step 1/2 : FROM scratch\n' }, { aux: { ID: 'sha256:abc' } }]])
  engine.answers.set('/images/sha256:abc/tag', [201, []])
  for (const name of ['team/tool', 'registry.example/tool'])
    engine.answers.set(`/images/${name}/push`, [200, [{ status: 'Pushed', id: 'x' }]])

  const result = await as('Build', {
    dockerfile: 'FROM scratch\nCOPY main.py /',
    inputFiles: { 'main.py': 'print(1)', 'sub/b.txt': 'b', 'skipped/c.txt': 'c', '.dockerignore': 'skipped\n' },
    tags: ['team/tool:1', 'registry.example/tool:2'],
    buildArgs: { VERSION: '{{ 3 }}' },
    labels: { team: 'data' },
    target: 'last',
    push: true,
    credentials: { registry: 'registry.example', username: 'ci', password: 'very-secret' },
  })

  const sent = engine.requests.find(({ path }) => path === '/build')
  assert.deepEqual(result.outputs, { imageId: 'sha256:abc' }, result.message)
  assert.deepEqual(sent?.body.split('\n').sort(), ['.batuta.dockerfile', '.dockerignore', 'main.py', 'sub/b.txt'])
  assert.deepEqual(sent?.query, {
    pull: 'true',
    buildargs: '{"VERSION":"3"}',
    labels: '{"team":"data"}',
    target: 'last',
    rm: 'true',
    forcerm: 'true',
    dockerfile: '.batuta.dockerfile',
    t: 'team/tool:1',
  })
  const config = JSON.parse(Buffer.from(String(sent?.headers['x-registry-config']), 'base64url').toString('utf8'))
  assert.deepEqual(config, { 'registry.example': { username: 'ci', password: 'very-secret' } })
  const tagged = engine.requests.find(({ path }) => path.endsWith('/tag'))
  assert.deepEqual(tagged?.query, { repo: 'registry.example/tool', tag: '2' })
  assert.deepEqual(engine.logins, [{}, { username: 'ci', password: 'very-secret', serveraddress: 'registry.example' }])
  assert.ok(result.metrics.some(({ name, value }) => name === 'bytes' && value > 2_000))
  assert.doesNotMatch(JSON.stringify(result.logs), /very-secret/)
})

test('a build that fails says which step, and a Dockerfile that is not there where it was looked for', async t => {
  const { engine, as } = await open(t)
  engine.answers.set('/build', [200, [{ stream: 'Step 2/2' }, { error: 'COPY failed: no such file main.py' }]])

  const failed = await as('Build', { dockerfile: 'FROM scratch', tags: ['x'] })
  const missing = await as('Build', { dockerfile: 'docker/Dockerfile', tags: ['x'] })
  const platforms = await as('Build', {
    dockerfile: 'FROM scratch',
    tags: ['x'],
    platforms: ['linux/amd64', 'linux/arm64'],
  })

  assert.equal(failed.message, 'the image cannot be built: COPY failed: no such file main.py')
  assert.match(missing.message ?? '', /^there is no Dockerfile "docker\/Dockerfile" among the files of the task/)
  assert.match(platforms.message ?? '', /for one platform at a time/)
})

test('Pull, Push and Tag name the image that they fail with', async t => {
  const { engine, as } = await open(t)
  engine.answers.set('/images/alpine/push', [200, [{ error: 'denied: requested access is denied' }]])

  const pulled = await as('Pull', { image: 'busybox' })
  const pushed = await as('Push', { tags: ['alpine:3'] })
  const tagged = await as('Tag', { sourceImage: 'nowhere', targetImage: 'x:1' })

  assert.equal(pulled.state, 'SUCCESS', pulled.message)
  assert.ok(engine.images.has('busybox:latest'))
  assert.equal(pushed.message, 'the image "alpine:3" cannot be pushed: denied: requested access is denied')
  assert.match(tagged.message ?? '', /^the image "nowhere" is not on the Docker engine/)
})

test('ImageLs asks with filters and gives what the engine has', async t => {
  const { engine, as } = await open(t)
  const image = { Id: 'sha256:1', RepoTags: ['a:1'], RepoDigests: null, Size: 5, Created: 7, Labels: null }
  engine.answers.set('/images/json', [200, [[image]]])

  const result = await as('ImageLs', { imageNameFilter: 'a*', labelFilter: { team: 'data', any: '' }, showAll: true })

  const [sent] = engine.requests.filter(({ path }) => path === '/images/json')
  assert.deepEqual(JSON.parse(sent?.query['filters'] ?? ''), { reference: ['a*'], label: ['team=data', 'any'] })
  assert.deepEqual(result.outputs, {
    images: [{ id: 'sha256:1', repoTags: ['a:1'], repoDigests: [], size: 5, created: 7, labels: {} }],
    count: 1,
  })
})

test('Rm and Prune remove what they are told, and never more', async t => {
  const { engine, as } = await open(t)
  engine.answers.set('/images/old:1', [200, [[{ Untagged: 'old:1' }]]])
  engine.answers.set('/images/prune', [200, [{ ImagesDeleted: [{ Deleted: 'a' }], SpaceReclaimed: 9 }]])

  const removed = await as('Rm', { imageIds: ['old:1'], force: true })
  const nothing = await as('Rm', {})
  const missing = await as('Rm', { containerIds: ['nobody'] })
  const pruned = await as('Prune', { pruneType: 'images', dangling: true, until: '24h', labelFilters: ['team=data'] })
  const unknown = await as('Prune', { pruneType: 'VOLUMES', until: '24h' })

  assert.equal(removed.state, 'SUCCESS', removed.message)
  assert.match(nothing.message ?? '', /nothing to remove/)
  assert.match(missing.message ?? '', /^the container "nobody" is not/)
  const [sent] = engine.requests.filter(({ path }) => path === '/images/prune')
  assert.deepEqual(JSON.parse(sent?.query['filters'] ?? ''), {
    until: ['24h'],
    label: ['team=data'],
    dangling: ['true'],
  })
  assert.ok(pruned.logs.some(({ message }) => message === 'removed 1 of images, 9 bytes'))
  assert.equal(unknown.message, 'the filter "until" is unknown for pruneType VOLUMES: leave it out')
})

test('Compose runs docker compose over the files, and says when there is no docker command', async t => {
  const { run } = await open(t)
  const stub = `docker() { echo "docker $*"; cat batuta-compose-0.yaml; }`

  const result = await runAs(run, 'Compose', {
    beforeCommands: [stub],
    composeFile: 'services:\n  a: {}\n',
    inputFiles: { 'more.yaml': 'services: {}' },
    composeFiles: ['more.yaml'],
    composeArgs: ['up', '--wait', 'a b'],
  })
  const none = await runAs(run, 'Compose', { composeArgs: ['ps'], env: { PATH: '/nowhere' } })

  assert.deepEqual(
    result.logs.filter(({ level }) => level === 'INFO').map(({ message }) => message),
    ['docker compose -f batuta-compose-0.yaml -f more.yaml up --wait a b', 'services:', '  a: {}'],
    result.message,
  )
  assert.match(none.message ?? '', /^"docker" is not on the PATH of this worker/)
})

type As = (type: string, properties: ValueMap) => Promise<TestResult>

async function open(
  t: TestContext,
  options: TestOptions = {},
): Promise<{ readonly engine: StubEngine; readonly run: TestRun; readonly as: As }> {
  const engine = await StubEngine.start(t)
  engine.images.add('alpine')
  const run = await createTestRunContext(options)
  t.after(() => run.close())
  return { engine, run, as: (type, properties) => runAs(run, type, { host: engine.host, ...properties }) }
}

async function runAs(run: TestRun, type: string, properties: ValueMap): Promise<TestResult> {
  const task = tasks.find(each => each.type === `io.kestra.plugin.docker.cli.${type}`)
  assert.ok(task, type)
  return await runTask(task, properties, run)
}
