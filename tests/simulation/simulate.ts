// One run by its seed: flows by chance, clients that start, kill and restart, faults while they do, then quiet, then the checks.
import {
  compilePlan,
  createCatalogue,
  decodeValue,
  encodeValue,
  parseFlow,
  trust,
  type Birth,
  type Flow,
  type Plan,
  type Value,
} from '@batuta/core'
import { prepareBirthNow } from '../../packages/server/src/flows/births.ts'
import { SubmitError, type Inbox } from '../../packages/server/src/inbox/inbox.ts'
import { openMemoryStore } from '../../packages/server/src/storage/memory/memory-store.ts'
import { newTables } from '../../packages/server/src/storage/memory/tables.ts'
import type { FlowKey, Store } from '../../packages/server/src/storage/store.ts'
import { Audit } from './audit.ts'
import { canonical } from './canonical.ts'
import { newChance, type Chance } from './chance.ts'
import { checkQuiet } from './checks.ts'
import { NO_FAULTS, drawFaults, type Faults } from './faults.ts'
import { count, newLedger, type Ledger } from './ledger.ts'
import { Process } from './process.ts'
import { JOB_TYPE, NAMESPACE, randomFlow } from './random-flow.ts'
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
  store?(store: Store, world: World): Store
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

export async function simulate(options: SimulationOptions): Promise<Report> {
  const simulation = new Simulation(options)
  await simulation.run()
  return simulation.report
}

class Simulation {
  readonly #options: SimulationOptions
  readonly #world: World
  readonly #ledger: Ledger = newLedger()
  readonly #tables = newTables()
  readonly #truth: Store
  readonly #audit: Audit
  readonly #drawn: Faults
  readonly #client: Chance
  #faults: Faults
  #process: Process | undefined
  #node: SimulatedNode | undefined
  #processes = 0
  #flows = 0

  constructor(options: SimulationOptions) {
    const { seed } = options
    this.#options = options
    this.#world = new World(newChance(`order ${seed}`), START_MS)
    this.#drawn = options.faults ?? drawFaults(newChance(`faults ${seed}`))
    this.#faults = this.#drawn
    this.#client = newChance(`client ${seed}`)
    this.#audit = new Audit({ ledger: this.#ledger, planOf: birth => this.#planOf(birth) })
    const memory = openMemoryStore(this.#tables, () => this.#world.nowMs)
    this.#truth = {
      ...memory,
      flush: async batch => {
        const receipt = await memory.flush(batch)
        this.#audit.committed(batch)
        return receipt
      },
    }
  }

  get report(): Report {
    const { findings, counts } = this.#ledger
    this.#world.note(JSON.stringify([...this.#audit.shadows.values()].map(shadow => canonical(shadow.state))))
    return {
      seed: this.#options.seed,
      findings,
      traceHash: this.#world.traceHash,
      steps: this.#world.steps,
      counts,
      tell: id => this.#tell(id),
    }
  }

  async run(): Promise<void> {
    const endMs = START_MS + ACTIVE_MS
    await this.#saveFlows()
    this.#boot()
    this.#planClients()
    this.#planCrashes(endMs)
    try {
      await this.#world.run(endMs)
      this.#faults = NO_FAULTS
      let lookMs = endMs
      await this.#world.run(endMs + QUIET_MAX_MS, () => {
        if (this.#world.nowMs < lookMs) return false
        lookMs = this.#world.nowMs + LOOK_EVERY_MS
        return this.#isQuiet()
      })
      checkQuiet({ tables: this.#tables, audit: this.#audit, ledger: this.#ledger })
    } catch (error) {
      this.#ledger.findings.push(
        `the run broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      )
    }
  }

  #tell(id: string): string {
    const shadow = this.#audit.shadows.get(id)
    if (!shadow) return `${id} is unknown`
    const { flowId, revision } = shadow.state
    const source = this.#tables.flows.get(`main/${NAMESPACE}/${flowId}`)?.[revision - 1]?.source
    const turns = shadow.rows.map(row => `${row.turn} +${row.atMs - START_MS} ms ${row.events}`)
    return [id, source, ...turns].join('\n    ')
  }

  #isQuiet(): boolean {
    const { jobs, timers, signals } = this.#tables
    if (!this.#node || this.#node.pending > 0 || jobs.size + timers.size + signals.size > 0) return false
    for (const { state } of this.#audit.shadows.values()) if (!state.isEnded) return false
    return true
  }

  async #saveFlows(): Promise<void> {
    const chance = newChance(`flows ${this.#options.seed}`)
    await this.#truth.perform('setKey', {
      tenant: 'main',
      namespace: NAMESPACE,
      key: 'answer',
      value: encodeValue('true'),
      type: 'STRING',
      description: null,
      expiresMs: null,
      updatedMs: START_MS,
    })
    this.#flows = chance.int(1, 3)
    for (let number = 0; number < this.#flows; number++) await this.#saveFlow(number, chance)
  }

  async #saveFlow(number: number, chance: Chance): Promise<void> {
    const callable = Array.from({ length: number }, (_, at) => `f${at}`)
    const source = JSON.stringify(randomFlow(chance, { id: `f${number}`, callable }))
    const { flow, diagnostics } = parseFlow(source, { catalogue: CATALOGUE })
    if (!flow) throw new Error(`the flow is refused: ${JSON.stringify(diagnostics)}\n${source}`)
    const row = await this.#truth.perform('saveFlow', {
      tenant: 'main',
      namespace: flow.namespace,
      flowId: flow.id,
      source,
      parsed: encodeValue(trust<Value>(flow)),
      nowMs: this.#world.nowMs,
      isDisabled: flow.disabled,
    })
    this.#node?.flows.take(row)
  }

  readonly #plans = new Map<string, Plan>()

  #planOf({ tenant, namespace, flowId, revision }: FlowKey & { readonly revision: number }): Plan {
    const name = `${flowId}/${revision}`
    const known = this.#plans.get(name)
    if (known) return known
    const row = this.#tables.flows.get(`${tenant}/${namespace}/${flowId}`)?.find(found => found.revision === revision)
    if (!row) throw new Error(`there is no flow ${name}`)
    const plan = compilePlan(trust<Flow>(decodeValue(row.parsed)), { tenant, revision })
    this.#plans.set(name, plan)
    return plan
  }

  #boot(): void {
    const { seed, plant } = this.#options
    const number = ++this.#processes
    const process = new Process(number, this.#world, newChance(`process ${seed} ${number}`))
    this.#process = process
    this.#node = undefined
    const chance = newChance(`node ${seed} ${number}`)
    const faults = (): Faults => this.#faults
    const store = openSimulatedStore({
      world: this.#world,
      chance,
      truth: this.#truth,
      faults,
      whenAwake: run => process.whenAwake(run),
      isAlive: () => process.isAlive,
    })
    SimulatedNode.open({
      world: this.#world,
      chance,
      process,
      store: plant?.store?.(store, this.#world) ?? store,
      ledger: this.#ledger,
      isSwept: plant?.isSwept ?? true,
      faults,
      onStart: key => this.#ledger.starts.push({ key, step: this.#world.steps }),
      wrapInbox: inbox => this.#watched(plant?.inbox?.(inbox, this.#truth) ?? inbox),
      onFatal: () => this.#exit(process, 'exits'),
    }).then(
      node => {
        if (this.#process === process) this.#node = node
      },
      () => this.#exit(process, 'boots that failed'),
    )
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
  #exit(process: Process, how: string): void {
    if (!process.isAlive) return
    process.die()
    count(this.#ledger, how)
    if (this.#process !== process) return
    this.#node = undefined
    this.#world.at(this.#world.nowMs + this.#client.int(1, 2_000), 'boot', () => this.#boot())
  }

  #planCrashes(endMs: number): void {
    const chance = newChance(`crashes ${this.#options.seed}`)
    const { crash, zombie } = this.#drawn
    if (crash === 0) return
    const plan = (): void => {
      const atMs = this.#world.nowMs + Math.ceil(-Math.log(1 - chance.next()) / (crash * 0.1))
      if (atMs >= endMs) return
      this.#world.at(atMs, 'crash', () => {
        this.#crash(chance, chance.hits(zombie))
        plan()
      })
    }
    plan()
  }

  #crash(chance: Chance, isZombie: boolean): void {
    const process = this.#process
    if (!process?.isAlive) return
    if (isZombie) {
      count(this.#ledger, 'zombies')
      process.sleepUntil(this.#world.nowMs + chance.int(100, 12_000))
      this.#node = undefined
      return void this.#world.at(this.#world.nowMs + chance.int(1, 3_000), 'boot beside a zombie', () => this.#boot())
    }
    this.#settleLate(chance)
    this.#exit(process, 'crashes')
  }

  /** Attempts of a host that outlived its server report to the next one. */
  #settleLate(chance: Chance): void {
    for (const host of this.#node?.hosts ?? []) {
      for (const { key } of host.running) {
        if (!chance.hits(0.3)) continue
        const atMs = this.#world.nowMs + chance.int(10, 6_000)
        this.#world.at(atMs, 'late', () => {
          const settlement = {
            run: key.run,
            epoch: key.epoch,
            state: 'SUCCESS',
            startedMs: atMs,
            endedMs: atMs,
          } as const
          count(this.#ledger, 'settled late')
          this.#node?.inbox
            .submit({ type: 'settled', executionId: key.executionId, ...settlement })
            .catch(() => this.#world.note('late refused\n'))
        })
      }
    }
  }

  #planClients(): void {
    const chance = this.#client
    const plan = (times: number, label: string, act: () => void): void => {
      for (let time = 0; time < times; time++) this.#world.at(START_MS + chance.int(0, ACTIVE_MS - 1_000), label, act)
    }
    plan(chance.int(2, 8), 'create', () => void this.#create())
    if (chance.hits(0.5)) plan(chance.int(1, 4), 'kill', () => void this.#command('kill'))
    if (chance.hits(0.5)) plan(chance.int(1, 4), 'restart', () => void this.#command('restart'))
    if (chance.hits(0.4)) plan(1, 'save', () => void this.#saveFlow(chance.int(0, this.#flows - 1), chance))
  }

  async #create(): Promise<void> {
    const node = this.#node
    if (!node) return
    const flowId = `f${this.#client.int(0, this.#flows - 1)}`
    const entry = node.flows.newest({ tenant: 'main', namespace: NAMESPACE, flowId })
    if (!entry) return
    const executionId = node.newId()
    const birth = birthOf(node.flows.planOf(entry), executionId, node)
    try {
      await node.inbox.submit({ type: 'create', executionId, birth })
      this.#ledger.acknowledged.push({ what: 'create', executionId, step: this.#world.steps, generation: 1 })
      count(this.#ledger, 'creates')
    } catch (error) {
      if (error instanceof SubmitError && error.fault !== 'unavailable')
        this.#ledger.refused.set(executionId, error.fault)
    }
  }

  async #command(what: 'kill' | 'restart'): Promise<void> {
    const ids = [...this.#audit.shadows.keys()]
    if (ids.length === 0 || !this.#node) return
    const executionId = this.#client.pick(ids)
    const command =
      what === 'kill'
        ? ({ name: 'kill', isCascading: this.#client.hits(0.5) } as const)
        : ({ name: 'restart' } as const)
    try {
      const { refusal, view } = await this.#node.inbox.submit(
        { type: 'command', executionId, command },
        { view: state => ({ generation: state.generation, isKilled: state.isKillRequested }) },
      )
      if (refusal || !view || (what === 'kill' && !view.isKilled)) return
      this.#ledger.acknowledged.push({ what, executionId, step: this.#world.steps, generation: view.generation })
      count(this.#ledger, `${what}s`)
    } catch (error) {
      this.#world.note(`${what} failed: ${String(error)}\n`)
    }
  }
}

const CATALOGUE = createCatalogue([{ type: JOB_TYPE, kind: 'task' }])

function birthOf(plan: Plan, executionId: string, node: SimulatedNode): Birth {
  const prepared = prepareBirthNow(executionId, { plan, inputs: {} }, node.startWorld())
  if (!('birth' in prepared)) throw new Error('a flow without inputs needs none')
  return prepared.birth
}
