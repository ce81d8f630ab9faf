// A server for each role over one PostgreSQL: who takes which task, what happens when nobody is there for it, how a worker goes in peace, and how
// new work is stopped on all of them.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ROOT } from '../../bench/harness/server-process.ts'
import { until } from '../e2e/until.ts'
import { TortureCluster } from '../torture/cluster.ts'

const NAMESPACE = 'tests.roles'
const END_MAX_MS = 30_000
const SLOW_S = 4

function script(id: string, { placement = '', commands }: { readonly placement?: string; readonly commands: string }) {
  const source = `id: ${id}
namespace: ${NAMESPACE}
tasks:
  - id: work
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: { type: io.kestra.plugin.core.runner.Process }
    ${placement}
    commands: ['${commands}']
`
  return { id, source, pace: 'quick' as const }
}

const FLOWS = [
  script('plain', { commands: 'true' }),
  script('slow', { commands: `echo begun; sleep ${SLOW_S}` }),
  script('of-group', { placement: "workerGroup: { key: \"{{ 'g' ~ 'pu' }}\" }", commands: 'true' }),
  script('waits', { placement: 'workerGroup: { key: nobody }', commands: 'true' }),
  script('fails', { placement: 'workerGroup: { key: nobody, fallback: FAIL }', commands: 'true' }),
  script('cancels', { placement: 'workerGroup: { key: nobody, fallback: CANCEL }', commands: 'true' }),
  script('ignores', { placement: 'workerSelector: { tags: [eu, huge], fallback: IGNORE }', commands: 'true' }),
  script('of-tags', { placement: 'workerSelector: { tags: [eu, moon], match: ANY }', commands: 'true' }),
]

const SPECIAL: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  hand: { BATUTA_WORKER_TAGS: 'eu, large' },
  gpu: { BATUTA_WORKER_GROUP: 'gpu' },
}

let cluster: TortureCluster
let address = ''

before(async () => {
  cluster = await TortureCluster.open({
    nodes: { door: 'web', mind: 'engine', hand: 'worker', gpu: 'worker' },
    envOf: name => SPECIAL[name] ?? {},
    flows: () => FLOWS,
  })
  address = cluster.node('door').server?.address ?? ''
})
after(() => cluster.close())

interface Execution {
  readonly id: string
  readonly state: { readonly current: string }
  readonly taskRunList?: readonly { readonly state: { readonly current: string } }[]
}

async function ask(method: string, path: string): Promise<{ readonly status: number; readonly json: Execution }> {
  const response = await fetch(`${address}/api/v1/main/executions/${path}`, { method })
  return { status: response.status, json: JSON.parse(await response.text()) }
}

async function start(flow: string): Promise<string> {
  const { status, json } = await ask('POST', `${NAMESPACE}/${flow}`)
  assert.equal(status, 200, JSON.stringify(json))
  return json.id
}

/** Once a worker has it, which its state does not tell. */
async function startSlow(): Promise<string> {
  const id = await start('slow')
  await until('the slow one has begun', async () => {
    const response = await fetch(`${address}/api/v1/main/logs/${id}`)
    return (await response.text()).includes('begun') || undefined
  })
  return id
}

async function stateOf(id: string): Promise<string> {
  return (await ask('GET', id)).json.state.current
}

async function endOf(id: string): Promise<string> {
  for (const untilMs = Date.now() + END_MAX_MS; Date.now() < untilMs; await sleep(50)) {
    const state = await stateOf(id)
    if (/SUCCESS|WARNING|FAILED|KILLED|CANCELLED/.test(state)) return state
  }
  return 'not ended'
}

async function batuta(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(join(ROOT, 'bin', 'batuta'), [...args, '--server', address])
  return stdout
}

test('a task runs on a worker that it is for', async () => {
  for (const flow of ['plain', 'of-group', 'of-tags']) assert.equal(await endOf(await start(flow)), 'SUCCESS', flow)
})

test('where no worker is there for a task, its fallback decides', async () => {
  const waiting = await start('waits')
  assert.equal(await endOf(await start('fails')), 'FAILED')
  assert.equal(await endOf(await start('cancels')), 'SUCCESS')
  assert.equal(await endOf(await start('ignores')), 'SUCCESS')
  assert.equal(await stateOf(waiting), 'RUNNING')
})

test('the nodes are listed with what they do', async () => {
  const services = JSON.parse(await batuta('node', 'list', '--json')) as {
    type: string
    state: string
    props: object
  }[]

  assert.deepEqual(services.map(({ type, state }) => `${type} ${state}`).sort(), [
    'EXECUTOR RUNNING',
    'SCHEDULER RUNNING',
    'WEBSERVER RUNNING',
    'WORKER RUNNING',
    'WORKER RUNNING',
  ])
  assert.match(await batuta('node', 'list'), /256 shards/)
  assert.match(await batuta('node', 'list'), /group gpu/)
})

test('a worker that is told to stop ends what it runs, and takes nothing more', async () => {
  const slow = await startSlow()
  const stopping = cluster.node('hand').stop()
  await sleep(200)
  const next = await start('plain')

  assert.equal(await endOf(slow), 'SUCCESS')
  await stopping
  const { json } = await ask('GET', slow)
  assert.equal(json.taskRunList?.length, 1)
  assert.equal(await stateOf(next), 'RUNNING')
  cluster.node('hand').start()
  assert.equal(await endOf(next), 'SUCCESS')
})

test('in maintenance nothing new begins anywhere, and afterwards all goes on', async () => {
  const before = await startSlow()

  assert.match(await batuta('maintenance', 'enter'), /nothing new begins/)
  const refused = await until('nothing new begins', async () => {
    const reply = await ask('POST', `${NAMESPACE}/plain`)
    return reply.status === 503 ? reply : undefined
  })
  assert.match(JSON.stringify(refused.json), /maintenance/)
  assert.equal(await endOf(before), 'SUCCESS')
  assert.match(await batuta('node', 'list'), /EXECUTOR +MAINTENANCE/)

  assert.match(await batuta('maintenance', 'exit'), /no maintenance/)
  const next = await until('what is new begins again', async () => {
    const { status, json } = await ask('POST', `${NAMESPACE}/plain`)
    return status === 200 ? json.id : undefined
  })
  assert.equal(await endOf(next), 'SUCCESS')
})
