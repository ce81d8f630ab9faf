import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readContainers, type WrittenContainers } from './containers.ts'

const NOTHING: WrittenContainers = {
  runner: undefined,
  host: undefined,
  volumes: undefined,
  privileged: undefined,
  instead: undefined,
  plugins: undefined,
}
const DOCKER = 'io.kestra.plugin.scripts.runner.docker.Docker'

test('without options scripts are processes, and containers get nothing of the machine', () => {
  assert.deepEqual(readContainers(NOTHING), { defaultRunner: undefined, settings: {} })
})

test('options are told to the plugin by their names', () => {
  const read = readContainers({
    ...NOTHING,
    runner: 'docker',
    host: 'tcp://engine:2375',
    volumes: 'True',
    privileged: 'false',
    instead: 'process',
  })

  assert.deepEqual(read, {
    defaultRunner: DOCKER,
    settings: {
      'docker.host': 'tcp://engine:2375',
      'docker.volumes': 'true',
      'docker.privileged': 'false',
      'docker.instead': 'process',
    },
  })
})

test('mounts that a configuration of Kestra allows are allowed', () => {
  const plugins = [
    { type: 'other', values: {} },
    { type: DOCKER, values: { 'volume-enabled': true } },
  ]

  assert.deepEqual(readContainers({ ...NOTHING, plugins }).settings, { 'docker.volumes': 'true' })
  assert.deepEqual(readContainers({ ...NOTHING, plugins, volumes: 'false' }).settings, { 'docker.volumes': 'false' })
})

test('what an option cannot be is refused with what it can be', () => {
  assert.throws(
    () => readContainers({ ...NOTHING, runner: 'podman' }),
    /script\.runner is "podman": it must be one of process, docker/,
  )
  assert.throws(
    () => readContainers({ ...NOTHING, instead: 'docker' }),
    /docker\.instead is "docker": it must be process/,
  )
  assert.throws(() => readContainers({ ...NOTHING, volumes: 'yes' }), /docker\.volumes is "yes"/)
})
