// A WorkingDirectory among several workers: all of its tasks run where its folder is; when that node is gone, the directory fails and says why.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { TortureCluster } from '../torture/cluster.ts'
import { ask } from '../torture/database-client.ts'
import { installAudit } from './write-audit.ts'

const NAMESPACE = 'tests.folders'
const STARTS = 12
const END_MAX_MS = 90_000
const RUNNER = 'taskRunner: { type: io.kestra.plugin.core.runner.Process }'
const COMMANDS = 'io.kestra.plugin.scripts.shell.Commands'

const CHAIN = ['echo one > file', 'echo two >> file', 'test $(wc -l < file) = 2']
const FLOWS = [
  flow('chain', CHAIN),
  flow('grouped', CHAIN, 'workerGroup: { key: right }'),
  flow('slow', ['echo one > file', 'sleep 30', 'cat file']),
]

let cluster: TortureCluster

before(async () => {
  cluster = await TortureCluster.open({
    nodes: { door: 'web', mind: 'engine', left: 'worker', right: 'worker' },
    envOf: name => (name === 'right' ? { BATUTA_WORKER_GROUP: 'right' } : {}),
    flows: () => FLOWS,
  })
  await installAudit(cluster)
})
after(() => cluster.close())

function flow(id: string, commands: readonly string[], placement = '') {
  const tasks = commands.map(
    (line, index) => `      - { id: t${index}, type: ${COMMANDS}, ${RUNNER}, commands: ["${line}"] }`,
  )
  const source = `id: ${id}
namespace: ${NAMESPACE}
tasks:
  - id: folder
    type: io.kestra.plugin.core.flow.WorkingDirectory
    ${placement}
    tasks:
${tasks.join('\n')}
`
  return { id, source, pace: 'never' as const }
}

interface Execution {
  readonly id: string
  readonly state: { readonly current: string }
  readonly taskRunList?: readonly { readonly taskId: string; readonly state: { readonly current: string } }[]
}

async function call<T>(method: string, path: string): Promise<T> {
  const address = cluster.node('door').server?.address ?? ''
  const response = await fetch(`${address}/api/v1/main${path}`, { method })
  return JSON.parse(await response.text())
}

const start = (id: string): Promise<Execution> => call('POST', `/executions/${NAMESPACE}/${id}`)

async function endOf(id: string): Promise<Execution> {
  for (const untilMs = Date.now() + END_MAX_MS; ; await sleep(100)) {
    const execution = await call<Execution>('GET', `/executions/${id}`)
    if (/SUCCESS|WARNING|FAILED|KILLED|CANCELLED/.test(execution.state.current)) return execution
    assert.ok(Date.now() < untilMs, `${id} is ${JSON.stringify(execution.taskRunList)}`)
  }
}

test('the tasks of a directory run where its folder is, however many workers there are', async t => {
  await untilGroupsAreKnown()
  const ids = Array.from({ length: STARTS }, (_, index) => (index % 2 === 0 ? 'chain' : 'grouped'))
  const started = await Promise.all(ids.map(start))

  const ended = await Promise.all(started.map(({ id }) => endOf(id)))

  assert.deepEqual(
    ended.map(({ state }) => state.current),
    ended.map(() => 'SUCCESS'),
  )
  const nodes = await Promise.all(ended.map(({ id }) => nodesOf(id)))
  const [chain, grouped] = [0, 1].map(kind => [...new Set(nodes.filter((_, index) => index % 2 === kind).flat())])
  t.diagnostic(`folders were made on ${String(chain)} and, of the group, on ${String(grouped)}`)
  assert.deepEqual([chain?.length, grouped?.length], [1, 1], 'each worker made those that are for it')
  assert.notDeepEqual(chain, grouped)
})

/** A worker takes every job until it has heard, with its next look at the nodes, that there is a group. */
async function untilGroupsAreKnown(): Promise<void> {
  for (const untilMs = Date.now() + END_MAX_MS; ;) {
    const [chain, grouped] = await Promise.all(
      ['chain', 'grouped'].map(async id => nodesOf((await endOf((await start(id)).id)).id)),
    )
    if (String(chain) !== String(grouped)) return
    assert.ok(Date.now() < untilMs, `all folders are made on ${String(chain)}`)
  }
}

/** Where the folders of an execution were made. */
async function nodesOf(id: string): Promise<readonly string[]> {
  const sql = 'select events from journal where execution_id = $1'
  const rows = await ask<{ events: string }>(cluster.database, sql, [id])
  return [
    ...new Set(rows.flatMap(({ events }) => [...events.matchAll(/"node":"([^"]+)"/g)].map(([, node]) => node ?? ''))),
  ]
}

test('when the node of a folder is gone the directory fails and says so', async () => {
  const { id } = await start('slow')
  const holder = await holderOf(id)

  await cluster.node(holder).kill()

  const ended = await endOf(id)
  assert.equal(ended.state.current, 'FAILED')
  const logs = await call<readonly { readonly message: string }[]>('GET', `/logs/${id}`)
  assert.match(
    logs.map(({ message }) => message).join('\n'),
    /folder of the WorkingDirectory is on the node .* which is gone/,
  )
})

/** Which worker runs the second task. */
async function holderOf(id: string): Promise<string> {
  const sql =
    'select a.name from jobs j join audit_names a on a.node = j.node where j.execution_id = $1 and j.queue like $2'
  for (const untilMs = Date.now() + END_MAX_MS; Date.now() < untilMs; await sleep(100)) {
    const { taskRunList = [] } = await call<Execution>('GET', `/executions/${id}`)
    const [job] = await ask<{ name: string }>(cluster.database, sql, [id, '@%'])
    if (job !== undefined && taskRunList.at(-1)?.taskId === 't1') return job.name
  }
  throw new Error('nobody took the second task')
}
