import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runClusterTorture } from './cluster-torture.ts'
import { SMALL_CLUSTER_NODES } from './cluster.ts'

const KILLS = 100

test('servers over PostgreSQL lose and double nothing among a hundred kills, and freezes, and broken connections', async t => {
  const seed = String(Date.now())
  t.diagnostic(`seed ${seed}`)

  const { checks, facts } = await runClusterTorture({
    kills: KILLS,
    seed,
    pauseMs: [200, 1_000],
    clients: 12,
    nodes: SMALL_CLUSTER_NODES,
    say: () => {},
  })

  t.diagnostic(JSON.stringify(facts))
  assert.deepEqual(
    checks.filter(({ problems }) => problems.length > 0),
    [],
  )
  assert.ok((facts['acknowledged'] ?? 0) > KILLS, 'the load was real')
})
