// A node among others: it keeps its lease alive, takes its part of the shards, and lets go of what is beyond its part once nothing of it is under
// way. A node that is alone (no cluster) owns every shard and has nothing to do here.
import { SHARDS } from '@batuta/core'
import type { Clock, Scheduler } from '../platform/platform.ts'
import type { Cluster, Member } from '../storage/cluster.ts'

const TEND_EVERY_MS = 2_000
const LEASE_MS = 10_000
/** A node that could not renew its lease for this long stops by itself, before anybody may take its shards. */
const SILENCE_MAX_MS = 7_000

export interface MembershipOptions {
  readonly cluster: Cluster | undefined
  readonly member: Member
  readonly isEngine: boolean
  readonly platform: Clock & Scheduler
  /** These shards are this node's now: what waits in them is taken up. */
  onGained(shards: ReadonlySet<number>): Promise<void>
  /** Stops working on these shards; settles when nothing of them is under way. */
  onLosing(shards: ReadonlySet<number>): Promise<void>
  /** Somebody else took over: this incarnation must end. */
  onFenced(reason: string): void
  onNotice(message: string, error?: unknown): void
}

export class Membership {
  readonly #options: MembershipOptions
  #owned: ReadonlySet<number>
  /** Shards that came and are still to be taken up. */
  readonly #fresh = new Set<number>()
  #takingUp: Promise<void> | undefined
  #renewedMs: number
  #callOff: (() => void) | undefined
  #isStopped = false

  constructor(options: MembershipOptions) {
    this.#options = options
    this.#owned = options.cluster || !options.isEngine ? new Set() : allShards()
    this.#renewedMs = options.platform.nowMs()
  }

  owns(shard: number): boolean {
    return this.#owned.has(shard)
  }

  get owned(): ReadonlySet<number> {
    return this.#owned
  }

  /** Takes the first part of the shards before it returns. */
  async start(): Promise<void> {
    if (!this.#options.cluster) return await this.#options.onGained(this.#owned)
    await this.#tend(this.#options.cluster)
    await this.#takingUp
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#callOff?.()
    await this.#options.cluster?.leave(this.#options.member)
  }

  async #tend(cluster: Cluster): Promise<void> {
    const { platform, onNotice, onFenced } = this.#options
    try {
      await this.#keep(cluster)
      this.#renewedMs = platform.nowMs()
    } catch (error) {
      if (this.#isStopped) return
      const silentMs = platform.nowMs() - this.#renewedMs
      onNotice(`the lease could not be renewed for ${silentMs} ms`, error)
      if (silentMs > SILENCE_MAX_MS) return onFenced(`the lease could not be renewed for ${silentMs} ms`)
    }
    if (!this.#isStopped) this.#callOff = platform.at(platform.nowMs() + TEND_EVERY_MS, () => void this.#tend(cluster))
  }

  /** Taking up may take long, or fail and be tried again with the next tending: the lease is kept alive meanwhile. */
  async #takeUp(): Promise<void> {
    const { onGained, onNotice } = this.#options
    const shards = new Set(this.#fresh)
    try {
      await onGained(shards)
      for (const shard of shards) this.#fresh.delete(shard)
    } catch (error) {
      onNotice(`${shards.size} shards could not be taken up; it is tried again`, error)
    }
  }

  async #keep(cluster: Cluster): Promise<void> {
    const { member, isEngine, onLosing, onFenced, onNotice } = this.#options
    if (!(await cluster.renew(member, LEASE_MS))) return onFenced('the lease ran out and another node fenced this one')
    const { owned, surplus, fenced } = await cluster.tend(member)
    for (const node of fenced) onNotice(`the node "${node}" is gone: its shards and jobs are taken over`)
    if (!isEngine) return
    for (const shard of owned) if (!this.#owned.has(shard)) this.#fresh.add(shard)
    this.#owned = new Set(owned)
    if (this.#fresh.size > 0) this.#takingUp ??= this.#takeUp().finally(() => (this.#takingUp = undefined))
    if (surplus.length === 0) return
    const losing = new Set(surplus)
    this.#owned = new Set(owned.filter(shard => !losing.has(shard)))
    await onLosing(losing)
    await cluster.releaseShards(member, surplus)
  }
}

function allShards(): ReadonlySet<number> {
  return new Set(Array.from({ length: SHARDS }, (_, shard) => shard))
}
