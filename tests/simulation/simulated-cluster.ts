// What many nodes share besides the rows, in memory, statement by statement as the PostgreSQL driver has it: leases by the clock of the database,
// who owns which shard, the order in which flows were saved. It also watches: nobody is fenced whose lease runs, and nobody writes what is not his.
import { SHARDS, shardOf } from '@batuta/core'
import type { Batch, JobKey, JobRow, SignalRow } from '../../packages/server/src/storage/batch.ts'
import type {
  Announcement,
  Cluster,
  Hint,
  Member,
  NodeRow,
  Tended,
  SentJobRow,
  SettledJob,
} from '../../packages/server/src/storage/cluster.ts'
import { jobKeyOf, type Tables } from '../../packages/server/src/storage/memory/tables.ts'
import { FlushError, type FlowRow } from '../../packages/server/src/storage/store.ts'

interface Lease {
  announcement: Announcement
  untilMs: number
  isFenced: boolean
}

export interface ClusterTruthOptions {
  readonly tables: Tables
  /** The clock of the database. */
  nowMs(): number
  find(what: string): void
  /** Something rare happened. */
  count(what: string): void
  /** The mark is there by which its worker knows. */
  onStopped(key: JobKey): void
}

const FLUSH_LEASE_MS = 10_000

/** What outlives every process. */
export class ClusterTruth {
  readonly #options: ClusterTruthOptions
  readonly #leases = new Map<string, Lease>()
  readonly #owners = new Map<number, string>()
  readonly #sent = new Map<string, { readonly sender: string; readonly seq: number }>()
  readonly #saved: { readonly seq: number; readonly row: FlowRow }[] = []
  /** Of the processes that listen. */
  readonly listeners = new Set<(hint: Hint) => void>()

  constructor(options: ClusterTruthOptions) {
    this.#options = options
  }

  hint(hint: Hint): void {
    for (const listener of this.listeners) listener(hint)
  }

  saved(row: FlowRow): void {
    this.#saved.push({ seq: this.#saved.length + 1, row })
    this.hint('flows')
  }

  /** The fence of a flush looks at this, too. */
  admit({ node, incarnation, seq }: Batch): void {
    if (!this.#leases.get(node)?.isFenced) return
    this.#options.count('flushes of a fenced node')
    throw new FlushError('fenced', `the node "${node}" is fenced: incarnation ${incarnation}, flush ${seq}`)
  }

  /** A flush renews the lease of its node. What it wrote must be that node's. */
  flushed(batch: Batch): void {
    const lease = this.#leases.get(batch.node)
    if (lease) lease.untilMs = this.#options.nowMs() + FLUSH_LEASE_MS
    for (const { executionId } of batch.journal) {
      const owner = this.#owners.get(shardOf(executionId))
      if (owner === batch.node) continue
      this.#options.find(`I23 ${executionId}: ${batch.node} writes a turn on a shard of ${owner ?? 'nobody'}`)
    }
    batch.jobsKilled.forEach(this.#options.onStopped)
    if (batch.signals.length > 0) this.hint('signals')
    if (batch.jobsKilled.length > 0 || batch.jobs.some(job => job.node === null)) this.hint('jobs')
    const sent = batch.jobs.filter(({ node }) => node !== null && node !== batch.node)
    for (const job of sent) this.#sent.set(jobKeyOf(job), { sender: batch.node, seq: batch.seq })
    if (sent.length > 0) this.hint('sent')
  }

  ownerOf(shard: number): string | undefined {
    return this.#owners.get(shard)
  }

  /** For a mistake that is put in on purpose. */
  unfence(node: string): void {
    const lease = this.#leases.get(node)
    if (lease) lease.isFenced = false
  }

  announce(member: Member, announcement: Announcement, leaseMs: number): void {
    if (!this.#isCurrent(member)) return
    this.#leases.set(member.node, { announcement, untilMs: this.#options.nowMs() + leaseMs, isFenced: false })
  }

  renew(member: Member, leaseMs: number): number | undefined {
    const lease = this.#leases.get(member.node)
    if (!lease || lease.isFenced || !this.#isCurrent(member)) {
      this.#options.count('renewals refused')
      return undefined
    }
    const nowMs = this.#options.nowMs()
    lease.untilMs = nowMs + leaseMs
    return nowMs
  }

  tend({ node }: Member, nowMs: number = this.#options.nowMs()): Tended {
    const fenced: string[] = []
    for (const [other, lease] of this.#leases) {
      if (other === node || lease.isFenced || lease.untilMs >= nowMs) continue
      this.#fence(other, lease)
      fenced.push(other)
    }
    for (const [shard, owner] of this.#owners)
      if (this.#leases.get(owner)?.isFenced !== false) this.#owners.delete(shard)
    const part = this.#partOf(node, nowMs)
    const owned = [...this.#owners].flatMap(([shard, owner]) => (owner === node ? [shard] : [])).sort((a, b) => a - b)
    for (let shard = 0; shard < SHARDS && owned.length < part; shard++) {
      if (this.#owners.has(shard)) continue
      this.#owners.set(shard, node)
      owned.push(shard)
    }
    return { owned, surplus: owned.slice(part), fenced }
  }

  releaseShards(member: Member, shards: readonly number[]): void {
    if (!this.#isCurrent(member) || this.#leases.get(member.node)?.isFenced !== false) return
    this.#options.count('shards let go')
    for (const shard of shards) if (this.#owners.get(shard) === member.node) this.#owners.delete(shard)
  }

  withdraw(member: Member): void {
    const lease = this.#leases.get(member.node)
    if (!lease || lease.isFenced || !this.#isCurrent(member)) return
    const { announcement } = lease
    lease.announcement = { ...announcement, roles: announcement.roles.filter(role => role !== 'engine') }
    this.#freeShardsOf(member.node)
  }

  leave(member: Member): void {
    const lease = this.#leases.get(member.node)
    if (!lease || !this.#isCurrent(member)) return
    lease.isFenced = true
    this.#freeShardsOf(member.node)
  }

  sendSignals(rows: readonly SignalRow[]): void {
    const { signals } = this.#options.tables
    this.#options.count('signals for another node')
    for (const row of rows) {
      if (signals.has(row.id)) throw new Error(`the signal ${row.id} exists already`)
      signals.set(row.id, row)
    }
    this.hint('signals')
  }

  settleJobs(settled: readonly SettledJob[], { node, incarnation }: Member): void {
    const { jobs, jobsKilled, signals } = this.#options.tables
    for (const { key, signal } of settled) {
      const name = jobKeyOf(key)
      const job = jobs.get(name)
      const isOwn = job?.node === node && job.incarnation === incarnation
      this.#options.count(isOwn ? 'results for another node' : 'stale results refused')
      if (!isOwn) continue
      jobs.delete(name)
      jobsKilled.delete(name)
      signals.set(signal.id, signal)
      this.hint('signals')
    }
  }

  moveJobs(from: string, to: string): void {
    const { jobs } = this.#options.tables
    for (const [name, job] of jobs) if (job.node === null && job.queue === from) jobs.set(name, { ...job, queue: to })
  }

  listAbandonedJobs(limit: number): readonly JobRow[] {
    const { jobs, nodes } = this.#options.tables
    const isGone = ({ node, incarnation }: JobRow): boolean =>
      node !== null && (nodes.get(node)?.incarnation !== incarnation || this.#leases.get(node)?.isFenced === true)
    return [...jobs.values()].filter(isGone).slice(0, limit)
  }

  listKilledJobs({ node, incarnation }: Member): readonly JobKey[] {
    const { jobs, jobsKilled } = this.#options.tables
    return [...jobs.values()].filter(
      job => job.node === node && job.incarnation === incarnation && jobsKilled.has(jobKeyOf(job)),
    )
  }

  listSentJobs({ node, incarnation }: Member, after: ReadonlyMap<string, number>): readonly SentJobRow[] {
    const { jobs, jobsKilled } = this.#options.tables
    if (this.#leases.get(node)?.isFenced !== false || !this.#isCurrent({ node, incarnation })) return []
    return [...this.#sent].flatMap(([name, { sender, seq }]) => {
      const row = jobs.get(name)
      if (row?.node !== node || row.incarnation !== incarnation || seq <= (after.get(sender) ?? 0)) return []
      this.#options.count('jobs handed over')
      return [{ row, sender, seq, isKilled: jobsKilled.has(name) }]
    })
  }

  returnJobs({ node, incarnation }: Member, keys: readonly JobKey[]): void {
    const { jobs } = this.#options.tables
    for (const key of keys) {
      const name = jobKeyOf(key)
      const row = jobs.get(name)
      if (row?.node !== node || row.incarnation !== incarnation) continue
      jobs.set(name, { ...row, node: null, incarnation: null, claimedMs: null })
      this.#sent.delete(name)
      this.#options.count('jobs given back')
      this.hint('jobs')
    }
  }

  listFlowsSince(seq: number): readonly { readonly seq: number; readonly row: FlowRow }[] {
    return this.#saved.filter(saved => saved.seq > seq)
  }

  listNodes(): readonly NodeRow[] {
    return [...this.#leases].map(([node, { announcement, untilMs, isFenced }]) => {
      const incarnation = this.#options.tables.nodes.get(node)?.incarnation ?? 0
      const jobs = [...this.#options.tables.jobs.values()]
      return {
        ...announcement,
        node,
        incarnation,
        isLive: !isFenced && untilMs >= this.#options.nowMs(),
        shards: [...this.#owners.values()].filter(owner => owner === node).length,
        jobs: jobs.filter(job => job.node === node && job.incarnation === incarnation).length,
      }
    })
  }

  #freeShardsOf(node: string): void {
    for (const [shard, owner] of this.#owners) if (owner === node) this.#owners.delete(shard)
  }

  #isCurrent({ node, incarnation }: Member): boolean {
    return this.#options.tables.nodes.get(node)?.incarnation === incarnation
  }

  #partOf(node: string, nowMs: number): number {
    const engines = [...this.#leases]
      .filter(([, lease]) => !lease.isFenced && lease.untilMs >= nowMs && lease.announcement.roles.includes('engine'))
      .map(([name]) => name)
      .sort()
    const at = engines.indexOf(node)
    return at < 0 ? 0 : Math.floor(SHARDS / engines.length) + (at < SHARDS % engines.length ? 1 : 0)
  }

  #fence(node: string, lease: Lease): void {
    const leftMs = lease.untilMs - this.#options.nowMs()
    if (leftMs >= 0) this.#options.find(`I24 ${node} is fenced, and its lease runs for another ${leftMs} ms`)
    lease.isFenced = true
    this.#options.count('nodes fenced')
  }
}

export interface ClusterLink {
  /** A question and its answer, each under way for a while. */
  call<Result>(name: string, run: () => Promise<Result>): Promise<Result>
  /** The same over the connection of the leases. */
  callLease<Result>(name: string, run: () => Promise<Result>): Promise<Result>
  /** Brings a hint, or not, or twice. */
  bring(hint: Hint, listen: () => void): void
}

/** The cluster as one process sees it. */
export function openSimulatedCluster(truth: ClusterTruth, { call, callLease, bring }: ClusterLink): Cluster {
  return {
    announce: (...args) => callLease('announce', async () => truth.announce(...args)),
    renew: (...args) => callLease('renew', async () => truth.renew(...args)),
    tend: member => callLease('tend', async () => truth.tend(member)),
    releaseShards: (...args) => callLease('release shards', async () => truth.releaseShards(...args)),
    withdraw: (...args) => callLease('withdraw', async () => truth.withdraw(...args)),
    moveJobs: (...args) => call('move jobs', async () => truth.moveJobs(...args)),
    leave: (...args) => callLease('leave', async () => truth.leave(...args)),
    sendSignals: (...args) => call('send signals', async () => truth.sendSignals(...args)),
    settleJobs: (...args) => call('settle jobs', async () => truth.settleJobs(...args)),
    listAbandonedJobs: (...args) => call('abandoned jobs', async () => truth.listAbandonedJobs(...args)),
    listKilledJobs: (...args) => call('killed jobs', async () => truth.listKilledJobs(...args)),
    listSentJobs: (...args) => call('sent jobs', async () => truth.listSentJobs(...args)),
    returnJobs: (...args) => call('return jobs', async () => truth.returnJobs(...args)),
    listFlowsSince: (...args) => call('flows since', async () => truth.listFlowsSince(...args)),
    listNodes: () => call('list nodes', async () => truth.listNodes()),
    listWorkers: () =>
      call('list workers', async () =>
        truth.listNodes().flatMap(({ isLive, roles, worker }) => (isLive && roles.includes('worker') ? [worker] : [])),
      ),
    tidyQueues: async () => {},
    forgetNodes: () => call('forget nodes', async () => 0),
    onHint: listener => {
      const listen = (hint: Hint): void => bring(hint, () => listener(hint))
      truth.listeners.add(listen)
      return () => void truth.listeners.delete(listen)
    },
  }
}
