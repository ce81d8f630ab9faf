// What a flow says of a container reaches it over several ways: its own words, anchors, defaults of the flow, of the namespace and of the configuration.
// By none of them does an engine hear of all rights, of mounts, or of what no property of the runner is.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { StubEngine, type StubConfig } from '../../plugins/docker/src/testing/stub-engine.ts'
import { apiOf, type Api } from './api-of.ts'
import { startBatuta, type StartedBatuta } from './batuta.ts'
import { makePlaces, type Places } from './places.ts'

const SHELL = 'io.kestra.plugin.scripts.shell.Commands'
const DOCKER = 'io.kestra.plugin.scripts.runner.docker.Docker'
const WANTED =
  'volumes: ["/:/host"], capAdd: [ALL], pidMode: host, HostConfig: { Privileged: true, Binds: ["/:/host"] }'

let places: Places
let batuta: StartedBatuta
let api: Api
let engine: StubEngine
const seen: StubConfig[] = []
const ends: (() => unknown)[] = []

before(async () => {
  engine = await StubEngine.start({ after: end => void ends.push(end as () => unknown) })
  engine.images.add('alpine')
  engine.behaviour = container => {
    seen.push(container.config)
    return 0
  }
  places = makePlaces()
  const configured = `plugins: { defaults: [{ type: ${DOCKER}, values: { ipcMode: host, SecurityOpt: [seccomp=unconfined] } }] }`
  batuta = await startBatuta({
    ...places,
    environment: { BATUTA_DOCKER_HOST: engine.host, KESTRA_CONFIGURATION: `kestra: { ${configured} }` },
  })
  api = apiOf(batuta.address)
})

after(async () => {
  await batuta.stop()
  places.remove()
  for (const end of ends) await end()
})

function flowOf(runner: string, more = ''): string {
  return `
id: contained
namespace: docker.fields
tasks:
  - id: box
    type: ${SHELL}
    containerImage: alpine
    commands: ["true"]
    taskRunner: { type: ${DOCKER}, pullPolicy: NEVER${runner} }
${more}`
}

async function toldBy(flow: string): Promise<{ readonly state: string; readonly told: readonly StubConfig[] }> {
  const from = seen.length
  await api.save(flow)
  const { state } = await api.run('docker.fields.contained')
  return { state: state.current, told: seen.slice(from) }
}

const WAYS: Readonly<Record<string, string>> = {
  'its own words': flowOf(`, ${WANTED}`),
  'defaults of the flow': flowOf('', `pluginDefaults: [{ type: ${DOCKER}, values: { ${WANTED} } }]`),
  'forced defaults of the flow': flowOf(
    '',
    `pluginDefaults: [{ type: ${DOCKER}, forced: true, values: { ${WANTED} } }]`,
  ),
  'defaults of the task': flowOf('', `pluginDefaults: [{ type: ${SHELL}, values: { docker: { ${WANTED} } } }]`),
  'an anchor': flowOf('')
    .replace(/taskRunner: .*/, 'taskRunner: *wanted')
    .replace('tasks:', `variables: { wanted: &wanted { type: ${DOCKER}, pullPolicy: NEVER, ${WANTED} } }\ntasks:`),
}

for (const [way, flow] of Object.entries(WAYS))
  test(`a container gets nothing of its machine by ${way}`, async () => {
    const { state, told } = await toldBy(flow)

    assert.equal(state, 'SUCCESS')
    assert.deepEqual(
      told.map(({ HostConfig }) => HostConfig),
      [{}],
    )
  })

test('all rights are refused wherever they are asked for, as a value or as an expression', async () => {
  const places = (value: string): readonly string[] => [
    flowOf(`, privileged: ${value}`),
    flowOf('', `pluginDefaults: [{ type: ${DOCKER}, forced: true, values: { privileged: ${value} } }]`),
  ]
  for (const flow of [...places('true'), ...places('"{{ 1 == 1 }}"')]) {
    const { state, told } = await toldBy(flow)

    assert.deepEqual([state, told], ['FAILED', []])
  }
})

test('defaults of a namespace reach a container no further', async () => {
  const values = { volumes: ['/:/host'], privileged: true, Devices: ['/dev/sda'] }
  const body = JSON.stringify({ id: 'docker', pluginDefaults: [{ type: DOCKER, forced: true, values }] })
  await api.call('POST', '/namespaces', { body, type: 'application/json' })

  const { state, told } = await toldBy(flowOf(''))

  assert.deepEqual([state, told], ['FAILED', []])
})
