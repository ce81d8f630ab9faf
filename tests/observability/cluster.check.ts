// npm run test:observability: what two servers over one PostgreSQL tell of themselves, before and after one of them dies.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { until } from '../e2e/until.ts'
import { startPostgres, type Postgres } from '../services/postgres.mjs'
import { makeLoad, writeFlows } from './flows.ts'
import { freePort, startBatuta, type Batuta } from './programs.ts'

interface Node extends Batuta {
  readonly management: string
}

let folder: string
let postgres: Postgres
const nodes: Node[] = []

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batuta-cluster-'))
  postgres = await startPostgres({ fsync: true })
  for (const name of ['one', 'two']) nodes.push(await startNode(join(folder, name)))
})
after(async () => {
  for (const node of nodes) await node.stop()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

async function startNode(home: string): Promise<Node> {
  writeFlows(home)
  const managementPort = await freePort()
  const environment = { BATUTA_DATABASE_URL: postgres.url }
  const batuta = await startBatuta({ folder: home, managementPort, environment })
  return { ...batuta, management: `http://127.0.0.1:${managementPort}` }
}

/** The sum of the samples that begin so; undefined when there are none. */
async function figure({ management }: Node, name: string): Promise<number | undefined> {
  const page = await (await fetch(`${management}/prometheus`)).text()
  const lines = page.split('\n').filter(line => line.startsWith(name))
  return lines.length === 0 ? undefined : lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

function nodeAt(index: number): Node {
  const node = nodes[index]
  assert.ok(node)
  return node
}

test('the shards are shared, and each node knows of the other', async () => {
  await until('the shards are shared', async () => {
    const owned = await Promise.all(nodes.map(node => figure(node, 'batuta_shards_owned')))
    return owned.every(count => count === 128) ? true : undefined
  })

  for (const node of nodes) {
    assert.equal(await figure(node, 'batuta_nodes{state="alive"}'), 2)
    assert.equal(await figure(node, 'batuta_ready'), 1)
    assert.ok(((await figure(node, 'batuta_lease_renewals_total{result="kept"}')) ?? 0) > 0)
  }
})

test('executions are counted by the node that works on them, all of them once', async () => {
  for (const node of nodes) await makeLoad(node.address)

  await until('all are counted', async () => {
    const good = 'batuta_executions_ended_total{namespace="company.team",flow="good",state="SUCCESS"}'
    const ended = await Promise.all(nodes.map(node => figure(node, good)))
    // Of each node one started by hand, one by its webhook, one as a subflow.
    return (ended[0] ?? 0) + (ended[1] ?? 0) === 6 ? true : undefined
  })
})

test('a node that dies is seen by the one that takes over', async () => {
  await nodeAt(1).stop('SIGKILL')

  const left = nodeAt(0)
  await until('the shards are taken over', async () =>
    (await figure(left, 'batuta_shards_owned')) === 256 ? true : undefined,
  )

  assert.equal(await figure(left, 'batuta_takeovers_total'), 1)
  await until('the node is told to be gone', async () =>
    (await figure(left, 'batuta_nodes{state="alive"}')) === 1 ? true : undefined,
  )
})

test('a database that does not answer makes the node unready and leaves it alive', async () => {
  await postgres.crash()

  const left = nodeAt(0)
  await until('readiness is refused', async () =>
    (await fetch(`${left.management}/health/readiness`)).status === 503 ? true : undefined,
  )

  assert.equal((await fetch(`${left.management}/health/liveness`)).status, 200)
  await until('it is told', async () => ((await figure(left, 'batuta_database_up')) === 0 ? true : undefined))
  assert.equal(await figure(left, 'batuta_ready'), 0)
})
