// Two processes under the name of one node: a copied data folder, or one that was given up for dead and lives. One of them has to go, and for good.
import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { TortureCluster } from '../torture/cluster.ts'
import { tortureFlows } from '../torture/flows.ts'

const EXIT_REPLACED = 75

test('a process in whose name another one works ends, and does not take the node back', async t => {
  const cluster = await TortureCluster.open({ nodes: { old: 'standalone', fresh: 'standalone' }, flows: tortureFlows })
  t.after(() => cluster.close())
  const old = cluster.node('old').server
  await cluster.node('fresh').kill()
  copyFileSync(join(cluster.folder, 'data-old', 'node-id'), join(cluster.folder, 'data-fresh', 'node-id'))

  cluster.node('fresh').start()
  await cluster.node('fresh').whenUp()
  const exit = await old?.exited

  assert.equal(exit?.code, EXIT_REPLACED, old?.stderr)
  assert.match(old?.stderr ?? '', /another process works as the node/)
  assert.equal((await fetch(`${cluster.node('fresh').server?.address}/health`)).status, 200)
})
