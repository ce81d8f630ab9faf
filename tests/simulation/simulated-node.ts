// One incarnation of the server, from its boot to its end.
import type { NodeIdentity } from '../../packages/server/src/engine/flush-pipeline.ts'
import type { StartWorld } from '../../packages/server/src/flows/births.ts'
import { openFlowCatalogue, type FlowCatalogue } from '../../packages/server/src/flows/flow-catalogue.ts'
import type { Inbox } from '../../packages/server/src/inbox/inbox.ts'
import type { FlowRow, TriggerKey } from '../../packages/server/src/storage/store.ts'
import type { SimulatedHost } from './simulated-host.ts'
import { openRooms, type NodeOptions, type Rooms } from './simulated-rooms.ts'

const FIRST_LEASE_MS = 10_000

export class SimulatedNode {
  readonly flows: FlowCatalogue
  readonly #rooms: Rooms
  readonly #options: NodeOptions

  private constructor(rooms: Rooms, flows: FlowCatalogue, options: NodeOptions) {
    this.#rooms = rooms
    this.flows = flows
    this.#options = options
  }

  /** Boots: settles when all that was left over is in hand, never when the process dies meanwhile. */
  static async open(options: NodeOptions): Promise<SimulatedNode> {
    const { name, store, process, isSwept } = options
    const joined = await store.perform('joinNode', { node: name, nowMs: process.platform.nowMs() })
    const node: NodeIdentity = { id: name, node: name, incarnation: joined.incarnation, flushSeq: joined.flushSeq }
    await store.cluster?.announce(node, ['engine', 'web', 'worker'], FIRST_LEASE_MS)
    const flows = await openFlowCatalogue(store)
    const rooms = openRooms(options, node, flows)
    await rooms.membership.start()
    await rooms.maintenance.start()
    if (!isSwept) rooms.maintenance.stop()
    await rooms.clockwork.start()
    for (const follower of rooms.followers) await follower.start()
    return new SimulatedNode(rooms, flows, options)
  }

  get inbox(): Inbox {
    return this.#rooms.inbox
  }

  get hosts(): readonly SimulatedHost[] {
    return this.#rooms.hosts
  }

  get pending(): number {
    return this.#rooms.engine.pending
  }

  newId(): string {
    return this.#rooms.newId()
  }

  startWorld(): StartWorld {
    return this.#rooms.startWorld()
  }

  /** What a server in which nothing happens still holds. */
  get held(): Readonly<Record<string, number>> {
    const { resident, pending } = this.#rooms.engine
    const { running, reserved } = this.#rooms.worker
    return { resident, pending, running, reserved }
  }

  /** A flow was saved. */
  async take(row: FlowRow): Promise<void> {
    this.flows.take(row)
    this.#rooms.clockwork.lookAt(await this.#rooms.schedules.reload(row))
  }

  async stopSchedule(key: TriggerKey): Promise<void> {
    await this.#options.store.perform('setTriggerDisabled', { ...key, isDisabled: true, nextMs: null })
    await this.#rooms.schedules.reload(key)
  }

  async stop(): Promise<void> {
    const { clockwork, maintenance, followers, worker, engine, membership } = this.#rooms
    for (const room of [clockwork, maintenance, ...followers]) room.stop()
    await worker.close()
    await engine.stop()
    await membership.stop()
  }
}
