// One of two engines dies under load: how long until what was its goes on at the other one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { TortureCluster } from '../torture/cluster.ts'
import { ask } from '../torture/database-client.ts'
import { tortureFlows } from '../torture/flows.ts'
import { startLoad } from './cluster-load.ts'
import { installAudit } from './write-audit.ts'

const LOAD_MS = 4_000
/** Two leases. */
const TAKEOVER_MAX_MS = 20_000

/** A parent goes on when its child has, which is no matter of the takeover. */
const OPEN_OF = `select e.id, e.flow_id, e.waits_for from executions e join shards s on s.id = e.shard join audit_names a on a.node = s.owner_node
  where a.name = $1 and e.waits_for is not null and e.waits_for <> 'child'`
/** The first turn of each of them after its engine died. */
const MOVED_ON = `select min(at) as first, max(at) as last, count(*)::integer as n from
  (select execution_id, min(at) as at from audit_writes where name = $2 and what = 'turn' and execution_id = any($1) group by execution_id) t`
const LATE_MS = 13_000
const OPEN_MIN = 2
const LOOK_MS = 20
const LATE = `select execution_id, min(at) as at from audit_writes where name = $2 and what = 'turn' and execution_id = any($1)
  group by execution_id having min(at) > $3 order by 2`

test('what an engine that was killed had under way goes on elsewhere in less than two leases', async t => {
  const cluster = await TortureCluster.open({ nodes: { a: 'standalone', b: 'standalone' }, flows: tortureFlows })
  t.after(() => cluster.close())
  await installAudit(cluster)
  const load = startLoad(cluster, 4)
  t.after(() => load.stop())
  await sleep(LOAD_MS)
  // Its part of the shards may come late, and a moment may be without work.
  while ((await ask(cluster.database, OPEN_OF, ['a'])).length < OPEN_MIN) await sleep(LOOK_MS)

  const killedMs = Date.now()
  await cluster.node('a').kill()
  const waiting = await ask<{ id: string; flow_id: string; waits_for: string }>(cluster.database, OPEN_OF, ['a'])
  const open = waiting.map(({ id }) => id)
  const movedOn = async (): Promise<{ first: Date; last: Date; n: number } | undefined> =>
    (await ask<{ first: Date; last: Date; n: number }>(cluster.database, MOVED_ON, [open, 'b']))[0]
  while (((await movedOn())?.n ?? 0) < open.length && Date.now() - killedMs < 2 * TAKEOVER_MAX_MS) await sleep(100)

  const { first, last, n } = (await movedOn()) ?? {}
  const firstMs = Number(first) - killedMs
  const lastMs = Number(last) - killedMs
  t.diagnostic(`${open.length} were open; the first went on after ${firstMs} ms, the last after ${lastMs} ms`)
  for (const { execution_id: id, at } of await ask<{ execution_id: string; at: Date }>(cluster.database, LATE, [
    open,
    'b',
    new Date(killedMs + LATE_MS),
  ])) {
    const { flow_id: flow, waits_for: waitsFor } = waiting.find(row => row.id === id) ?? {}
    t.diagnostic(`${flow} ${id}, which waited for ${waitsFor}, went on after ${Number(at) - killedMs} ms`)
  }
  assert.ok(open.length > 0, 'the engine had something under way')
  assert.equal(n, open.length)
  assert.ok(lastMs < TAKEOVER_MAX_MS)
  assert.deepEqual(await load.judge(), [])
})
