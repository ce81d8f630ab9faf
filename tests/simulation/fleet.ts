// The places of the servers: in each, one process after the other under one name, and all that befalls them. Whoever watches over a place starts
// the next process when one has ended.
import type { Pools } from '../../packages/server/src/flows/pools.ts'
import type { Inbox } from '../../packages/server/src/inbox/inbox.ts'
import type { JobKey } from '../../packages/server/src/storage/batch.ts'
import type { Tables } from '../../packages/server/src/storage/memory/tables.ts'
import type { Store } from '../../packages/server/src/storage/store.ts'
import { tellTime } from '../../packages/server/src/storage/tell-time.ts'
import type { Role } from '../../packages/server/src/storage/cluster.ts'
import { newChance, type Chance } from './chance.ts'
import type { Faults } from './faults.ts'
import { count, type Ledger } from './ledger.ts'
import { CHANNELS, Link } from './link.ts'
import type { Plant, PlantPlace } from './plants.ts'
import { Process, type Machine } from './process.ts'
import type { ClusterTruth } from './simulated-cluster.ts'
import type { SimulatedDatabase } from './simulated-database.ts'
import { outcomeOf } from './simulated-host.ts'
import { SimulatedNode } from './simulated-node.ts'
import { openSimulatedStore } from './simulated-store.ts'
import type { World } from './world.ts'

export interface FleetOptions {
  readonly seed: number
  readonly nodes: readonly DrawnNode[]
  readonly world: World
  readonly ledger: Ledger
  readonly database: SimulatedDatabase
  /** Where nodes can be many. */
  readonly clusterTruth: ClusterTruth | undefined
  readonly plant: Plant | undefined
  /** What the seed drew, and what holds now. */
  readonly drawn: Faults
  faults(): Faults
  /** The tables, by the clock of the process where the store has none of its own. */
  truthFor(clock: () => number, isFenced: boolean): Store
  readonly tables: Tables
  readonly pools: Pools
  onStart(key: JobKey): void
  watch(inbox: Inbox): Inbox
}

export interface DrawnNode {
  readonly name: string
  readonly roles: readonly Role[]
}

interface Slot extends DrawnNode {
  readonly machine: Machine
  /** Processes that sleep, or slept, while another one took the place. */
  readonly doubles: Process[]
  process?: Process
  link?: Link
  node?: SimulatedNode
}

/** Events per step become events per millisecond: about ten milliseconds go by in a step. */
const STEP_MS = 10
const SLEEP_MAX_MS = 10_000
/** Longer than a lease: the others take over. */
const OUTLIVES_LEASE_MS = 10_000
const AWAY_MAX_MS = 18_000
const STALL_MIN_MS = 1_000
/** Of the places whose process ended, so many stay empty that long. */
const STAYS_AWAY = 0.2
const CLOCK_BACK_MAX_MS = 120_000
/** Alone, every schedule has to catch up with it. */
const CLOCK_FORTH_MAX_MS = 20_000

export class Fleet {
  readonly #options: FleetOptions
  readonly #slots: readonly Slot[]
  readonly #restarts: Chance
  readonly #chance: Chance
  #processes = 0

  constructor(options: FleetOptions) {
    this.#options = options
    const { seed, nodes, drawn } = options
    const clocks = newChance(`clocks ${seed}`)
    // Alone, the clock of the machine is the only one there is.
    const skewMs = (): number => (options.clusterTruth ? clocks.int(-drawn.skewMs, drawn.skewMs) : 0)
    this.#slots = nodes.map(node => ({ ...node, machine: { skewMs: skewMs() }, doubles: [] }))
    this.#restarts = newChance(`restarts ${seed}`)
    this.#chance = newChance(`crashes ${seed}`)
  }

  /** Any of the places, to be asked; nobody may be there. */
  pick(chance: Chance): SimulatedNode | undefined {
    const { process, node } = chance.pick(this.#slots.filter(({ roles }) => roles.includes('web')))
    return process?.isAwake ? node : undefined
  }

  /** All nodes, once all of them are there. */
  get nodes(): readonly SimulatedNode[] | undefined {
    const nodes = this.#slots.flatMap(({ node }) => (node?.isIn ? [node] : []))
    return nodes.length === this.#slots.length ? nodes : undefined
  }

  get heldNow(): readonly string[] {
    return this.#slots.flatMap(({ name, node }) =>
      Object.entries(node?.held ?? {}).flatMap(([what, number]) =>
        number === 0 ? [] : [`${number} ${what} in ${name}`],
      ),
    )
  }

  start(): void {
    for (const slot of this.#slots) this.#boot(slot)
  }

  /** What happens until then, besides what happens on the way to the store. */
  planFaults(endMs: number): void {
    const { world, database, drawn } = this.#options
    const chance = this.#chance
    const startMs = world.nowMs
    const often = (times: number, label: string, run: () => void): void => {
      for (let time = 0; time < times; time++) world.at(startMs + chance.int(0, endMs - startMs - 1), label, run)
    }
    this.#repeat(drawn.crash, endMs, () => this.#crash(chance.pick(this.#slots)))
    this.#repeat(drawn.cut, endMs, () => {
      const connections = [...database.connections]
      if (connections.length > 0) chance.pick(connections).cut()
    })
    this.#repeat(drawn.stall, endMs, () => {
      const channels = chance.hits(0.4) ? CHANNELS : [chance.pick(CHANNELS)]
      chance.pick(this.#slots).link?.stall(channels, chance.int(STALL_MIN_MS, AWAY_MAX_MS))
    })
    if (this.#options.clusterTruth) often(drawn.failovers, 'failover', () => database.failOver(chance))
    often(drawn.clockSets, 'clock set', () => this.#setClock(chance.pick(this.#slots)))
  }

  #repeat(rate: number, endMs: number, run: () => void): void {
    const { world } = this.#options
    if (rate === 0) return
    const atMs = world.nowMs + Math.ceil((-Math.log(1 - this.#chance.next()) / rate) * STEP_MS)
    if (atMs >= endMs) return
    world.at(atMs, 'fault', () => {
      run()
      this.#repeat(rate, endMs, run)
    })
  }

  #setClock({ machine }: Slot): void {
    count(this.#options.ledger, 'clocks set')
    machine.skewMs += this.#chance.int(-CLOCK_BACK_MAX_MS, CLOCK_FORTH_MAX_MS)
  }

  /** Unless somebody was faster: one that sleeps may have ended meanwhile, and been replaced for that. */
  #boot(slot: Slot): void {
    if (slot.process?.isAlive && !slot.doubles.includes(slot.process)) return
    const { seed, world, ledger, plant, tables, pools, database, clusterTruth, faults } = this.#options
    const number = ++this.#processes
    const chance = newChance(`node ${seed} ${number}`)
    const process = new Process({
      number,
      world,
      chance: newChance(`process ${seed} ${number}`),
      ledger,
      machine: slot.machine,
      isBesideAnother: slot.doubles.some(double => double.isAlive),
      faults,
    })
    slot.process = process
    delete slot.node
    const isAlive = (): boolean => process.isAlive
    const whenAwake = (run: () => void): void => process.whenAwake(run)
    const nowMs = (): number => process.clock.nowMs()
    const truth = this.#options.truthFor(nowMs, true)
    const unfenced = this.#options.truthFor(nowMs, false)
    const link = new Link({ world, chance, ledger, database, faults, whenAwake, isAlive })
    slot.link = link
    const store = openSimulatedStore({ link, truth, clusterTruth }, { world, chance, faults })
    const { name, roles, machine } = slot
    const place: PlantPlace = { world, name, machine, tables, truth, unfenced, clusterTruth }
    SimulatedNode.open({
      name,
      roles,
      world,
      chance,
      process,
      store: tellTime(plant?.store?.(store, place) ?? store, process.clock),
      ledger,
      isSwept: plant?.isSwept ?? true,
      pools: plant?.pools?.(pools) ?? pools,
      tables,
      faults,
      onStart: this.#options.onStart,
      wrapInbox: inbox => this.#options.watch(plant?.inbox?.(inbox, place) ?? inbox),
      onFatal: () => this.#exit(slot, process, 'exits'),
    }).then(
      node => {
        if (slot.process === process) slot.node = node
      },
      () => this.#exit(slot, process, 'boots that failed'),
    )
  }

  #bootAfter(slot: Slot, waitMs: number): void {
    const { world } = this.#options
    world.at(world.nowMs + waitMs, `boot ${slot.name}`, () => this.#boot(slot))
  }

  /** The process ends, and is started again by whoever watches over it. */
  #exit(slot: Slot, process: Process, how: string): void {
    if (!process.isAlive) return
    process.die()
    count(this.#options.ledger, how)
    if (slot.process !== process) return
    delete slot.node
    const isAway = this.#options.nodes.length > 1 && this.#restarts.hits(STAYS_AWAY)
    this.#bootAfter(slot, isAway ? this.#restarts.int(OUTLIVES_LEASE_MS, AWAY_MAX_MS) : this.#restarts.int(1, 2_000))
  }

  #crash(slot: Slot): void {
    const { process, node } = slot
    const { drawn } = this.#options
    if (!process?.isAlive) return
    if (this.#chance.hits(drawn.zombie)) return this.#freeze(slot, process)
    if (node && this.#chance.hits(drawn.stop)) return this.#stop(slot, node, process)
    this.#settleLate(slot)
    this.#exit(slot, process, 'crashes')
  }

  /** The process sleeps, longer or shorter than a lease, and somebody starts another one beside it, or nobody does. */
  #freeze(slot: Slot, process: Process): void {
    const chance = this.#chance
    const sleepMs = chance.hits(0.5) ? chance.int(100, SLEEP_MAX_MS) : chance.int(OUTLIVES_LEASE_MS, AWAY_MAX_MS)
    process.sleep(sleepMs, chance.hits(0.5))
    if (this.#options.clusterTruth && chance.hits(0.6)) return count(this.#options.ledger, 'frozen')
    count(this.#options.ledger, 'zombies')
    slot.doubles.push(process)
    delete slot.node
    this.#bootAfter(slot, chance.int(1, 3_000))
  }

  /** The server is asked to stop: it finishes what it has begun to write. */
  #stop(slot: Slot, node: SimulatedNode, process: Process): void {
    delete slot.node
    node.stop().then(
      () => this.#exit(slot, process, 'stops'),
      () => this.#exit(slot, process, 'stops that failed'),
    )
  }

  /** Attempts of a host that outlived its server report to another one. */
  #settleLate({ node }: Slot): void {
    const { world, ledger } = this.#options
    for (const job of node?.hosts.flatMap(host => host.running) ?? []) {
      const { executionId, run, epoch } = job.key
      if (!this.#chance.hits(0.3)) continue
      const atMs = world.nowMs + this.#chance.int(10, 6_000)
      const settlement = { run, epoch, state: outcomeOf(job), startedMs: atMs, endedMs: atMs, outputs: { epoch } }
      world.at(atMs, 'late', () => {
        count(ledger, 'settled late')
        this.pick(this.#chance)
          ?.inbox.submit({ type: 'settled', executionId, ...settlement })
          .catch(() => world.note('late refused\n'))
      })
    }
  }
}
