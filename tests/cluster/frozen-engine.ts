// Freezes one of two engines under load for longer than its lease, in one of several ways, and looks at what it does when it wakes up: nothing
// that anybody could read. A flush that was on its way is held back and arrives while, or after, the other one takes over.
import { setTimeout as sleep } from 'node:timers/promises'
import { TortureCluster } from '../torture/cluster.ts'
import type { ClusterNode } from '../torture/cluster-node.ts'
import { tortureFlows } from '../torture/flows.ts'
import type { Check } from '../torture/history-checker.ts'
import { startLoad } from './cluster-load.ts'
import { findZombieWrites, installAudit, listFences } from './write-audit.ts'

/** late: a flush arrives after the takeover, then the engine wakes up. racing: it wakes up around the moment of the takeover. cut-off: it runs, and nothing it says arrives until then. */
export type Way = 'late' | 'racing' | 'cut-off'

export interface FrozenOptions {
  readonly ways: readonly Way[]
  readonly clients: number
  random(): number
  say(line: string): void
}

export interface FrozenReport {
  readonly checks: readonly Check[]
  readonly facts: Readonly<Record<string, number>>
}

const WARM_UP_MS = 2_000
const IN_FLIGHT_MS = 30
const LATE_ARRIVAL_MS = 500
const AWAKE_MS = 4_000
const TAKEOVER_TIMEOUT_MS = 25_000
/** Under load a flush is on its way long before that. */
const HOLDING_TIMEOUT_MS = 2_000
const RACE_FROM_MS = 9_800
const RACE_SPAN_MS = 2_700

export async function freezeEngines(options: FrozenOptions): Promise<FrozenReport> {
  const cluster = await TortureCluster.open({ nodes: { a: 'standalone', b: 'standalone' }, flows: tortureFlows })
  const load = startLoad(cluster, options.clients)
  try {
    await installAudit(cluster)
    await sleep(WARM_UP_MS)
    let lateBytes = 0
    const untouched: string[] = []
    for (const [index, way] of options.ways.entries()) {
      const victim = cluster.node(index % 2 === 0 ? 'a' : 'b')
      const before = (await listFences(cluster)).length
      lateBytes += await freezeOne(cluster, victim, { way, random: options.random })
      const after = (await listFences(cluster)).length
      if (after === before && way !== 'racing') untouched.push(`round ${index + 1} (${way}): nobody took over`)
      options.say(
        `round ${index + 1} (${way}): ${after - before} fences, ${load.ledger.acknowledged.length} acknowledged`,
      )
      await victim.whenUp()
      await sleep(AWAKE_MS)
    }
    const fences = (await listFences(cluster)).length
    const failed = await load.judge()
    return {
      checks: [
        { name: 'each freeze was longer than the lease', problems: untouched },
        { name: 'nothing is written by a fenced engine', problems: await findZombieWrites(cluster) },
        {
          name: 'the history is that of one engine per execution',
          problems: failed.flatMap(({ problems }) => problems),
        },
      ],
      facts: { rounds: options.ways.length, fences, lateBytes, acknowledged: load.ledger.acknowledged.length },
    }
  } finally {
    load.stop()
    await cluster.close()
  }
}

/** Returns how many bytes of the frozen engine reached PostgreSQL late. */
async function freezeOne(
  cluster: TortureCluster,
  victim: ClusterNode,
  { way, random }: { readonly way: Way; readonly random: () => number },
): Promise<number> {
  const before = (await listFences(cluster)).length
  victim.proxy.freeze()
  const startMs = performance.now()
  while (!victim.proxy.isHolding && performance.now() - startMs < HOLDING_TIMEOUT_MS) await sleep(IN_FLIGHT_MS)
  if (way !== 'cut-off') victim.freeze()
  if (way === 'racing') await sleep(RACE_FROM_MS + random() * RACE_SPAN_MS)
  else await takeover(cluster, before)
  const bytes = victim.proxy.thaw()
  if (way === 'late') await sleep(LATE_ARRIVAL_MS)
  victim.thaw()
  return bytes
}

async function takeover(cluster: TortureCluster, before: number): Promise<void> {
  const startMs = performance.now()
  while ((await listFences(cluster)).length === before && performance.now() - startMs < TAKEOVER_TIMEOUT_MS)
    await sleep(20)
}
