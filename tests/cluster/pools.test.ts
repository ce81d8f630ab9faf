// A pool over two nodes: flows of both, started on both and by schedules, never hold more places than it has, and all of them get one.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { TortureCluster } from '../torture/cluster.ts'
import { ask } from '../torture/database-client.ts'

const NAMESPACE = 'pools.below'
const LIMIT = 3
const STARTS = 24
const END_MAX_MS = 60_000

const MEMBERS = `select count(*) filter (where is_holding = 1)::integer as holding, count(*)::integer as members
  from limit_members where limit_key = $1`
const KEY = 'pool/main/pools/door'
const STATES = `select state, count(*)::integer as n from executions where namespace = '${NAMESPACE}' group by state`

let cluster: TortureCluster

before(async () => {
  cluster = await TortureCluster.open({
    nodes: { a: 'standalone', b: 'standalone' },
    flows: () => ['one', 'two', 'three'].map(id => ({ id, source: flowOf(id), pace: 'never' as const })),
  })
})
after(() => cluster.close())

function flowOf(id: string): string {
  return `
id: ${id}
namespace: ${NAMESPACE}
concurrency: { pool: door }
tasks:
  - { id: work, type: io.kestra.plugin.scripts.shell.Commands, taskRunner: { type: io.kestra.plugin.core.runner.Process }, commands: ["sleep 0.1"] }
${id === 'three' ? 'triggers: [{ id: tick, type: io.kestra.plugin.core.trigger.Schedule, cron: "* * * * * *", withSeconds: true, stopAfter: [SUCCESS] }]' : ''}`
}

async function call(node: string, method: string, path: string, body?: unknown): Promise<Response> {
  const address = cluster.node(node).server?.address ?? ''
  return await fetch(`${address}/api/v1/main${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
}

test('no more than the pool has run at a time, on whichever node they were started', async t => {
  const saved = await call('a', 'POST', '/namespaces', { id: 'pools', concurrencyPools: { door: { limit: LIMIT } } })
  assert.equal(saved.status, 200)
  // The other node reads what namespaces say every few seconds.
  for (let isKnown = false; !isKnown; await sleep(100))
    isKnown = (await (await call('b', 'GET', '/concurrency-limit/pools')).text()).includes('"door"')

  let most = 0
  let isOver = false
  const watching = (async () => {
    for (; !isOver; await sleep(10)) {
      const [row] = await ask<{ holding: number }>(cluster.database, MEMBERS, [KEY])
      most = Math.max(most, row?.holding ?? 0)
    }
  })()
  const starts = Array.from({ length: STARTS }, (_, index) =>
    call(index % 2 === 0 ? 'a' : 'b', 'POST', `/executions/${NAMESPACE}/${['one', 'two'][index % 2]}`),
  )
  for (const answer of await Promise.all(starts)) assert.equal(answer.status, 200)

  let states: readonly { readonly state: string; readonly n: number }[] = []
  for (const untilMs = Date.now() + END_MAX_MS; Date.now() < untilMs; await sleep(100)) {
    states = await ask<{ state: string; n: number }>(cluster.database, STATES)
    const done = states.find(({ state }) => state === 'SUCCESS')?.n ?? 0
    const all = states.reduce((sum, { n }) => sum + n, 0)
    if (done > STARTS && done === all) break
  }
  isOver = true
  await watching

  t.diagnostic(`${most} of ${LIMIT} places were held at most; ${JSON.stringify(states)}`)
  assert.deepEqual(
    states.map(({ state }) => state),
    ['SUCCESS'],
  )
  assert.ok((states[0]?.n ?? 0) > STARTS, 'the schedule started one, too')
  assert.equal(most, LIMIT)
  assert.deepEqual(await ask(cluster.database, MEMBERS, [KEY]), [{ holding: 0, members: 0 }])
})
