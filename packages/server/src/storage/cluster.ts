// What many nodes on one database need besides the store: leases, who owns which shard, signals to executions that another node owns, and
// hints that something is there. Only PostgreSQL has it; without it a node is alone and owns every shard.
import type { WorkerProfile } from '../inbox/jobs.ts'
import type { JobKey, JobRow, SignalRow } from './batch.ts'
import type { FlowRow } from './store.ts'

export type Role = 'engine' | 'web' | 'worker'

export interface Member {
  readonly node: string
  readonly incarnation: number
}

export interface Tended {
  /** Shards that this node owns now. */
  readonly owned: readonly number[]
  /** Owned shards beyond this node's part: to be let go once nothing of them is under way. */
  readonly surplus: readonly number[]
  /** Nodes whose lease ran out, fenced just now. */
  readonly fenced: readonly string[]
}

/** `sent`: jobs that were handed to a worker with the flush that stored them. */
export type Hint = 'signals' | 'jobs' | 'sent' | 'flows' | 'access'

/** Hears whom a hint is for, where it is not for all. */
export type HintListener = (hint: Hint, nodes?: readonly string[]) => void

/** What a node tells of itself when it joins. */
export interface Announcement {
  readonly roles: readonly Role[]
  readonly worker: WorkerProfile
  /** Jobs that it runs at a time. */
  readonly slots: number
  readonly host: string
  readonly processId: number
  readonly version: string
  readonly startedMs: number
}

export interface NodeRow extends Announcement {
  readonly node: string
  readonly incarnation: number
  /** Neither fenced nor beyond its lease, by the clock of the database. */
  readonly isLive: boolean
  readonly shards: number
  readonly jobs: number
}

export interface SettledJob {
  readonly key: JobKey
  /** What the owner of the execution is told. */
  readonly signal: SignalRow
}

/** A job that an engine has handed to a worker. */
export interface SentJobRow {
  readonly row: JobRow
  readonly sender: string
  /** Of the sender's flush. */
  readonly seq: number
  readonly isKilled: boolean
}

export interface Cluster {
  /** The node begins: with these roles, alive for the length of a lease. */
  announce(member: Member, announcement: Announcement, leaseMs: number): Promise<void>
  /** Extends the lease and tells the database's time in epoch milliseconds; nothing when the node was fenced and must begin anew. */
  renew(member: Member, leaseMs: number): Promise<number | undefined>
  /** Fences nodes whose lease ran out, and shares the shards among the engines that live. */
  tend(member: Member): Promise<Tended>
  releaseShards(member: Member, shards: readonly number[]): Promise<void>
  /** The node is an engine no longer, though it lives on until its jobs have ended: all its shards are free. */
  withdraw(member: Member): Promise<void>
  /** The node goes: its lease ends and its shards are free. */
  leave(member: Member): Promise<void>
  sendSignals(rows: readonly SignalRow[]): Promise<void>
  /**
   * Deletes the jobs and hands their settlements on, in one. A job that is no longer this node's changes nothing: its result is stale.
   */
  settleJobs(jobs: readonly SettledJob[], member: Member): Promise<void>
  /** Jobs that nobody has claimed go to another queue. */
  moveJobs(from: string, to: string): Promise<void>
  /** Jobs in the hands of nodes that are gone. */
  listAbandonedJobs(limit: number): Promise<readonly JobRow[]>
  /** Jobs of this node that were killed by their execution's owner. */
  listKilledJobs(member: Member): Promise<readonly JobKey[]>
  /**
   * Jobs that engines of other nodes have handed to this node, of each engine those of its flushes after the given one: an engine has one flush
   * under way at a time, so that what is seen later has a greater number.
   */
  listSentJobs(member: Member, after: ReadonlyMap<string, number>): Promise<readonly SentJobRow[]>
  /** Jobs of this node that it has not begun are for anybody again. */
  returnJobs(member: Member, jobs: readonly JobKey[]): Promise<void>
  /** Revisions that were saved after the one with this number, in the order they were saved. */
  listFlowsSince(seq: number): Promise<readonly { readonly seq: number; readonly row: FlowRow }[]>
  listNodes(): Promise<readonly NodeRow[]>
  /** Of the nodes that are alive and run jobs. */
  listWorkers(): Promise<readonly WorkerProfile[]>
  /**
   * Takes out what is dead among the rows of jobs, signals and timers when there is much of it: these rows live for milliseconds, and what is left
   * of them lies in the way of every look for those that are next until somebody cleans up.
   */
  tidyQueues(deadMin: number): Promise<void>
  /** Nodes that have been gone for longer than anybody could come back from; how many. */
  forgetNodes(goneMs: number): Promise<number>
  /** A hint that something is there; it may be lost, and a sweep finds what it would have told. The returned function ends it. */
  onHint(listener: HintListener): () => void
}
