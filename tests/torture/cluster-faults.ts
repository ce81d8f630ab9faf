// What happens to a cluster, by weights: mostly its processes die, some stand still, now and then PostgreSQL dies or the network misbehaves.
import type { Cluster } from './cluster-torture.ts'
import { ask } from './database-client.ts'

export interface Fault {
  readonly name: string
  readonly weight: number
  /** It is a kill -9, of a server or of PostgreSQL. */
  readonly isKill: boolean
  /** False when there was nothing to do it to. Settles when it is done; what is to follow later is left to `cluster.later`. */
  strike(cluster: Cluster): Promise<boolean>
}

const SHORT_MS = 2_000
const FREEZE_MIN_MS = 100
const FREEZE_MAX_MS = 15_000
/** The lease of a worker alone is 30 s. */
const WORKER_FREEZE_MAX_MS = 40_000
const LONG_FREEZE_SHARE = 0.4
/** Longer than a lease: another node takes over. */
const ABSENCE_MIN_MS = 11_000
const ABSENCE_MAX_MS = 14_000
/** When less than half of them are up they are mostly spared: without load there is nothing to lose. */
const FEW_SHARE = 0.2
const DATABASE_DOWN_MAX_MS = 1_500

export const FAULTS: readonly Fault[] = [
  { name: 'server killed', weight: 60, isKill: true, strike: killServer },
  { name: 'server frozen', weight: 13, isKill: false, strike: freezeServer },
  { name: 'PostgreSQL killed', weight: 3, isKill: true, strike: killDatabase },
  { name: 'backend killed', weight: 3, isKill: true, strike: killBackend },
  { name: 'backends terminated', weight: 5, isKill: false, strike: terminateBackends },
  { name: 'connections reset', weight: 6, isKill: false, strike: resetConnections },
  { name: 'network stopped', weight: 4, isKill: false, strike: stopNetwork },
  { name: 'answers swallowed', weight: 4, isKill: false, strike: swallowAnswers },
  { name: 'connections half open', weight: 2, isKill: false, strike: abandonConnections },
]

export function pickFault(random: () => number): Fault {
  let at = random() * FAULTS.reduce((sum, { weight }) => sum + weight, 0)
  const found = FAULTS.find(({ weight }) => (at -= weight) < 0)
  if (!found) throw new Error('the weights of the faults do not sum up')
  return found
}

async function killServer(cluster: Cluster): Promise<boolean> {
  const node = cluster.pick(cluster.nodes.filter(({ pid }) => pid !== undefined))
  if (!node || isSpared(cluster)) return false
  await cluster.killAndLook(node)
  cluster.later(absenceOf(cluster), () => node.start())
  return true
}

function isSpared({ nodes, random }: Cluster): boolean {
  const up = nodes.filter(({ server }) => server !== undefined).length
  return up < nodes.length / 2 && random() > FEW_SHARE
}

/** Mostly it is back at once, at times a little later, and at times after somebody took over. */
function absenceOf({ random }: Cluster): number {
  const kind = random()
  if (kind < 0.6) return random() * 300
  if (kind < 0.9) return random() * 3_000
  return ABSENCE_MIN_MS + random() * (ABSENCE_MAX_MS - ABSENCE_MIN_MS)
}

async function freezeServer(cluster: Cluster): Promise<boolean> {
  const node = cluster.pick(cluster.nodes.filter(({ server }) => server !== undefined))
  if (!node || isSpared(cluster)) return false
  const isLong = cluster.random() < LONG_FREEZE_SHARE
  const longestMs = node.role === 'worker' ? WORKER_FREEZE_MAX_MS : FREEZE_MAX_MS
  const maxMs = isLong ? longestMs : SHORT_MS
  node.freeze()
  cluster.later(FREEZE_MIN_MS + cluster.random() * (maxMs - FREEZE_MIN_MS), () => node.thaw())
  return true
}

async function killDatabase(cluster: Cluster): Promise<boolean> {
  const { database, random } = cluster
  if (!database.isUp) return false
  await database.kill()
  cluster.track(cluster.bringBack(random() * DATABASE_DOWN_MAX_MS))
  return true
}

async function killBackend({ database, random }: Cluster): Promise<boolean> {
  return database.isUp && database.killBackend(random)
}

async function terminateBackends({ database, random }: Cluster): Promise<boolean> {
  if (!database.isUp) return false
  const share = random()
  try {
    await ask(
      database,
      `select pg_terminate_backend(pid) from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid() and random() < $1`,
      [share],
    )
    return true
  } catch {
    return false // It is just recovering.
  }
}

async function resetConnections(cluster: Cluster): Promise<boolean> {
  for (const { proxy } of someNodes(cluster)) proxy.reset()
  return true
}

async function stopNetwork(cluster: Cluster): Promise<boolean> {
  const isLong = cluster.random() < LONG_FREEZE_SHARE
  for (const { proxy } of someNodes(cluster)) {
    proxy.freeze()
    cluster.later(cluster.random() * (isLong ? FREEZE_MAX_MS : SHORT_MS), () => proxy.thaw())
  }
  return true
}

async function swallowAnswers(cluster: Cluster): Promise<boolean> {
  for (const { proxy } of someNodes(cluster)) cluster.track(proxy.deafen(cluster.random() * SHORT_MS))
  return true
}

async function abandonConnections(cluster: Cluster): Promise<boolean> {
  cluster.pick(cluster.nodes)?.proxy.abandon()
  return true
}

/** One of them, or all. */
function someNodes(cluster: Cluster): Cluster['nodes'] {
  const one = cluster.pick(cluster.nodes)
  return one && cluster.random() < 0.7 ? [one] : cluster.nodes
}
