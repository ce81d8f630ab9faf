// Several servers over one PostgreSQL, used by clients while chance strikes: servers are killed and frozen, PostgreSQL is killed, connections
// break in every way a network knows. In the end everything is let go, all that is open comes to its end, and the history is judged.
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../../packages/core/src/index.ts'
import { Clients } from './clients.ts'
import { pickFault } from './cluster-faults.ts'
import type { ClusterNode } from './cluster-node.ts'
import { TortureCluster } from './cluster.ts'
import { ask, urlOf } from './database-client.ts'
import { tortureFlows } from './flows.ts'
import { checkHistory, type Check } from './history-checker.ts'
import { Ledger } from './ledger.ts'
import { openPostgresHistory } from './postgres-history.ts'
import { findDescendants, findScripts, stillAlive, type KnownProcess } from './survivors.ts'
import { TortureDatabase } from './torture-database.ts'
import type { TortureReport } from './torture.ts'

export interface ClusterTortureOptions {
  readonly kills: number
  readonly seed: string
  /** Between two faults. */
  readonly pauseMs: readonly [min: number, max: number]
  readonly clients: number
  readonly nodes: Readonly<Record<string, string>>
  say(line: string): void
}

/** What a fault may do. */
export type Cluster = Pick<
  ClusterTorture,
  'nodes' | 'database' | 'random' | 'pick' | 'later' | 'track' | 'killAndLook' | 'bringBack'
>

const SCRIPT_SURVIVES_MS = 2_000
const HOST_SURVIVES_MS = 10_000
const END_TIMEOUT_MS = 120_000
const HEAL_TIMEOUT_MS = 30_000
const TELL_EVERY = 10
const WORDS_SHOWN = 30

export async function runClusterTorture(options: ClusterTortureOptions): Promise<TortureReport> {
  const database = new TortureDatabase()
  const cluster = await TortureCluster.open({ nodes: options.nodes, flows: tortureFlows, database })
  try {
    return await new ClusterTorture(cluster, database, options).run()
  } finally {
    await cluster.close()
  }
}

class ClusterTorture {
  readonly random: () => number
  readonly database: TortureDatabase
  readonly #cluster: TortureCluster
  readonly #options: ClusterTortureOptions
  readonly #ledger = new Ledger()
  readonly #struck = new Map<string, number>()
  readonly #open = new Set<Promise<void>>()
  readonly #survivors: string[] = []
  /** From the moment PostgreSQL accepted connections again to the first acknowledgement. */
  readonly #healMs: number[] = []
  readonly #startMs = performance.now()
  #isOver = false

  constructor(cluster: TortureCluster, database: TortureDatabase, options: ClusterTortureOptions) {
    this.#cluster = cluster
    this.database = database
    this.#options = options
    this.random = seededRandom(options.seed)
  }

  get nodes(): readonly ClusterNode[] {
    return this.#cluster.nodes
  }

  async run(): Promise<TortureReport> {
    const { clients: count } = this.#options
    const { flows } = this.#cluster
    const port = (): number | undefined => this.#cluster.port(Math.random)
    const wordsOf = (at: number): string => this.nodes.find(({ server }) => server?.port === at)?.server?.stderr ?? ''
    const clients = new Clients({ flows, ledger: this.#ledger, clients: count, port, random: Math.random, wordsOf })
    const isDone = clients.run()
    await this.#strike()
    this.#isOver = true
    clients.stop()
    await this.#letGo()
    await isDone
    const settled = await this.#settle()
    const history = await openPostgresHistory(urlOf(this.database))
    const judged = await checkHistory(history, this.#ledger)
    await history.close()
    return { checks: [...settled, ...judged], facts: this.#facts() }
  }

  pick<T>(of: readonly T[]): T | undefined {
    return of[Math.floor(this.random() * of.length)]
  }

  /** Happens after so long, or when all is over, whichever is sooner. */
  later(afterMs: number, run: () => void): void {
    this.track(this.#pause(afterMs).then(run))
  }

  track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#open.delete(tracked))
    this.#open.add(tracked)
  }

  async killAndLook(node: ClusterNode): Promise<void> {
    const family = node.pid === undefined ? [] : findDescendants(node.pid)
    const scripts = findScripts(this.#cluster.mark).map(({ id }) => id)
    await node.kill()
    this.track(
      this.#lookAgain(
        family.filter(({ id }) => scripts.includes(id)),
        SCRIPT_SURVIVES_MS,
      ),
    )
    this.track(this.#lookAgain(family, HOST_SURVIVES_MS))
  }

  async bringBack(afterMs: number): Promise<void> {
    await this.#pause(afterMs)
    await this.database.start()
    const startMs = performance.now()
    const before = this.#ledger.acknowledged.length
    while (this.#ledger.acknowledged.length === before && !this.#isOver) {
      if (performance.now() - startMs > HEAL_TIMEOUT_MS) break
      await sleep(10)
    }
    if (!this.#isOver) this.#healMs.push(performance.now() - startMs)
  }

  async #pause(ms: number): Promise<void> {
    const untilMs = performance.now() + ms
    while (!this.#isOver && performance.now() < untilMs) await sleep(Math.min(50, untilMs - performance.now()))
  }

  async #strike(): Promise<void> {
    const { kills, pauseMs } = this.#options
    const [min, max] = pauseMs
    for (let killed = 0; killed < kills;) {
      await sleep(min + this.random() * (max - min))
      const fault = pickFault(this.random)
      if (!(await fault.strike(this))) continue
      this.#struck.set(fault.name, (this.#struck.get(fault.name) ?? 0) + 1)
      if (!fault.isKill) continue
      killed += 1
      if (killed % TELL_EVERY === 0) this.#tell(killed)
    }
  }

  #tell(killed: number): void {
    const { acknowledged, unanswered } = this.#ledger
    const up = this.nodes.filter(({ server }) => server).length
    this.#options.say(
      `${killed} kills, ${acknowledged.length} acknowledged, ${unanswered.size} unanswered, ${up} of ${this.nodes.length} up`,
    )
  }

  /** What was frozen, dead or cut off is not any more. */
  async #letGo(): Promise<void> {
    for (const { proxy } of this.nodes) proxy.thaw()
    for (const node of this.nodes) node.thaw()
    await Promise.all(this.#open)
    for (const node of this.nodes) node.start()
  }

  async #settle(): Promise<readonly Check[]> {
    this.#options.say('everything is let go: waiting until all executions have ended')
    const startMs = performance.now()
    for (const node of this.nodes) await node.whenUp()
    const open = await this.#cluster.waitForEnd(END_TIMEOUT_MS)
    this.#options.say(`settled in ${Math.round(performance.now() - startMs)} ms`)
    const stuck =
      open === 0 ? [] : [`${open} executions have not ended ${END_TIMEOUT_MS / 1000} s after the last fault`]
    const unowned = await ask<{ id: number }>(this.database, 'select id from shards where owner_node is null')
    await this.#cluster.stopNodes()
    await this.#lookAgain(findScripts(this.#cluster.mark), SCRIPT_SURVIVES_MS)
    return [
      { name: 'what was pending has ended', problems: stuck },
      { name: 'every shard has an owner', problems: unowned.map(({ id }) => `the shard ${id} has none`) },
      { name: 'no server ends by itself', problems: this.#ends() },
      { name: 'no script outlives its server by 2 s, no host by 10 s', problems: this.#survivors },
      { name: 'answers come 30 s after PostgreSQL is back', problems: this.#slowHeals() },
    ]
  }

  #ends(): readonly string[] {
    return this.nodes.flatMap(({ name, exits }) =>
      exits.map(({ code, words }) => `${name} ended with ${code}: ${lastWords(words)}`),
    )
  }

  #slowHeals(): readonly string[] {
    return this.#healMs
      .filter(ms => ms > HEAL_TIMEOUT_MS)
      .map(ms => `nothing was acknowledged for ${Math.round(ms)} ms`)
  }

  async #lookAgain(left: readonly KnownProcess[], afterMs: number): Promise<void> {
    if (left.length === 0) return
    await sleep(afterMs * slowness())
    for (const { id, command } of stillAlive(left))
      this.#survivors.push(`process ${id} outlived its server by ${afterMs / 1000} s: ${command.slice(0, 200)}`)
  }

  #facts(): Readonly<Record<string, number>> {
    const { acknowledged, unanswered, refused, killed } = this.#ledger
    const overlaps = join(this.#cluster.folder, 'overlaps')
    return {
      kills: this.#options.kills,
      seconds: Math.round((performance.now() - this.#startMs) / 1000),
      ...Object.fromEntries(this.#struck),
      acknowledged: acknowledged.length,
      unanswered: unanswered.size,
      ...Object.fromEntries([...refused].map(([status, count]) => [`answered ${status}`, count])),
      killsAcknowledged: killed.size,
      overlappingAttempts: existsSync(overlaps) ? readFileSync(overlaps, 'utf8').trim().split('\n').length : 0,
      failedStarts: this.nodes.reduce((sum, { failures }) => sum + failures.length, 0),
      healMsMax: Math.round(Math.max(0, ...this.#healMs)),
    }
  }
}

/** A machine with more to do than it has processors for is so many times as slow. */
function slowness(): number {
  return Math.max(1, (loadavg()[0] ?? 0) / availableParallelism())
}

function lastWords(words: string): string {
  return words.trim().split('\n').slice(-WORDS_SHOWN).join(' | ')
}
