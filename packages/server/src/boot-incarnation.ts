// The incarnations of this node, one after the other. It joins, works, and when it was fenced or out of touch for too long it lets go of
// everything and joins anew; whoever asks meanwhile is told to come again. A node that is alone cannot be fenced, and one whose store is broken
// ends: somebody must look at the disk. One in whose name another process works ends, too: joining anew would take it from that one, and so on.
import { hostname } from 'node:os'
import type { Ground } from './boot-ground.ts'
import { NO_VITALS, openRooms, type Over, type Rooms, type Vitals } from './boot-rooms.ts'
import type { NodeIdentity } from './engine/flush-pipeline.ts'
import type { Config } from './config/config.ts'
import { termsOf } from './engine/membership.ts'
import { VERSION } from './platform/version.ts'
import { SubmitError, type Inbox, type LookAtLive } from './inbox/inbox.ts'
import type { Announcement, NodeRow } from './storage/cluster.ts'
import type { FlowKey } from './storage/store.ts'

const EXIT_BROKEN = 70
const EXIT_REPLACED = 75
const REJOIN_FIRST_MS = 100
const REJOIN_LONGEST_MS = 2_000
const NO_CLAIMS: ReadonlyMap<number, number> = new Map()
const NO_SHARDS: ReadonlySet<number> = new Set()

export class Incarnations {
  readonly #ground: Ground
  readonly #onTouch: (isIn: boolean) => void
  #rooms: Rooms | undefined
  #isStopped = false
  #incarnation = 0
  #startedMs = 0

  readonly inbox: Inbox = {
    submit: (signal, how) => {
      if (!this.#rooms)
        return Promise.reject(
          new SubmitError('unavailable', 'This server is joining its database again: try again soon.'),
        )
      if (signal.type === 'create' && this.#ground.mode.isOn)
        return Promise.reject(new SubmitError('maintenance', 'Nothing new begins during maintenance.'))
      return this.#rooms.inbox.submit(signal, how)
    },
  }

  /** `onTouch` is told when the node is in touch with its database and the others, and when it is not any more. */
  constructor(ground: Ground, onTouch: (isIn: boolean) => void) {
    this.#ground = ground
    this.#onTouch = onTouch
  }

  readonly look: LookAtLive = (executionId, view) => this.#rooms?.look(executionId, view)

  get vitals(): Vitals {
    return this.#rooms?.vitals() ?? NO_VITALS
  }

  get owned(): ReadonlySet<number> {
    return this.#rooms?.owned ?? NO_SHARDS
  }

  /** This node as the list of nodes has it; alone it is the whole list. */
  announcement(): NodeRow {
    const { config, nodeId } = this.#ground
    const { ownedShards, runningJobs } = this.vitals
    const place = { node: nodeId, incarnation: this.#incarnation, isLive: this.#rooms !== undefined }
    return { ...announcementOf(config, this.#startedMs), ...place, shards: ownedShards, jobs: runningJobs }
  }

  claimsOf(executionId: string): ReadonlyMap<number, number> {
    return this.#rooms?.claimsOf(executionId) ?? NO_CLAIMS
  }

  async onFlowChanged(key: FlowKey): Promise<void> {
    await this.#rooms?.onFlowChanged(key)
  }

  async onPoolsChanged(): Promise<void> {
    await this.#rooms?.onPoolsChanged()
  }

  /** Rejects when the node cannot begin; later it tries again by itself. */
  async start(): Promise<void> {
    const rooms = await this.#begin()
    if (typeof rooms === 'string') throw new Error(rooms)
  }

  async stop(graceMs: number): Promise<void> {
    this.#isStopped = true
    await this.#rooms?.stop(graceMs)
  }

  /** The grace of a stop that is under way is over. */
  cut(): void {
    this.#rooms?.cut()
  }

  /** The rooms at work, or why they were over before they had begun. */
  async #begin(): Promise<Rooms | string> {
    let over: string | undefined
    const node = await this.#join()
    this.#incarnation = node.incarnation
    const rooms: Rooms = openRooms(this.#ground, {
      node,
      onOver: (kind, reason) => {
        if (over !== undefined) return
        over = reason
        this.#end(rooms, kind, reason)
      },
    })
    try {
      await rooms.start()
    } catch (error) {
      rooms.abandon('the node could not begin')
      throw error
    }
    if (over !== undefined) return over
    this.#rooms = rooms
    this.#onTouch(true)
    return rooms
  }

  #end(rooms: Rooms, over: Over, reason: string): void {
    const { log, store } = this.#ground
    if (over === 'broken' || !store.cluster) {
      log.error(`the server cannot go on: ${reason}`)
      process.exit(EXIT_BROKEN)
    }
    log.warn(`this node lets go of everything and joins again: ${reason}`)
    rooms.abandon(reason)
    if (this.#rooms !== rooms) return
    this.#rooms = undefined
    this.#onTouch(false)
    void this.#rejoin(REJOIN_FIRST_MS)
  }

  async #rejoin(waitMs: number): Promise<void> {
    const { platform, log } = this.#ground
    for (let pauseMs = waitMs; !this.#isStopped; pauseMs = Math.min(pauseMs * 2, REJOIN_LONGEST_MS)) {
      await new Promise<void>(resolve => void platform.at(platform.nowMs() + pauseMs * platform.random(), resolve))
      try {
        if (await this.#isReplaced()) this.#endReplaced()
        const rooms = await this.#begin()
        if (typeof rooms !== 'string') return log.info('this node has joined again')
      } catch (error) {
        log.warn('this node cannot join yet; it is tried again', error)
      }
    }
  }

  /** Another process lives under the name of this node: a copy of its data folder, or the one that was to replace it. */
  async #isReplaced(): Promise<boolean> {
    const { store, nodeId } = this.#ground
    const nodes = (await store.cluster?.listNodes()) ?? []
    return nodes.some(({ node, isLive, startedMs }) => node === nodeId && isLive && startedMs !== this.#startedMs)
  }

  #endReplaced(): never {
    const { log, nodeId } = this.#ground
    log.error(`another process works as the node "${nodeId}": this one ends. Give each its own data folder.`)
    process.exit(EXIT_REPLACED)
  }

  /** A new incarnation: whatever an earlier one still has in flight counts no more. */
  async #join(): Promise<NodeIdentity> {
    const { store, config, nodeId, platform } = this.#ground
    const { incarnation: follows = 0 } = (await store.read.findFence(nodeId)) ?? {}
    const { incarnation, flushSeq } = await store.perform('joinNode', {
      node: nodeId,
      nowMs: platform.nowMs(),
      follows,
    })
    // Told the same in every incarnation, it tells this process from others.
    if (this.#startedMs === 0) this.#startedMs = platform.nowMs()
    const { leaseMs } = termsOf(config.roles.includes('engine'))
    await store.cluster?.announce({ node: nodeId, incarnation }, announcementOf(config, this.#startedMs), leaseMs)
    return { id: nodeId, node: nodeId, incarnation, flushSeq }
  }
}

function announcementOf({ roles, worker, slots }: Config, startedMs: number): Announcement {
  const isWorker = roles.includes('worker')
  return {
    roles,
    worker: isWorker ? worker : { group: undefined, tags: [] },
    slots: isWorker ? slots : 0,
    host: hostname(),
    processId: process.pid,
    version: VERSION,
    startedMs,
  }
}
