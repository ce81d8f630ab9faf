// What many nodes share besides the rows, in memory: leases, who owns which shard, the order in which flows were saved. A node is fenced by giving
// its row another incarnation, so that its flushes are refused; the real driver has a column for that.
import { SHARDS } from '@batuta/core'
import type { JobKey, JobRow, SignalRow } from '../../packages/server/src/storage/batch.ts'
import type { Cluster, Hint, Member, NodeRow, Role, Tended } from '../../packages/server/src/storage/cluster.ts'
import type { Tables } from '../../packages/server/src/storage/memory/tables.ts'
import type { FlowRow } from '../../packages/server/src/storage/store.ts'

interface Lease {
  incarnation: number
  roles: readonly Role[]
  untilMs: number
  isFenced: boolean
}

/** What outlives every process. */
export class ClusterTruth {
  readonly #tables: Tables
  readonly #nowMs: () => number
  readonly #leases = new Map<string, Lease>()
  readonly #owners = new Map<number, string>()
  readonly #saved: { readonly seq: number; readonly row: FlowRow }[] = []
  /** Of the processes that listen. */
  readonly listeners = new Set<(hint: Hint) => void>()

  constructor(tables: Tables, nowMs: () => number) {
    this.#tables = tables
    this.#nowMs = nowMs
  }

  hint(hint: Hint): void {
    for (const listener of this.listeners) listener(hint)
  }

  saved(row: FlowRow): void {
    this.#saved.push({ seq: this.#saved.length + 1, row })
    this.hint('flows')
  }

  /** A flush renews the lease of its node, too. */
  flushed(node: string): void {
    const lease = this.#leases.get(node)
    if (lease && !lease.isFenced) lease.untilMs = Math.max(lease.untilMs, this.#nowMs() + FLUSH_LEASE_MS)
  }

  announce({ node, incarnation }: Member, roles: readonly Role[], leaseMs: number): void {
    if (this.#tables.nodes.get(node)?.incarnation !== incarnation) return
    this.#leases.set(node, { incarnation, roles, untilMs: this.#nowMs() + leaseMs, isFenced: false })
  }

  renew({ node, incarnation }: Member, leaseMs: number): boolean {
    const lease = this.#leases.get(node)
    if (!lease || lease.isFenced || lease.incarnation !== incarnation) return false
    lease.untilMs = this.#nowMs() + leaseMs
    return true
  }

  tend({ node }: Member): Tended {
    const fenced: string[] = []
    for (const [other, lease] of this.#leases) {
      if (other === node || lease.isFenced || lease.untilMs >= this.#nowMs()) continue
      this.#fence(other, lease)
      fenced.push(other)
    }
    for (const [shard, owner] of this.#owners)
      if (this.#leases.get(owner)?.isFenced !== false) this.#owners.delete(shard)
    const engines = [...this.#leases]
      .filter(([, lease]) => !lease.isFenced && lease.untilMs >= this.#nowMs() && lease.roles.includes('engine'))
      .map(([name]) => name)
      .sort()
    const at = engines.indexOf(node)
    const part = at < 0 ? 0 : Math.floor(SHARDS / engines.length) + (at < SHARDS % engines.length ? 1 : 0)
    const owned = [...this.#owners].flatMap(([shard, owner]) => (owner === node ? [shard] : [])).sort((a, b) => a - b)
    for (let shard = 0; shard < SHARDS && owned.length < part; shard++) {
      if (this.#owners.has(shard)) continue
      this.#owners.set(shard, node)
      owned.push(shard)
    }
    return { owned, surplus: owned.slice(part), fenced }
  }

  releaseShards({ node }: Member, shards: readonly number[]): void {
    for (const shard of shards) if (this.#owners.get(shard) === node) this.#owners.delete(shard)
  }

  leave({ node, incarnation }: Member): void {
    const lease = this.#leases.get(node)
    if (lease?.incarnation !== incarnation) return
    this.#fence(node, lease)
    for (const [shard, owner] of this.#owners) if (owner === node) this.#owners.delete(shard)
  }

  sendSignals(rows: readonly SignalRow[]): void {
    for (const row of rows) {
      if (this.#tables.signals.has(row.id)) throw new Error(`the signal ${row.id} exists already`)
      this.#tables.signals.set(row.id, row)
    }
    this.hint('signals')
  }

  settleJob(key: JobKey, { node, incarnation }: Member, signal: SignalRow): boolean {
    const name = `${key.executionId}/${key.run}/${key.epoch}`
    const job = this.#tables.jobs.get(name)
    if (job?.node !== node || job.incarnation !== incarnation) return false
    this.#tables.jobs.delete(name)
    this.#tables.jobsKilled.delete(name)
    this.#tables.signals.set(signal.id, signal)
    this.hint('signals')
    return true
  }

  listAbandonedJobs(limit: number): readonly JobRow[] {
    const isGone = ({ node, incarnation }: JobRow): boolean =>
      node !== null && this.#tables.nodes.get(node)?.incarnation !== incarnation
    return [...this.#tables.jobs.values()].filter(isGone).slice(0, limit)
  }

  listKilledJobs({ node, incarnation }: Member): readonly JobKey[] {
    return [...this.#tables.jobs.values()].filter(
      job =>
        job.node === node &&
        job.incarnation === incarnation &&
        this.#tables.jobsKilled.has(`${job.executionId}/${job.run}/${job.epoch}`),
    )
  }

  listFlowsSince(seq: number): readonly { readonly seq: number; readonly row: FlowRow }[] {
    return this.#saved.filter(saved => saved.seq > seq)
  }

  listNodes(): readonly NodeRow[] {
    return [...this.#leases].map(([node, { incarnation, roles, untilMs, isFenced }]) => ({
      node,
      incarnation,
      roles,
      leaseUntilMs: untilMs,
      isFenced,
    }))
  }

  #fence(node: string, lease: Lease): void {
    lease.isFenced = true
    const row = this.#tables.nodes.get(node)
    if (row) this.#tables.nodes.set(node, { ...row, incarnation: row.incarnation + 1 })
  }
}

const FLUSH_LEASE_MS = 10_000

export interface ClusterLink {
  /** A question and its answer, each under way for a while. */
  call<Result>(name: string, run: () => Promise<Result>): Promise<Result>
  /** Brings a hint, or not. */
  bring(hint: Hint, listen: () => void): void
}

/** The cluster as one process sees it. */
export function openSimulatedCluster(truth: ClusterTruth, { call, bring }: ClusterLink): Cluster {
  return {
    announce: (...args) => call('announce', async () => truth.announce(...args)),
    renew: (...args) => call('renew', async () => truth.renew(...args)),
    tend: (...args) => call('tend', async () => truth.tend(...args)),
    releaseShards: (...args) => call('release shards', async () => truth.releaseShards(...args)),
    leave: (...args) => call('leave', async () => truth.leave(...args)),
    sendSignals: (...args) => call('send signals', async () => truth.sendSignals(...args)),
    settleJob: (...args) => call('settle job', async () => truth.settleJob(...args)),
    listAbandonedJobs: (...args) => call('abandoned jobs', async () => truth.listAbandonedJobs(...args)),
    listKilledJobs: (...args) => call('killed jobs', async () => truth.listKilledJobs(...args)),
    listFlowsSince: (...args) => call('flows since', async () => truth.listFlowsSince(...args)),
    listNodes: () => call('list nodes', async () => truth.listNodes()),
    onHint: listener => void truth.listeners.add(hint => bring(hint, () => listener(hint))),
  }
}
