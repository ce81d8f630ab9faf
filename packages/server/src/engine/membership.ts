// A node among others: it keeps its lease alive, takes its part of the shards, and lets go of what is beyond its part once nothing of it is under
// way. A node that is alone (no cluster) owns every shard and has nothing to do here.
import { SHARDS } from '@batuta/core'
import type { Clock, Scheduler } from '../platform/platform.ts'
import type { Cluster, Member } from '../storage/cluster.ts'

const TEND_EVERY_MS = 2_000

export interface LeaseTerms {
  readonly leaseMs: number
  /** A node that could not renew its lease for this long lets go by itself, before anybody may take what is its. */
  readonly silenceMaxMs: number
}

const ENGINE_TERMS: LeaseTerms = { leaseMs: 10_000, silenceMaxMs: 7_000 }
/** Scripts outlast a longer outage of the database than shards may go without an owner. */
const WORKER_TERMS: LeaseTerms = { leaseMs: 30_000, silenceMaxMs: 20_000 }

/** The host stops what runs a moment after the server would have: well before the lease ends. */
const BEAT_SLACK_MS = 1_000

export function termsOf(isEngine: boolean): LeaseTerms {
  return isEngine ? ENGINE_TERMS : WORKER_TERMS
}

export interface MembershipOptions {
  readonly cluster: Cluster | undefined
  readonly member: Member
  readonly isEngine: boolean
  readonly platform: Clock & Scheduler
  /** These shards are this node's now: what waits in them is taken up. */
  onGained(shards: ReadonlySet<number>): Promise<void>
  /** Stops working on these shards; settles when nothing of them is under way. */
  onLosing(shards: ReadonlySet<number>): Promise<void>
  /** The lease was renewed: what runs here may go on for so long without another word. */
  onRenewed?(validMs: number): void
  /** Somebody else took over: this incarnation must end. */
  onFenced(reason: string): void
  onNotice(message: string, error?: unknown): void
}

export class Membership {
  readonly #options: MembershipOptions
  readonly #terms: LeaseTerms
  #owned: ReadonlySet<number>
  /** Shards that came and are still to be taken up. */
  readonly #fresh = new Set<number>()
  /** Shards of which something is still under way here, though nothing new begins. */
  #leaving: ReadonlySet<number> = new Set()
  #takingUp: Promise<void> | undefined
  #renewedMs: number
  #callOff: (() => void) | undefined
  #callOffWatch: (() => void) | undefined
  #isStopped = false
  /** Its lease lives on until what runs has ended. */
  #isHandingOver = false

  constructor(options: MembershipOptions) {
    this.#options = options
    this.#terms = termsOf(options.isEngine)
    this.#owned = options.cluster || !options.isEngine ? new Set() : allShards()
    this.#renewedMs = options.platform.elapsedMs()
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
    // The lease begins when the database hears of it, which may be long before its answer is here: what runs meanwhile has the time of one lease, too.
    this.#renewed(this.#options.platform.elapsedMs())
    await this.#tend(this.#options.cluster)
    await this.#takingUp
  }

  /** Gives every shard to the other engines once nothing of it is under way here, and takes none any more. */
  async handOver(): Promise<void> {
    const { cluster, member, isEngine, onLosing, onNotice } = this.#options
    this.#isHandingOver = true
    if (!cluster || !isEngine || this.#owned.size + this.#leaving.size === 0) return
    // A withdrawal frees all of them, so what is being let go anyway must be at rest as well.
    const losing = new Set([...this.#owned, ...this.#leaving])
    this.#owned = new Set()
    try {
      await onLosing(losing)
      await cluster.withdraw(member)
    } catch (error) {
      onNotice('the shards could not be handed over; others take them when the lease ends', error)
    }
  }

  /** The node was fenced or is out of touch: it owns nothing any more, and says nothing more. */
  abandon(): void {
    this.#isStopped = true
    this.#callOff?.()
    this.#callOffWatch?.()
    this.#owned = new Set()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#callOff?.()
    this.#callOffWatch?.()
    await this.#options.cluster?.leave(this.#options.member)
  }

  async #tend(cluster: Cluster): Promise<void> {
    const { platform, onNotice } = this.#options
    try {
      await this.#keep(cluster)
    } catch (error) {
      if (this.#isStopped) return
      onNotice(`the lease could not be renewed for ${this.#silentMs()} ms`, error)
    }
    if (!this.#isStopped) this.#callOff = platform.at(platform.nowMs() + TEND_EVERY_MS, () => void this.#tend(cluster))
  }

  #silentMs(): number {
    return Math.round(this.#options.platform.elapsedMs() - this.#renewedMs)
  }

  /** Counted from the moment at which it was asked for: an answer may be on its way for longer than the lease. */
  #renewed(sentMs: number): void {
    this.#renewedMs = sentMs
    this.#watch()
    const validMs = this.#terms.silenceMaxMs + BEAT_SLACK_MS - this.#silentMs()
    if (validMs > 0) this.#options.onRenewed?.(validMs)
  }

  /** A question to a database that is gone may stay open for long: the silence ends by itself. */
  #watch(): void {
    const { platform, onFenced } = this.#options
    this.#callOffWatch?.()
    // By the clock that nobody sets: one that is set back would make the silence longer than the lease.
    const leftMs = this.#renewedMs + this.#terms.silenceMaxMs - platform.elapsedMs()
    this.#callOffWatch = platform.at(platform.nowMs() + leftMs, () => {
      if (!this.#isStopped) onFenced(`the lease could not be renewed for ${this.#silentMs()} ms`)
    })
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
    const sentMs = this.#options.platform.elapsedMs()
    if ((await cluster.renew(member, this.#terms.leaseMs)) === undefined)
      return onFenced('the lease ran out and another node fenced this one')
    this.#renewed(sentMs)
    const { owned, surplus, fenced } = await cluster.tend(member)
    for (const node of fenced) onNotice(`the node "${node}" is gone: its shards and jobs are taken over`)
    if (!isEngine || this.#isHandingOver || this.#isStopped) return
    for (const shard of owned) if (!this.#owned.has(shard)) this.#fresh.add(shard)
    this.#owned = new Set(owned)
    if (this.#fresh.size > 0) this.#takingUp ??= this.#takeUp().finally(() => (this.#takingUp = undefined))
    if (surplus.length === 0) return
    const losing = new Set(surplus)
    this.#owned = new Set(owned.filter(shard => !losing.has(shard)))
    this.#leaving = losing
    await onLosing(losing)
    await cluster.releaseShards(member, surplus)
    this.#leaving = new Set()
  }
}

function allShards(): ReadonlySet<number> {
  return new Set(Array.from({ length: SHARDS }, (_, shard) => shard))
}
