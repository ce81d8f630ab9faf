// npm run torture:failover -- [--times N] [--clients N]
// Loses the primary of a synchronous pair under load N times, and promotes the standby: nothing that was acknowledged may be lost, and the
// servers must go on by themselves within 30 s. Needs pg_basebackup (Debian: apt-get install postgresql).
import { parseArgs } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { CLUSTER_NODES, TortureCluster } from '../torture/cluster.ts'
import { tortureFlows } from '../torture/flows.ts'
import { PostgresPair } from '../torture/postgres-pair.ts'
import { report, wholeOf } from '../torture/report.ts'
import { startLoad, type Load } from './cluster-load.ts'

const HEAL_MAX_MS = 30_000
const HEAL_TIMEOUT_MS = 90_000
const LOOK_MS = 10
const LOAD_MIN_MS = 2_000
const LOAD_SPAN_MS = 3_000

const { values } = parseArgs({
  options: { times: { type: 'string', default: '3' }, clients: { type: 'string', default: '8' } },
})
const times = wholeOf('times', values.times)
const pair = new PostgresPair()
await pair.start()
const cluster = await TortureCluster.open({ nodes: CLUSTER_NODES, flows: tortureFlows, database: pair })
const load = startLoad(cluster, wholeOf('clients', values.clients))
try {
  const healMs: number[] = []
  for (let round = 1; round <= times; round++) {
    await sleep(LOAD_MIN_MS + Math.random() * LOAD_SPAN_MS)
    healMs.push(await failOver(load))
    process.stdout.write(`failover: round ${round}: answers after ${Math.round(healMs.at(-1) ?? 0)} ms\n`)
    await pair.addStandby()
  }
  await sleep(LOAD_MIN_MS)
  const restarts = cluster.nodes.flatMap(({ name, exits }) => exits.map(({ code }) => `${name} ended with ${code}`))
  const checks = await load.judge()
  const slow = healMs.filter(ms => ms > HEAL_MAX_MS).map(ms => `nothing was acknowledged for ${Math.round(ms)} ms`)
  report({
    checks: [
      { name: 'servers go on within 30 s', problems: slow },
      { name: 'no server had to be started again', problems: restarts },
      { name: 'the history is whole', problems: checks.flatMap(({ problems }) => problems) },
    ],
    facts: {
      failovers: times,
      acknowledged: load.ledger.acknowledged.length,
      unanswered: load.ledger.unanswered.size,
      healMsMax: Math.round(Math.max(...healMs)),
    },
  })
} finally {
  load.stop()
  await cluster.close()
}

/** From the loss of the primary to the first acknowledgement of the new one. */
async function failOver({ ledger }: Load): Promise<number> {
  const lostMs = performance.now()
  await pair.losePrimary()
  await pair.promote()
  for (const { proxy } of cluster.nodes) proxy.leadTo(pair.port)
  const before = ledger.acknowledged.length
  while (ledger.acknowledged.length === before && performance.now() - lostMs < HEAL_TIMEOUT_MS) await sleep(LOOK_MS)
  return performance.now() - lostMs
}
