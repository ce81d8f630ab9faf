// One run by its seed: flows by chance, clients that use them, faults while they do, then quiet, then the checks.
import { openMemoryStore } from '../../packages/server/src/storage/memory/memory-store.ts'
import { newTables } from '../../packages/server/src/storage/memory/tables.ts'
import type { Inbox } from '../../packages/server/src/inbox/inbox.ts'
import type { JobKey } from '../../packages/server/src/storage/batch.ts'
import type { FlowRow, Store } from '../../packages/server/src/storage/store.ts'
import { Audit } from './audit.ts'
import { canonical } from './canonical.ts'
import { newChance, type Chance } from './chance.ts'
import { checkQuiet } from './checks.ts'
import { Clients } from './clients.ts'
import { NO_FAULTS, drawFaults, type Faults } from './faults.ts'
import { FlowLibrary, SCHEDULE_ID } from './flow-library.ts'
import { count, newLedger, type Ledger } from './ledger.ts'
import { outcomeOf } from './simulated-host.ts'
import { Process } from './process.ts'
import { ClusterTruth } from './simulated-cluster.ts'
import { SimulatedNode } from './simulated-node.ts'
import { openSimulatedStore } from './simulated-store.ts'
import { World } from './world.ts'

export interface SimulationOptions {
  readonly seed: number
  /** A mistake that is put in on purpose, to see that it is found. */
  readonly plant?: Plant
  /** Instead of those that the seed draws. */
  readonly faults?: Faults
}

export interface Plant {
  readonly name: string
  /** `store` is what one process sees, `truth` what is kept. */
  store?(store: Store, world: World, truth: Store): Store
  inbox?(inbox: Inbox, truth: Store): Inbox
  readonly isSwept?: boolean
}

export interface Report {
  readonly seed: number
  readonly findings: readonly string[]
  readonly traceHash: string
  readonly steps: number
  readonly counts: ReadonlyMap<string, number>
  /** For people: the flow and the journal of an execution. */
  tell(executionId: string): string
}

const START_MS = Date.UTC(2031, 3, 5)
/** Clients act and faults happen this long; then all must come to rest within the quiet time. */
const ACTIVE_MS = 25_000
const QUIET_MAX_MS = 4_000_000
const LOOK_EVERY_MS = 2_000
/** Once the faults are over, schedules must be on time again within this. */
const PUNCTUAL_MS = 20_000
/** When nothing happens any more, nothing is held after this. */
const LETS_GO_MS = 60_000
/** Crashes per step become crashes per millisecond: about ten milliseconds go by in a step. */
const STEP_MS = 10

export async function simulate(options: SimulationOptions): Promise<Report> {
  const simulation = new Simulation(options)
  await simulation.run()
  return simulation.report
}

/** A place for one process after the other, under one name. */
interface Slot {
  readonly name: string
  process?: Process
  node?: SimulatedNode
}

class Simulation {
  readonly #options: SimulationOptions
  readonly #world: World
  readonly #ledger: Ledger = newLedger()
  readonly #tables = newTables()
  readonly #truth: Store
  readonly #clusterTruth: ClusterTruth | undefined
  readonly #audit: Audit
  readonly #library: FlowLibrary
  readonly #drawn: Faults
  readonly #restarts: Chance
  readonly #slots: readonly Slot[]
  #faults: Faults
  #processes = 0

  constructor(options: SimulationOptions) {
    const { seed } = options
    this.#options = options
    this.#world = new World(newChance(`order ${seed}`), START_MS)
    this.#drawn = options.faults ?? drawFaults(newChance(`faults ${seed}`))
    this.#faults = this.#drawn
    this.#restarts = newChance(`restarts ${seed}`)
    this.#slots = namesOf(newChance(`nodes ${seed}`)).map(name => ({ name }))
    const nowMs = (): number => this.#world.nowMs
    this.#clusterTruth = this.#slots.length > 1 ? new ClusterTruth(this.#tables, nowMs) : undefined
    this.#audit = new Audit({ ledger: this.#ledger, planOf: birth => this.#library.planOf(birth) })
    this.#truth = this.#audited(openMemoryStore(this.#tables, nowMs))
    this.#library = new FlowLibrary(this.#tables, this.#truth, newChance(`flows ${seed}`))
  }

  get report(): Report {
    const { findings, counts } = this.#ledger
    const { traceHash, steps } = this.#world
    return { seed: this.#options.seed, findings, traceHash, steps, counts, tell: id => this.#tell(id) }
  }

  async run(): Promise<void> {
    const endMs = START_MS + ACTIVE_MS
    await this.#library.saveAll(START_MS)
    for (const slot of this.#slots) this.#boot(slot)
    const client = newChance(`client ${this.#options.seed}`)
    new Clients({
      world: this.#world,
      chance: client,
      ledger: this.#ledger,
      audit: this.#audit,
      library: this.#library,
      node: () => client.pick(this.#slots).node,
    }).plan(endMs)
    this.#planCrashes(endMs)
    try {
      await this.#world.run(endMs)
      await this.#calm(endMs)
      for (const held of this.#heldNow) this.#ledger.findings.push(`G17 in all quiet there are still ${held}`)
      checkQuiet({ tables: this.#tables, audit: this.#audit, ledger: this.#ledger })
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      this.#ledger.findings.push(`the run broke: ${text}`)
    }
    this.#world.note(JSON.stringify([...this.#audit.shadows.values()].map(shadow => canonical(shadow.state))))
  }

  /** The store that keeps everything, watched. */
  #audited(memory: Store): Store {
    const cluster = this.#clusterTruth
    return {
      ...memory,
      flush: async batch => {
        const receipt = await memory.flush(batch)
        this.#audit.committed(batch)
        cluster?.flushed(batch.node)
        if (batch.signals.length > 0) cluster?.hint('signals')
        if (batch.jobs.some(job => job.node === null)) cluster?.hint('jobs')
        return receipt
      },
      perform: async (name, args) => {
        const result = await memory.perform(name, args)
        if (name === 'saveFlow') cluster?.saved(result as FlowRow)
        return result
      },
    }
  }

  /** No faults any more, then no schedules: everything must come to rest by itself. */
  async #calm(endMs: number): Promise<void> {
    this.#faults = NO_FAULTS
    const { scheduled } = this.#library
    let lookMs = endMs
    let isRunning = scheduled !== undefined
    let restMs: number | undefined
    await this.#world.run(endMs + QUIET_MAX_MS, () => {
      if (this.#world.nowMs < lookMs) return false
      lookMs = this.#world.nowMs + LOOK_EVERY_MS
      const nodes = this.#nodes
      if (isRunning && nodes && scheduled && this.#world.nowMs >= endMs + PUNCTUAL_MS) {
        isRunning = false
        this.#ledger.scheduledUntilMs = this.#world.nowMs
        for (const node of nodes)
          node
            .stopSchedule({ ...scheduled, triggerId: SCHEDULE_ID })
            .catch(error => this.#world.note(`the schedule goes on: ${String(error)}\n`))
      }
      if (isRunning || !this.#isQuiet()) return false
      restMs ??= this.#world.nowMs
      return this.#heldNow.length === 0 || this.#world.nowMs > restMs + LETS_GO_MS
    })
  }

  /** All of them, once all of them are there. */
  get #nodes(): readonly SimulatedNode[] | undefined {
    const nodes = this.#slots.flatMap(({ node }) => node ?? [])
    return nodes.length === this.#slots.length ? nodes : undefined
  }

  get #heldNow(): readonly string[] {
    return this.#slots.flatMap(({ name, node }) =>
      Object.entries(node?.held ?? {}).flatMap(([what, number]) =>
        number === 0 ? [] : [`${number} ${what} in ${name}`],
      ),
    )
  }

  #isQuiet(): boolean {
    const { jobs, timers, signals, triggers } = this.#tables
    const isBusy = this.#nodes?.some(node => node.pending > 0) ?? true
    if (isBusy || jobs.size + timers.size + signals.size > 0) return false
    for (const { isDisabled } of triggers.values()) if (!isDisabled) return false
    for (const { state } of this.#audit.shadows.values()) if (!state.isEnded) return false
    return true
  }

  #tell(id: string): string {
    const shadow = this.#audit.shadows.get(id)
    if (!shadow) return `${id} is unknown`
    const { flowId, revision } = shadow.state
    const turns = shadow.rows.map(row => `${row.turn} +${row.atMs - START_MS} ms ${row.events}`)
    return [id, this.#library.sourceOf(flowId, revision), ...turns].join('\n    ')
  }

  #boot(slot: Slot): void {
    const { seed, plant } = this.#options
    const number = ++this.#processes
    const process = new Process(number, this.#world, newChance(`process ${seed} ${number}`))
    slot.process = process
    delete slot.node
    const chance = newChance(`node ${seed} ${number}`)
    const world = this.#world
    const faults = (): Faults => this.#faults
    const store = openSimulatedStore({
      world,
      chance,
      truth: this.#truth,
      ...(this.#clusterTruth ? { clusterTruth: this.#clusterTruth } : {}),
      faults,
      whenAwake: run => process.whenAwake(run),
      isAlive: () => process.isAlive,
    })
    SimulatedNode.open({
      name: slot.name,
      world,
      chance,
      process,
      store: plant?.store?.(store, world, this.#truth) ?? store,
      ledger: this.#ledger,
      isSwept: plant?.isSwept ?? true,
      faults,
      onStart: key => this.#started(key),
      wrapInbox: inbox => this.#watched(plant?.inbox?.(inbox, this.#truth) ?? inbox),
      onFatal: () => this.#exit(slot, process, 'exits'),
    }).then(
      node => {
        if (slot.process === process) slot.node = node
      },
      () => this.#exit(slot, process, 'boots that failed'),
    )
  }

  /** I16: nothing starts once a kill was acknowledged. */
  #started(key: JobKey): void {
    this.#ledger.starts.push({ key, step: this.#world.steps })
    const state = this.#audit.shadows.get(key.executionId)?.state
    if (state?.state !== 'KILLING' || this.#clusterTruth) return
    const isTold = this.#ledger.acknowledged.some(
      ({ what, executionId, generation }) =>
        what === 'kill' && executionId === key.executionId && generation === state.generation,
    )
    if (isTold) this.#audit.find(key.executionId, `I16 run ${key.run} starts after its kill was acknowledged`)
  }

  /** The state of every turn that a signal got is compared with the journal, once it is acknowledged. */
  #watched(inbox: Inbox): Inbox {
    return {
      submit: async (signal, options) => {
        const { view } = options ?? {}
        let seen: { readonly turn: number; readonly text: string } | undefined
        const receipt = await inbox.submit(signal, {
          ...options,
          view: (state, plan) => {
            seen = { turn: state.turn, text: canonical(state) }
            return view?.(state, plan) as never
          },
        })
        if (seen) this.#audit.compare(signal.executionId, seen.turn, seen.text)
        return receipt
      },
    }
  }

  /** The process ends, and is started again by whoever watches over it. */
  #exit(slot: Slot, process: Process, how: string): void {
    if (!process.isAlive) return
    process.die()
    count(this.#ledger, how)
    if (slot.process !== process) return
    delete slot.node
    this.#bootAfter(slot, this.#restarts.int(1, 2_000))
  }

  #bootAfter(slot: Slot, waitMs: number): void {
    this.#world.at(this.#world.nowMs + waitMs, `boot ${slot.name}`, () => this.#boot(slot))
  }

  #planCrashes(endMs: number): void {
    const chance = newChance(`crashes ${this.#options.seed}`)
    const { crash } = this.#drawn
    if (crash === 0) return
    const plan = (): void => {
      const atMs = this.#world.nowMs + Math.ceil((-Math.log(1 - chance.next()) / crash) * STEP_MS)
      if (atMs >= endMs) return
      this.#world.at(atMs, 'crash', () => {
        this.#crash(chance.pick(this.#slots), chance)
        plan()
      })
    }
    plan()
  }

  #crash(slot: Slot, chance: Chance): void {
    const { process, node } = slot
    if (!process?.isAlive) return
    if (chance.hits(this.#drawn.zombie)) return this.#freeze(slot, process, chance)
    if (node && chance.hits(this.#drawn.stop)) return this.#stop(slot, node, process)
    this.#settleLate(slot, chance)
    this.#exit(slot, process, 'crashes')
  }

  /** The process sleeps, longer or shorter than a lease, and somebody starts another one beside it, or nobody does. */
  #freeze(slot: Slot, process: Process, chance: Chance): void {
    const sleepMs = chance.int(100, 15_000)
    count(this.#ledger, 'zombies')
    process.sleepUntil(this.#world.nowMs + sleepMs)
    if (this.#clusterTruth && chance.hits(0.5)) return
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
  #settleLate({ node }: Slot, chance: Chance): void {
    for (const job of node?.hosts.flatMap(host => host.running) ?? []) {
      const { key } = job
      if (!chance.hits(0.3)) continue
      const atMs = this.#world.nowMs + chance.int(10, 6_000)
      const settlement = {
        run: key.run,
        epoch: key.epoch,
        state: outcomeOf(job),
        startedMs: atMs,
        endedMs: atMs,
      } as const
      this.#world.at(atMs, 'late', () => {
        count(this.#ledger, 'settled late')
        this.#slots[0]?.node?.inbox
          .submit({ type: 'settled', executionId: key.executionId, ...settlement, outputs: { epoch: key.epoch } })
          .catch(() => this.#world.note('late refused\n'))
      })
    }
  }
}

/** Half of the runs have one node, the others two or three that share the work. */
function namesOf(chance: Chance): readonly string[] {
  const count = chance.pick([1, 1, 1, 2, 2, 3])
  return Array.from({ length: count }, (_, at) => `node-${at + 1}`)
}
