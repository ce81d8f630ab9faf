// One run by its seed: flows by chance, clients that use them, faults while they do, then quiet, then the checks.
import { isFinal } from '@batuta/core'
import { keyText } from '@batuta/plugin-sdk'
import { openMemoryStore } from '../../packages/server/src/storage/memory/memory-store.ts'
import { newTables, triggerKeyOf } from '../../packages/server/src/storage/memory/tables.ts'
import type { Inbox } from '../../packages/server/src/inbox/inbox.ts'
import type { JobKey, JobRow } from '../../packages/server/src/storage/batch.ts'
import type { Role } from '../../packages/server/src/storage/cluster.ts'
import type { FlowRow, NodeEntry, Store, TriggerKey } from '../../packages/server/src/storage/store.ts'
import { Audit } from './audit.ts'
import { canonical } from './canonical.ts'
import { newChance, type Chance } from './chance.ts'
import { numbersRead } from './check-triggers.ts'
import { checkQuiet } from './checks.ts'
import { Clients } from './clients.ts'
import { NO_FAULTS, drawFaults, type Faults } from './faults.ts'
import { Fleet, type DrawnNode } from './fleet.ts'
import { FlowLibrary } from './flow-library.ts'
import { READER } from './special-flows.ts'
import { START_MS, count, newLedger, type Ledger } from './ledger.ts'
import type { Plant } from './plants.ts'
import { ClusterTruth } from './simulated-cluster.ts'
import { STANDBY_APART_MS, SimulatedDatabase } from './simulated-database.ts'
import { MESSAGES_MAX } from './stranger.ts'
import { World } from './world.ts'

export interface SimulationOptions {
  readonly seed: number
  /** Instead of as many as the seed draws. */
  readonly nodes?: number
  /** A mistake that is put in on purpose, to see that it is found. */
  readonly plant?: Plant
  /** Instead of those that the seed draws. */
  readonly faults?: Faults
}

export interface Report {
  readonly seed: number
  readonly nodes: number
  readonly findings: readonly string[]
  readonly traceHash: string
  readonly steps: number
  readonly counts: ReadonlyMap<string, number>
  /** For people: the flow and the journal of an execution. */
  tell(executionId: string): string
}

/** Clients act and faults happen this long; then all must come to rest within the quiet time. */
const ACTIVE_MS = 25_000
const QUIET_MAX_MS = 4_000_000
/** Whatever waits waits for less: when nothing was written for so long, nothing will be. */
const STUCK_MS = 300_000
const LOOK_EVERY_MS = 2_000
/** Once the faults are over, schedules must be on time again within this. */
const PUNCTUAL_MS = 20_000
/** Windows are seen to be told of from then on, long enough for one of them. */
const CALM_AFTER_MS = 20_000
const WINDOWED_MS = 45_000
/** Nor do messages of a stranger wait longer than this: a watch that failed often is begun anew after a minute. */
const READING_MAX_MS = 240_000
/** When nothing happens any more, nothing is held after this. */
const LETS_GO_MS = 60_000
/** Of the turns, so many are compared with their fold. */
const COMPARED = 0.33

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
  readonly #nodes: readonly DrawnNode[]
  readonly #database: SimulatedDatabase
  readonly #clusterTruth: ClusterTruth | undefined
  readonly #audit: Audit
  readonly #library: FlowLibrary
  readonly #fleet: Fleet
  readonly #looks: Chance
  #faults: Faults
  #flushedMs = START_MS

  constructor(options: SimulationOptions) {
    const { seed, plant } = options
    this.#options = options
    this.#world = new World(newChance(`order ${seed}`), START_MS)
    const drawn = options.faults ?? plant?.faults ?? drawFaults(newChance(`faults ${seed}`))
    if (drawn === NO_FAULTS) this.#ledger.calmMs = START_MS
    this.#faults = drawn
    this.#looks = newChance(`looks ${seed}`)
    this.#database = new SimulatedDatabase(this.#world, this.#ledger)
    const { nodes, isShared } = drawNodes(newChance(`nodes ${seed}`), options.nodes)
    this.#nodes = nodes
    const nowMs = (): number => this.#database.nowMs()
    const find = (what: string): void => void this.#ledger.findings.push(what)
    const seen = (what: string): void => count(this.#ledger, what)
    this.#clusterTruth = isShared
      ? new ClusterTruth({
          tables: this.#tables,
          nowMs,
          find,
          count: seen,
          onStopped: key => this.#ledger.stopped.add(keyText(key)),
        })
      : undefined
    this.#audit = new Audit({
      ledger: this.#ledger,
      planOf: birth => this.#library.planOf(birth),
      tables: this.#tables,
      limits: () => this.#library.limits,
      nowMs: () => this.#world.nowMs,
      ...(isShared ? { latestMs: () => this.#database.nowMs() + STANDBY_APART_MS } : {}),
    })
    this.#library = new FlowLibrary(this.#tables, this.#truthFor(nowMs), newChance(`flows ${seed}`))
    this.#fleet = new Fleet({
      seed,
      nodes,
      world: this.#world,
      ledger: this.#ledger,
      database: this.#database,
      clusterTruth: this.#clusterTruth,
      plant,
      drawn,
      faults: () => this.#faults,
      tables: this.#tables,
      pools: this.#library.limits.pools,
      truthFor: (clock, isFenced) => this.#truthFor(this.#clusterTruth ? nowMs : clock, isFenced),
      onStart: key => this.#started(key),
      watch: inbox => this.#watched(inbox),
    })
  }

  get report(): Report {
    const { findings, counts } = this.#ledger
    const { traceHash, steps } = this.#world
    const nodes = this.#nodes.length
    return { seed: this.#options.seed, nodes, findings, traceHash, steps, counts, tell: id => this.#tell(id) }
  }

  async run(): Promise<void> {
    const endMs = START_MS + ACTIVE_MS
    await this.#library.saveAll(START_MS)
    this.#fleet.start()
    const client = newChance(`client ${this.#options.seed}`)
    new Clients({
      world: this.#world,
      chance: client,
      ledger: this.#ledger,
      audit: this.#audit,
      library: this.#library,
      node: () => this.#fleet.pick(client),
      remove: async id => void (await this.#truthFor(() => this.#world.nowMs).perform('deleteExecution', { id })),
    }).plan(endMs)
    this.#fleet.planFaults(endMs)
    try {
      await this.#world.run(endMs)
      await this.#calm(endMs)
      for (const held of this.#fleet.heldNow) this.#ledger.findings.push(`G17 in all quiet there are still ${held}`)
      const newest = (this.#fleet.nodes ?? []).map(node => node.flows)
      const { dated, hasTicks, hasDeadline } = this.#library
      const triggers = { dated, hasTicks, hasDeadline, calmMs: endMs + CALM_AFTER_MS }
      checkQuiet({ tables: this.#tables, audit: this.#audit, ledger: this.#ledger, newest, triggers })
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      this.#ledger.findings.push(`the run broke: ${text}`)
    }
    this.#world.note(JSON.stringify([...this.#audit.shadows.values()].map(shadow => canonical(shadow.state))))
  }

  /** The tables as a store, watched. */
  #truthFor(nowMs: () => number, isFenced = true): Store {
    const cluster = this.#clusterTruth
    const memory = openMemoryStore(this.#tables, nowMs)
    return {
      ...memory,
      flush: async batch => {
        if (isFenced) cluster?.admit(batch)
        const receipt = await memory.flush(batch)
        if (batch.journal.length > 0) this.#flushedMs = this.#world.nowMs
        this.#audit.committed(batch)
        cluster?.flushed(batch)
        return receipt
      },
      perform: async (name, args) => {
        const result = await memory.perform(name, args)
        if (name === 'saveFlow') cluster?.saved(result as FlowRow)
        if (name === 'changeTrigger') cluster?.hint('signals')
        if (name === 'claimJobs') this.#claimed(result as readonly JobRow[])
        if (name === 'joinNode' && cluster) return { ...(result as NodeEntry), dbNowMs: nowMs() } as typeof result
        return result
      },
    }
  }

  /** No faults any more, then nothing that triggers start: everything must come to rest by itself. */
  async #calm(endMs: number): Promise<void> {
    this.#faults = NO_FAULTS
    const triggers = this.#library.startingTriggers
    let isRunning = triggers.length > 0
    const onMs = this.#library.hasDeadline ? WINDOWED_MS : PUNCTUAL_MS
    let restMs: number | undefined
    let lookMs = 0
    await this.#world.run(endMs + QUIET_MAX_MS, () => {
      if (this.#world.nowMs < lookMs) return false
      lookMs = this.#world.nowMs + LOOK_EVERY_MS
      const { nodes } = this.#fleet
      if (isRunning && nodes && this.#world.nowMs >= endMs + onMs && this.#isRead(endMs)) {
        isRunning = false
        this.#ledger.scheduledUntilMs = Math.min(...nodes.map(node => node.startWorld().nowMs))
      }
      if (!isRunning && nodes) this.#switchOff(nodes, triggers)
      if (this.#world.nowMs > this.#flushedMs + STUCK_MS) return true
      if (isRunning || !this.#isQuiet()) return false
      restMs ??= this.#world.nowMs
      return this.#world.nowMs >= restMs + LETS_GO_MS || this.#fleet.heldNow.length === 0
    })
  }

  /** All messages of the stranger are taken, or it takes too long. */
  #isRead(endMs: number): boolean {
    if (!this.#library.sources.some(({ flowId }) => flowId === READER.flowId)) return true
    if (this.#world.nowMs > endMs + READING_MAX_MS) return true
    return numbersRead(this.#audit.shadows.values()).length >= MESSAGES_MAX
  }

  /** Somebody's command to switch one of them on may come late. */
  #switchOff(nodes: NonNullable<Fleet['nodes']>, triggers: readonly TriggerKey[]): void {
    const isOn = (key: TriggerKey): boolean => this.#tables.triggers.get(triggerKeyOf(key))?.isDisabled !== true
    for (const node of nodes)
      for (const key of triggers.filter(isOn))
        node.switchOff(key).catch(error => this.#world.note(`the trigger goes on: ${String(error)}\n`))
  }

  #isQuiet(): boolean {
    const { jobs, timers, signals, triggers } = this.#tables
    const isBusy = this.#fleet.nodes?.some(node => node.pending > 0) ?? true
    if (isBusy || jobs.size + timers.size + signals.size > 0) return false
    for (const { isDisabled } of triggers.values()) if (!isDisabled) return false
    for (const { state } of this.#audit.shadows.values()) if (!state.isEnded) return false
    return this.#areFlowsKnown()
  }

  #areFlowsKnown(): boolean {
    const flows = (this.#fleet.nodes ?? []).map(node => node.flows)
    return [...this.#tables.flows.values()].every(rows => {
      const row = rows.at(-1)
      return row === undefined || flows.every(known => known.newest(row)?.revision === row.revision)
    })
  }

  #tell(id: string): string {
    const shadow = this.#audit.shadows.get(id)
    if (!shadow) return `${id} is unknown`
    const { flowId, revision } = shadow.state
    const turns = shadow.rows.map(row => `${row.turn} +${row.atMs - START_MS} ms ${row.events}`)
    return [id, this.#library.sourceOf(flowId, revision), ...turns].join('\n    ')
  }

  /** I16: nothing is claimed once a kill was committed. What was claimed before may still begin on another node, which is told of the kill. */
  #claimed(rows: readonly JobRow[]): void {
    for (const { executionId, run } of rows) {
      const state = this.#audit.shadows.get(executionId)?.state
      if (state?.isKillRequested && !isFinal(state.state))
        this.#audit.find(executionId, `I16 run ${run} is claimed after its kill`)
    }
  }

  /** I16: nothing starts once a kill was acknowledged. */
  #started(key: JobKey): void {
    this.#ledger.starts.push({ key, step: this.#world.steps })
    const state = this.#audit.shadows.get(key.executionId)?.state
    if (state?.state !== 'KILLING') return
    const isTold = this.#ledger.acknowledged.some(
      ({ what, executionId, generation }) =>
        what === 'kill' && executionId === key.executionId && generation === state.generation,
    )
    if (!isTold) return
    if (this.#nodes.length > 1) return count(this.#ledger, 'claimed before a kill, begun after it')
    this.#audit.find(key.executionId, `I16 run ${key.run} starts after its kill was acknowledged`)
  }

  /** The state of every third turn that a signal got is compared with the journal, once it is acknowledged: of all would take most of the time. */
  #watched(inbox: Inbox): Inbox {
    return {
      submit: async (signal, options) => {
        if (!this.#looks.hits(COMPARED)) return await inbox.submit(signal, options)
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
}

/** Alone with a store of its own, alone with a shared one, or with others; these may share the roles, too. */
function drawNodes(
  chance: Chance,
  wanted?: number,
): { readonly nodes: readonly DrawnNode[]; readonly isShared: boolean } {
  const isShared = chance.hits(0.4)
  const number = wanted ?? chance.pick([1, 1, 2, 2, 3])
  const isSplit = number > 1 && chance.hits(0.35)
  const isFirstFree = isSplit && chance.hits(0.5)
  const rolesOf = (at: number): readonly Role[] => {
    if (isSplit && at === number - 1) return ['worker']
    return isFirstFree && at === 0 ? ['engine', 'web'] : ['engine', 'web', 'worker']
  }
  const nodes = Array.from({ length: number }, (_, at) => ({ name: `node-${at + 1}`, roles: rolesOf(at) }))
  return { nodes, isShared: isShared || number > 1 }
}
