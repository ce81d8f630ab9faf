// What would give a container more of its machine than it is meant to have: by every door through which a flow can describe one, the engine is told of none of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import {
  DOCKER_RUNNER_TYPE,
  createTestRunContext,
  defineTask,
  runScript,
  runTask,
  scriptProperties,
} from '@batuta/plugin-sdk'
import type { TestResult, TestRun, Value, ValueMap } from '@batuta/plugin-sdk'
import { run as runContainerTask } from './run.ts'
import { StubEngine, type StubConfig } from '../testing/stub-engine.ts'
import { dockerRunner } from '../runner/docker-runner.ts'

const SOCKET = '/var/run/docker.sock'
/** As flows, compose files and the engine spell them. */
const DANGEROUS: readonly (readonly [name: string, value: Value])[] = [
  ['privileged', true],
  ['privileged', 'true'],
  ['privileged', '{{ 1 == 1 }}'],
  ['Privileged', true],
  ['volumes', [`${SOCKET}:${SOCKET}`]],
  ['volumes', ['/:/host:rw']],
  ['volumes', ['{{ "/" }}:/host']],
  ['volumes', ['/proc:/host/proc:ro', '/sys:/sys']],
  ['binds', ['/:/host']],
  ['Binds', ['/:/host']],
  ['mounts', [{ type: 'bind', source: '/', target: '/host' }]],
  ['Mounts', [{ Type: 'bind', Source: '/', Target: '/host' }]],
  ['volumesFrom', ['batuta']],
  ['VolumesFrom', ['batuta']],
  ['capAdd', ['ALL']],
  ['CapAdd', ['SYS_ADMIN']],
  ['cap_add', ['SYS_PTRACE']],
  ['capabilities', ['NET_ADMIN']],
  ['securityOpt', ['seccomp=unconfined', 'apparmor=unconfined']],
  ['SecurityOpt', ['no-new-privileges=false']],
  ['security_opt', ['label=disable']],
  ['pid', 'host'],
  ['pidMode', 'host'],
  ['PidMode', 'container:batuta'],
  ['ipc', 'host'],
  ['IpcMode', 'host'],
  ['uts', 'host'],
  ['UTSMode', 'host'],
  ['usernsMode', 'host'],
  ['UsernsMode', 'host'],
  ['cgroupnsMode', 'host'],
  ['CgroupnsMode', 'host'],
  ['cgroupParent', '/'],
  ['CgroupParent', '/system.slice'],
  ['devices', ['/dev/sda:/dev/sda:rwm']],
  ['Devices', [{ PathOnHost: '/dev/mem', PathInContainer: '/dev/mem', CgroupPermissions: 'rwm' }]],
  ['DeviceCgroupRules', ['a *:* rwm']],
  ['sysctls', { 'kernel.core_pattern': '|/x' }],
  ['Sysctls', { 'net.ipv4.ip_forward': '1' }],
  ['runtime', 'sysbox-runc'],
  ['Runtime', 'runc-unconfined'],
  ['MaskedPaths', []],
  ['ReadonlyPaths', []],
  ['GroupAdd', ['docker', '0']],
  ['OomScoreAdj', -1000],
  ['ulimits', { nofile: 1_048_576 }],
  ['Ulimits', [{ Name: 'core', Soft: -1, Hard: -1 }]],
  ['RestartPolicy', { Name: 'always' }],
  ['LogConfig', { Type: 'syslog', Config: { 'syslog-address': 'udp://10.0.0.1' } }],
  ['StorageOpt', { size: '1T' }],
  ['Annotations', { 'io.katacontainers.config': 'x' }],
  ['hostConfig', { Privileged: true, Binds: ['/:/host'] }],
  ['HostConfig', { Privileged: true, Binds: ['/:/host'] }],
  ['deviceRequests', [{ driver: 'nvidia', options: { Privileged: 'true', PathOnHost: '/dev/sda' } }]],
]

/** What the engine may be told; of the two last only that they are no more than was written as a plain property of the flow. */
const TOLD = new Set(['DeviceRequests', 'NetworkMode'])

interface World {
  readonly engine: StubEngine
  readonly run: TestRun
  readonly seen: StubConfig[]
}

async function open(t: TestContext, settings: Readonly<Record<string, string>> = {}): Promise<World> {
  const engine = await StubEngine.start(t)
  engine.images.add('alpine')
  const seen: StubConfig[] = []
  engine.behaviour = container => {
    seen.push(container.config)
    return 0
  }
  const run = await createTestRunContext({ runners: [dockerRunner], settings })
  t.after(() => run.close())
  return { engine, run, seen }
}

const script = defineTask({
  type: 'test.Script',
  title: 'Run a command.',
  properties: { ...scriptProperties, command: scriptProperties.containerImage.required() },
  run: (ctx, props) => runScript(ctx, props, async () => [await props.command.render()]),
})

const DOORS: Readonly<Record<string, (world: World, more: ValueMap) => Promise<TestResult>>> = {
  'the runner of a script': ({ run, engine }, more) => {
    const taskRunner = { type: DOCKER_RUNNER_TYPE, host: engine.host, pullPolicy: 'NEVER', ...more }
    return runTask(script, { command: 'x', containerImage: 'alpine', taskRunner }, run)
  },
  'the options of an older script': ({ run, engine }, more) => {
    const docker = { image: 'alpine', host: engine.host, pullPolicy: 'NEVER', ...more }
    return runTask(script, { command: 'x', runner: 'DOCKER', docker }, run)
  },
  'the task that runs a container': ({ run, engine }, more) => {
    const properties = { containerImage: 'alpine', host: engine.host, pullPolicy: 'NEVER', ...more }
    return runTask(runContainerTask, properties, run)
  },
}

for (const [door, enter] of Object.entries(DOORS))
  test(`${door} gives a container nothing of its machine`, async t => {
    const world = await open(t)

    for (const [name, value] of DANGEROUS) {
      const about = `${name}: ${JSON.stringify(value)}`
      const before = world.seen.length
      const result = await enter(world, { [name]: value })
      const told = world.seen.slice(before)
      // Refused, or run without it.
      if (result.state === 'SUCCESS') assert.equal(told.length, 1, about)
      else assert.deepEqual(told, [], about)
      for (const { HostConfig } of told) {
        const beyond = Object.entries(HostConfig).filter(([key, item]) => !TOLD.has(key) && !isNothing(item))
        assert.deepEqual(beyond, [], about)
        for (const { Options, ...request } of Object(HostConfig['DeviceRequests'] ?? []))
          assert.deepEqual([Object.keys(request), Object.keys(Options)], [['Driver'], ['Privileged', 'PathOnHost']])
      }
    }
  })

function isNothing(value: unknown): boolean {
  return value === false || value === 0 || (Array.isArray(value) && value.length === 0)
}

test('all rights are refused by name, and mounts passed over with a word, until the installation allows them', async t => {
  const world = await open(t)
  const allowing = await open(t, { 'docker.volumes': 'true', 'docker.privileged': 'true' })
  const wanted = { privileged: true, volumes: ['/:/host'] }

  for (const enter of Object.values(DOORS)) {
    const refused = await enter(world, wanted)
    assert.match(refused.message ?? '', /"privileged" is refused: .*docker\.privileged/)
    const mounted = await enter(world, { volumes: ['/:/host'] })
    assert.match(mounted.logs.map(({ message }) => message).join(), /`volumes` is passed over: .*docker\.volumes/)
    assert.equal((await enter(allowing, wanted)).state, 'SUCCESS')
  }

  assert.deepEqual(
    allowing.seen.map(({ HostConfig }) => [HostConfig['Privileged'], HostConfig.Binds]),
    Object.keys(DOORS).map(() => [true, ['/:/host']]),
  )
})
