// An engine over the store in memory, with a clock that the test moves, flushes that it can hold back or let fail, and a worker that only writes
// down what it is told.
import { setImmediate as turnOfEventLoop } from 'node:timers/promises'
import {
  SHARDS,
  createCatalogue,
  decodeEvents,
  encodeValue,
  newId,
  parseFlow,
  trust,
  type Birth,
  type Event,
  type Signal,
  type Value,
} from '@batuta/core'
import { openFlowCatalogue, type FlowCatalogue } from '../../flows/flow-catalogue.ts'
import { Snapshots } from '../../flows/snapshots.ts'
import { newChanges } from '../../inbox/changes.ts'
import type { Receipt } from '../../inbox/inbox.ts'
import type { JobSink } from '../../inbox/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Batch, JobKey, JobRow } from '../../storage/batch.ts'
import { openMemoryStore } from '../../storage/memory/memory-store.ts'
import { newTables, type Tables } from '../../storage/memory/tables.ts'
import type { FlushReceipt, Store } from '../../storage/store.ts'
import { EngineMeter } from '../../telemetry/engine-meter.ts'
import { Engine, type EngineOptions } from '../engine.ts'
import { newTurnEnvironment } from '../turn-environment.ts'

export const JOB = 'io.batuta.test.Job'
export const NODE = 'local'
export const START_MS = 1_900_000_000_000

const CATALOGUE = createCatalogue([{ type: JOB, kind: 'task' }])
/** Turns of the event loop that let everything that can go on go on. */
const SETTLE_TURNS = 30

export interface TestEngineOptions {
  readonly tables?: Tables
  readonly idleMaxBytes?: number
  readonly slots?: number
  /** Throws where the test wants a turn to throw. */
  readonly onTurn?: (executionId: string) => void
  readonly evaluate?: EngineOptions['evaluate']
}

export class TestEngine {
  readonly engine: Engine
  readonly store: FaultyStore
  readonly flows: FlowCatalogue
  readonly snapshots: Snapshots
  readonly clock: ManualClock
  readonly jobs: RecordingJobs
  readonly tables: Tables
  readonly notices: string[] = []
  readonly fatal: Error[] = []
  readonly timers: string[] = []
  readonly meter: EngineMeter = new EngineMeter({ detail: 'flow', flowsMax: 100 })
  #ids = 0

  private constructor(parts: {
    readonly tables: Tables
    readonly store: FaultyStore
    readonly flows: FlowCatalogue
    readonly clock: ManualClock
    readonly incarnation: { readonly incarnation: number; readonly flushSeq: number }
    readonly options: TestEngineOptions
  }) {
    const { tables, store, flows, clock, incarnation, options } = parts
    this.tables = tables
    this.#ids = tables.executions.size
    this.store = store
    this.flows = flows
    this.clock = clock
    this.jobs = new RecordingJobs(options.slots ?? 0)
    const place = { zone: 'UTC', locale: 'en-US', configuredRoots: new Map<string, Value>() }
    const startWorld = () => ({ ...place, nowMs: clock.nowMs(), random: () => 0.5 })
    const envOf = newTurnEnvironment({ platform: clock, flows, ...place, startWorld })
    this.snapshots = new Snapshots({ store, platform: clock, onNotice: message => void this.notices.push(message) })
    this.engine = new Engine({
      store,
      snapshots: this.snapshots,
      flows,
      platform: clock,
      node: { id: NODE, node: NODE, ...incarnation },
      jobs: this.jobs,
      changes: newChanges(),
      meter: this.meter,
      ...(options.idleMaxBytes === undefined ? {} : { idleMaxBytes: options.idleMaxBytes }),
      envOf: given => {
        options.onTurn?.(given.executionId)
        return { ...envOf(given), newId: () => this.newId() }
      },
      evaluate: options.evaluate ?? (async () => {}),
      owns: () => true,
      onTimer: ({ name }) => void this.timers.push(name),
      onNotice: message => void this.notices.push(message),
      onFatal: error => void this.fatal.push(error),
    })
  }

  static async open(options: TestEngineOptions = {}): Promise<TestEngine> {
    const tables = options.tables ?? newTables()
    const clock = new ManualClock()
    const store = new FaultyStore(openMemoryStore(tables, () => clock.nowMs()))
    const incarnation = await store.perform('joinNode', { node: NODE, nowMs: clock.nowMs() })
    const flows = await openFlowCatalogue(store)
    return new TestEngine({ tables, store, flows, clock, incarnation, options })
  }

  newId(): string {
    this.#ids += 1
    const tail = String(this.#ids).padStart(12, '0')
    return newId({ nowMs: this.clock.nowMs(), shard: this.#ids % SHARDS, random: () => 0 }).slice(0, 10) + tail
  }

  /** Saves a flow of these tasks and makes it known. */
  async saveFlow(flowId: string, body: string): Promise<number> {
    const source = `id: ${flowId}\nnamespace: test\n${body}`
    const { flow, diagnostics } = parseFlow(source, { catalogue: CATALOGUE })
    if (!flow) throw new Error(JSON.stringify(diagnostics))
    const parsed = encodeValue(trust<Value>(flow))
    const key = { tenant: 'main', namespace: 'test', flowId }
    const row = await this.store.perform('saveFlow', { ...key, source, parsed, nowMs: 1, isDisabled: false })
    this.flows.take(row)
    return row.revision
  }

  birthOf(flowId: string, revision?: number): Birth {
    const key = { tenant: 'main', namespace: 'test', flowId }
    const known = revision ?? this.flows.newest(key)?.revision ?? 1
    return { ...key, revision: known, inputs: {}, labels: [] }
  }

  create(
    flowId: string,
    executionId: string = this.newId(),
  ): { readonly id: string; readonly receipt: Promise<Receipt<string>> } {
    const signal: Signal = { type: 'create', executionId, birth: this.birthOf(flowId) }
    return { id: executionId, receipt: this.engine.submit(signal, { view: state => state.state }) }
  }

  /** Starts an execution and waits until it is stored. */
  async started(flowId: string): Promise<string> {
    const { id, receipt } = this.create(flowId)
    await receipt
    return id
  }

  settle(executionId: string, { run = 0, epoch = 1, state = 'SUCCESS' as const } = {}): Promise<Receipt<string>> {
    const times = { startedMs: this.clock.nowMs(), endedMs: this.clock.nowMs() }
    const signal: Signal = { type: 'settled', executionId, run, epoch, state, ...times }
    return this.engine.submit(signal, { view: after => after.state })
  }

  kill(executionId: string): Promise<Receipt<string>> {
    const command = { name: 'kill', isCascading: false } as const
    return this.engine.submit({ type: 'command', executionId, command }, { view: after => after.state })
  }

  release(executionId: string): Promise<Receipt<string>> {
    const command = { name: 'release' } as const
    return this.engine.submit({ type: 'command', executionId, command }, { view: after => after.state })
  }

  /** Lets everything go on that waits for neither the clock nor a held flush. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < SETTLE_TURNS; turn++) await turnOfEventLoop()
  }

  stateOf(executionId: string): string | undefined {
    return this.tables.executions.get(executionId)?.state
  }

  eventsOf(executionId: string): readonly Event[] {
    return (this.tables.journal.get(executionId) ?? []).flatMap(row => decodeEvents(row))
  }
}

/** Time stands still until the test moves it. */
export class ManualClock implements Platform {
  #nowMs = START_MS
  #timers: { readonly atMs: number; readonly run: () => void }[] = []

  nowMs(): number {
    return this.#nowMs
  }

  elapsedMs(): number {
    return 0
  }

  random(): number {
    return 0.5
  }

  defer(run: () => void): void {
    setImmediate(run)
  }

  at(atMs: number, run: () => void): () => void {
    const timer = { atMs, run }
    this.#timers.push(timer)
    return () => void (this.#timers = this.#timers.filter(known => known !== timer))
  }

  advance(ms: number): void {
    this.#nowMs += ms
    const due = this.#timers.filter(timer => timer.atMs <= this.#nowMs)
    this.#timers = this.#timers.filter(timer => timer.atMs > this.#nowMs)
    for (const { run } of due) run()
  }
}

export class FaultyStore implements Store {
  readonly kind = 'memory'
  readonly perform: Store['perform']
  read: Store['read']
  /** Batches that were sent, refused ones included. */
  readonly batches: Batch[] = []
  /** Throws, or not: before the batch is written. */
  before: (batch: Batch) => void = () => {}
  /** The same, after it was written. */
  after: (batch: Batch) => void = () => {}
  #gate: Promise<void> | undefined
  #open: () => void = () => {}
  readonly #truth: Store

  constructor(truth: Store) {
    this.#truth = truth
    this.perform = truth.perform
    this.read = truth.read
  }

  /** Flushes wait until `release`. */
  hold(): void {
    this.#gate = new Promise(resolve => {
      this.#open = resolve
    })
  }

  release(): void {
    this.#gate = undefined
    this.#open()
  }

  async flush(batch: Batch): Promise<FlushReceipt> {
    this.batches.push(batch)
    await this.#gate
    this.before(batch)
    const receipt = await this.#truth.flush(batch)
    this.after(batch)
    return receipt
  }

  /** A batch that was believed lost reaches the store. */
  arrive(batch: Batch): void {
    void this.#truth.flush(batch)
  }

  async close(): Promise<void> {}
}

export class RecordingJobs implements JobSink {
  readonly offered: JobRow[] = []
  readonly stopped: JobKey[] = []
  wakes = 0
  free: number

  constructor(slots: number) {
    this.free = slots
  }

  reserve(): boolean {
    if (this.free === 0) return false
    this.free -= 1
    return true
  }

  release(count: number): void {
    this.free += count
  }

  offer(job: JobRow): void {
    this.offered.push(job)
  }

  wake(): void {
    this.wakes += 1
  }

  stop(key: JobKey): void {
    this.stopped.push(key)
  }
}
