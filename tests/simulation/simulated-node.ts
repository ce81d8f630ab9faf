// One process of the server: its incarnations one after the other, as the boot has them. It joins, works, and when it was fenced or out of touch it lets
// go of everything and joins anew. Alone, or when its store is broken, it ends.
import { encodeValue } from '@batuta/core'
import type { NodeIdentity } from '../../packages/server/src/engine/flush-pipeline.ts'
import { termsOf } from '../../packages/server/src/engine/membership.ts'
import type { StartWorld } from '../../packages/server/src/flows/births.ts'
import { openFlowCatalogue, type FlowCatalogue } from '../../packages/server/src/flows/flow-catalogue.ts'
import { homeShardOf } from '../../packages/server/src/flows/home.ts'
import { TriggerDesk } from '../../packages/server/src/flows/trigger-desk.ts'
import { SubmitError, type Inbox } from '../../packages/server/src/inbox/inbox.ts'
import { newLimitRules } from '../../packages/server/src/flows/limit-rules.ts'
import type { HttpDependencies } from '../../packages/server/src/http/dependencies.ts'
import { TriggerReasons } from '../../packages/server/src/flows/trigger-reasons.ts'
import { newChanges } from '../../packages/server/src/inbox/changes.ts'
import { watchedBreakers } from './watched-breakers.ts'
import type { FlowKey, FlowRow, TriggerKey } from '../../packages/server/src/storage/store.ts'
import { count } from './ledger.ts'
import type { SimulatedHost } from './simulated-host.ts'
import { noticeOf, type NodeOptions } from './node-options.ts'
import { SLOTS, openRooms, type Means, type Over, type Rooms } from './simulated-rooms.ts'
import { freshIdOf, startWorldOf } from './simulated-triggers.ts'

const REJOIN_FIRST_MS = 100
const REJOIN_LONGEST_MS = 2_000
/** Executions of other nodes change without a word to this one. */
const CHANGES_EVERY_MS = 500
const GRACE_MAX_MS = 6_000

export class SimulatedNode {
  readonly flows: FlowCatalogue
  readonly desk: TriggerDesk
  /** What the routes of the API are given. */
  readonly doors: HttpDependencies
  readonly #options: NodeOptions
  #rooms: Rooms | undefined
  #isStopped = false
  /** The same in every incarnation: it tells this process from others. */
  #startedMs = 0

  readonly inbox: Inbox = {
    submit: (signal, how) =>
      this.#rooms
        ? this.#rooms.inbox.submit(signal, how)
        : Promise.reject(new SubmitError('unavailable', 'This server is joining its database again: try again soon.')),
  }

  readonly #means: Means

  private constructor(flows: FlowCatalogue, options: NodeOptions) {
    this.flows = flows
    this.#options = options
    const { store, process, chance, pools } = options
    const { platform } = process
    const reasons = new TriggerReasons({ store, platform, onNotice: noticeOf(options.ledger) })
    const everyMs = CHANGES_EVERY_MS
    const changes = newChanges(store.cluster ? { platform, everyMs } : undefined)
    this.#means = { changes, reasons, breakers: watchedBreakers(options) }
    this.desk = new TriggerDesk({
      store,
      flows,
      zone: 'UTC',
      nowMs: () => process.platform.nowMs(),
      signalOf: flow => {
        const body = encodeValue({ type: 'trigger-changed', ...flow })
        const id = `desk/${options.name}/${process.platform.nowMs()}/${chance.next()}`
        return { id, shard: homeShardOf(flow), executionId: '-', body }
      },
    })
    this.doors = {
      config: { tenant: 'main', host: 'simulation', port: 1 },
      ...{ inbox: this.inbox, store, flows, platform, pools, triggerDesk: this.desk, ...this.#means },
      startWorld: () => this.startWorld(),
      newId: (flow: FlowKey) => this.newId(flow),
      ask: () => () => Promise.reject(new Error('nothing is asked here')),
      // Nobody has policies here.
      saveWorld: {},
    } as unknown as HttpDependencies
    this.desk.watch(
      async flow =>
        await this.#rooms
          ?.onFlowChanged(flow)
          .catch(error => noticeOf(options.ledger)('changed triggers are read later', error)),
    )
  }

  /** Boots: settles when all that was left over is in hand, never when the process dies meanwhile. */
  static async open(options: NodeOptions): Promise<SimulatedNode> {
    const node = new SimulatedNode(await openFlowCatalogue(options.store), options)
    const rooms = await node.#begin()
    if (typeof rooms === 'string') throw new Error(rooms)
    return node
  }

  /** False while it is out of touch with the others. */
  get isIn(): boolean {
    return this.#rooms !== undefined
  }

  get hosts(): readonly SimulatedHost[] {
    return this.#rooms?.hosts ?? []
  }

  get pending(): number {
    return this.#rooms?.engine.pending ?? 0
  }

  /** What a server in which nothing happens still holds. */
  get held(): Readonly<Record<string, number>> {
    if (!this.#rooms) return {}
    const { resident, pending } = this.#rooms.engine
    const { running, reserved } = this.#rooms.worker
    return { resident, pending, running, reserved }
  }

  newId(flow: FlowKey): string {
    const shard = newLimitRules(this.flows, this.#options.pools).birthShardOf(flow) ?? this.#options.chance.int(0, 255)
    return freshIdOf(this.#options)(shard)
  }

  startWorld(): StartWorld {
    return startWorldOf(this.#options)()
  }

  /** A flow was saved. */
  async take(row: FlowRow): Promise<void> {
    this.flows.take(row)
    await this.#rooms?.onFlowChanged(row)
  }

  async switchOff(key: TriggerKey): Promise<void> {
    await this.#options.store.perform('setTriggerDisabled', { ...key, isDisabled: true, nextMs: null })
    await this.#rooms?.onFlowChanged(key)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#rooms?.stop(this.#options.chance.int(0, GRACE_MAX_MS))
  }

  async #begin(): Promise<Rooms | string> {
    let over: string | undefined
    const rooms: Rooms = openRooms(this.#options, {
      node: await this.#join(),
      flows: this.flows,
      desk: this.desk,
      means: this.#means,
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
    return rooms
  }

  #end(rooms: Rooms, over: Over, reason: string): void {
    const { store, world, ledger, onFatal } = this.#options
    world.note(`${over}: ${reason}\n`)
    if (over === 'broken' || !store.cluster) return onFatal(new Error(reason))
    count(ledger, 'nodes that let go')
    rooms.abandon(reason)
    if (this.#rooms !== rooms) return
    this.#rooms = undefined
    void this.#rejoin()
  }

  async #rejoin(): Promise<void> {
    const { process, ledger, onFatal } = this.#options
    const { platform } = process
    for (let pauseMs = REJOIN_FIRST_MS; !this.#isStopped; pauseMs = Math.min(pauseMs * 2, REJOIN_LONGEST_MS)) {
      await new Promise<void>(resolve => void platform.at(platform.nowMs() + pauseMs * platform.random(), resolve))
      try {
        if (await this.#isReplaced()) return onFatal(new Error('another process works under this name'))
        if (typeof (await this.#begin()) !== 'string') return count(ledger, 'nodes that joined again')
      } catch {
        count(ledger, 'joinings that failed')
      }
    }
  }

  async #isReplaced(): Promise<boolean> {
    const { name, store, ledger } = this.#options
    const nodes = (await store.cluster?.listNodes()) ?? []
    const isReplaced = nodes.some(row => row.node === name && row.isLive && row.startedMs !== this.#startedMs)
    if (isReplaced) count(ledger, 'processes that were replaced')
    return isReplaced
  }

  async #join(): Promise<NodeIdentity> {
    const { name, roles, store, process } = this.#options
    const { incarnation: follows = 0 } = (await store.read.findFence(name)) ?? {}
    const { incarnation, flushSeq } = await store.perform('joinNode', {
      node: name,
      nowMs: process.platform.nowMs(),
      follows,
    })
    if (this.#startedMs === 0) this.#startedMs = process.platform.nowMs()
    const announcement = {
      roles,
      worker: { group: undefined, tags: [] },
      slots: roles.includes('worker') ? SLOTS : 0,
      host: name,
      processId: process.number,
      version: '0',
      startedMs: this.#startedMs,
    } as const
    const { leaseMs } = termsOf(roles.includes('engine'))
    await store.cluster?.announce({ node: name, incarnation }, announcement, leaseMs)
    return { id: name, node: name, incarnation, flushSeq }
  }
}
