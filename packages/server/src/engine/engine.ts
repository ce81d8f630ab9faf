// The engine: takes signals, gives each execution its turn, and flushes what the turns want written, many executions to one transaction. One
// flush is in flight at a time; the next fills meanwhile, so the more there is to do the more goes into each. Nothing leaves before its flush
// returned: no reply, no job, no line to a watcher.
import {
  apply,
  assert,
  birthOf,
  encodeValue,
  fold,
  openExecution,
  runTurn,
  seededRandom,
  trust,
  type Value,
  type ExecutionState,
  type Plan,
  type Signal,
  type TurnEnv,
  type TurnResult,
  shardOf,
  type Refusal,
} from '@batuta/core'
import type { Changes } from '../inbox/changes.ts'
import { SubmitError, type Inbox, type Receipt, type SubmitOptions } from '../inbox/inbox.ts'
import type { JobSink } from '../inbox/jobs.ts'
import type { Platform } from '../platform/platform.ts'
import type { JobRow, JournalRowOf, OperationRow, SignalRow } from '../storage/batch.ts'
import type { Store } from '../storage/store.ts'
import { newEntity, weigh, type Entity, type Pending } from './entity.ts'
import type { FlowCatalogue } from './flow-catalogue.ts'
import { FlushPipeline, type NodeIdentity } from './flush-pipeline.ts'
import { newUnit, rowsOf, type Unit } from './unit.ts'
import { writeTurn } from './write-turn.ts'

export interface EngineOptions {
  readonly store: Store
  readonly flows: FlowCatalogue
  readonly platform: Platform
  readonly node: NodeIdentity
  readonly jobs: JobSink
  readonly changes: Changes
  /** What a turn is given besides time and chance. */
  envOf(state: { readonly nowMs: number; readonly random: () => number; readonly executionId: string }): TurnEnv
  /** Asks the world for a template, and submits `evaluated`. */
  evaluate(question: {
    readonly state: ExecutionState
    readonly plan: Plan
    readonly env: TurnEnv
    readonly run: number
    readonly slot: string
  }): void
  /** Shards that this node works on; signals to others are stored for their owners. */
  owns(shard: number): boolean
  /** A signal was stored instead of taken: its row is committed. */
  onSignalRow(row: SignalRow): void
  /** A timer was committed. */
  onTimer(timer: { readonly executionId: string; readonly name: string; readonly atMs: number }): void
  /** Something happened that an operator should read. */
  onNotice(message: string, error?: unknown): void
  /** The node cannot go on: fenced, or its store is broken. */
  onFatal(error: Error): void
}

const UNIT_ROWS_MAX = 512
const BATCH_BYTES_MAX = 256 * 1024
const TURN_CPU_MS = 4
const IDLE_WEIGHT_MAX_BYTES = 64 * 2 ** 20
const PENDING_AGE_MAX_MS = 250
const PENDING_MAX = 50_000

export class Engine implements Inbox {
  readonly #options: EngineOptions
  readonly #pipeline: FlushPipeline
  readonly #entities = new Map<string, Entity>()
  /** Idle executions, least recently used first. */
  readonly #idle = new Map<string, Entity>()
  #idleBytes = 0
  #queue: Entity[] = []
  #isPumpScheduled = false
  #isStopped = false
  #pending = 0

  constructor(options: EngineOptions) {
    this.#options = options
    this.#pipeline = new FlushPipeline({
      store: options.store,
      node: options.node,
      onCommitted: unit => this.#committed(unit),
      onDropped: (unit, error) => this.#dropped(unit, error),
      onIdle: () => this.#schedulePump(),
      onFatal: error => {
        this.#isStopped = true
        options.onFatal(error)
      },
    })
  }

  get pending(): number {
    return this.#pending
  }

  submit<T = never>(signal: Signal, options: SubmitOptions<T> = {}): Promise<Receipt<T>> {
    return new Promise<Receipt<T>>((resolve, reject) => {
      const refusal = this.#refusalOf(signal)
      if (refusal) return reject(refusal)
      const settle = { resolve: (receipt: Receipt<unknown>) => resolve(trust<Receipt<T>>(receipt)), reject }
      this.#pending += 1
      this.#enqueue({ signal, sinceMs: this.#options.platform.nowMs(), options, settle })
    })
  }

  /** Brings an execution that could go on by itself into memory and lets it; settles when it had its turn. */
  async wake(executionId: string): Promise<void> {
    await this.submit({ type: 'wake', executionId })
  }

  /** Settles when everything that was submitted so far is flushed. */
  async drain(): Promise<void> {
    while (this.#pending > 0 || !this.#pipeline.isIdle)
      await new Promise<void>(resolve => this.#options.platform.defer(resolve))
  }

  /** Forgets the executions of these shards once nothing of them is under way; nobody may submit to them any more. */
  async release(shards: ReadonlySet<number>): Promise<void> {
    for (;;) {
      const entities = [...this.#entities.values()].filter(entity => shards.has(shardOf(entity.id)))
      for (const entity of entities) if (!isBusy(entity)) this.#forget(entity)
      if (entities.every(entity => !isBusy(entity))) return
      await new Promise<void>(resolve => this.#options.platform.defer(resolve))
    }
  }

  #forget(entity: Entity): void {
    this.#entities.delete(entity.id)
    if (this.#idle.delete(entity.id)) this.#idleBytes -= entity.weight
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.drain()
  }

  /** Backpressure hits new work only: settlements, commands and timers are always taken. */
  #refusalOf(signal: Signal): SubmitError | undefined {
    if (this.#isStopped) return new SubmitError('stopped', 'The engine has stopped: the server is shutting down.')
    if (signal.type !== 'create') return undefined
    const oldest = this.#queue[0]?.inbox[0]
    const ageMs = oldest ? this.#options.platform.nowMs() - oldest.sinceMs : 0
    if (ageMs <= PENDING_AGE_MAX_MS && this.#pending < PENDING_MAX) return undefined
    return new SubmitError(
      'overloaded',
      `The engine has ${this.#pending} signals waiting, the oldest for ${ageMs} ms: try again in a moment.`,
    )
  }

  #entityOf(id: string): Entity {
    const known = this.#entities.get(id)
    if (known) {
      if (this.#idle.delete(id)) this.#idleBytes -= known.weight
      return known
    }
    const entity = newEntity(id)
    this.#entities.set(id, entity)
    return entity
  }

  #enqueue(pending: Pending): void {
    const entity = this.#entityOf(pending.signal.executionId)
    entity.inbox.push(pending)
    this.#line(entity)
  }

  #line(entity: Entity): void {
    if (entity.isQueued || entity.isLoading) return
    entity.isQueued = true
    this.#queue.push(entity)
    this.#schedulePump()
  }

  #schedulePump(): void {
    if (this.#isPumpScheduled) return
    this.#isPumpScheduled = true
    this.#options.platform.defer(() => {
      this.#isPumpScheduled = false
      this.#pump()
    })
  }

  /** Turns until the open batch is full or the slice of time is used up, then flushes if nothing is in flight. */
  #pump(): void {
    const { platform } = this.#options
    const startMs = platform.elapsedMs()
    let at = 0
    while (at < this.#queue.length && !this.#pipeline.isFull({ rows: UNIT_ROWS_MAX, bytes: BATCH_BYTES_MAX })) {
      const entity = this.#queue[at++]
      if (entity) this.#turn(entity)
      if ((at & 7) === 0 && platform.elapsedMs() - startMs > TURN_CPU_MS) break
    }
    this.#queue = at >= this.#queue.length ? [] : this.#queue.slice(at)
    this.#pipeline.flushIfIdle()
    if (this.#queue.length > 0 && !this.#pipeline.isFull({ rows: UNIT_ROWS_MAX, bytes: BATCH_BYTES_MAX }))
      this.#schedulePump()
  }

  #turn(entity: Entity): void {
    entity.isQueued = false
    if (entity.poison !== undefined) return void this.#hold(entity)
    if (!entity.state && entity.unflushed > 0) return
    const first = entity.inbox[0]?.signal
    if (!entity.state && first?.type !== 'create') return void this.#load(entity)
    if (!entity.state && !entity.plan && first && !this.#isKnownRevision(first))
      return void this.#loadPlan(entity, first)
    const unit = newUnit()
    const signals = entity.inbox
    entity.inbox = []
    try {
      this.#runInto(unit, entity, signals)
    } catch (error) {
      return this.#poison(unit, entity, { signals, error })
    }
    this.#pipeline.add(unit)
  }

  /** One turn of the entity, and of those that must commit with it, into the unit. */
  #runInto(unit: Unit, entity: Entity, taken: readonly Pending[]): void {
    const env = this.#envOf(entity.id, entity.state?.turn ?? 0)
    const { plan, result } = this.#decide(entity, taken, env)
    entity.state = result.state
    entity.plan = plan
    entity.unflushed += 1
    unit.entities.add(entity)
    const { node, jobs } = this.#options
    const rows = writeTurn(unit, { entity, plan, env, result }, { ...node, reserve: () => jobs.reserve() })
    this.#addReceipts(unit, entity, { taken, plan, result })
    this.#addAfterwards(unit, entity, { plan, env, result, rows })
    if (result.isUnfinished) this.#line(entity)
    for (const effect of result.effects) if (effect.type === 'signal') this.#forward(unit, effect.signal)
  }

  #decide(
    entity: Entity,
    taken: readonly Pending[],
    env: TurnEnv,
  ): { readonly plan: Plan; readonly result: TurnResult } {
    const [first] = taken
    if (entity.state && entity.plan) {
      const { plan, state } = entity
      return {
        plan,
        result: runTurn(
          { state, plan, env },
          taken.map(pending => pending.signal),
        ),
      }
    }
    assert(first?.signal.type === 'create', `the execution "${entity.id}" is not in memory`)
    const { birth } = first.signal
    const entry = this.#options.flows.newest(birth)
    const plan = entry?.revision === birth.revision ? this.#options.flows.planOf(entry) : entity.plan
    assert(plan !== undefined, `revision ${birth.revision} of the flow "${birth.flowId}" is not in memory`)
    const opened = openExecution(entity.id, birth, plan, env)
    if (taken.length === 1) return { plan, result: opened }
    const more = runTurn(
      { state: opened.state, plan, env },
      taken.slice(1).map(pending => pending.signal),
    )
    more.state.turn -= more.events.length > 0 ? 1 : 0
    return {
      plan,
      result: {
        ...more,
        events: [...opened.events, ...more.events],
        effects: [...opened.effects, ...more.effects],
        refusals: [undefined, ...more.refusals],
      },
    }
  }

  #envOf(id: string, turn: number): TurnEnv {
    const { platform } = this.#options
    return this.#options.envOf({ nowMs: platform.nowMs(), random: seededRandom(`${id}/${turn}`), executionId: id })
  }

  #addReceipts(
    unit: Unit,
    entity: Entity,
    { taken, plan, result }: { readonly taken: readonly Pending[]; readonly plan: Plan; readonly result: TurnResult },
  ): void {
    taken.forEach((pending, index) => {
      const { options, settle, signal } = pending
      const refusal = result.refusals[index]
      const view = refusal || !options.view ? undefined : options.view(result.state, plan)
      unit.receipts.push({ ...(refusal ? { refusal } : {}), view, ...settle })
      if (options.rowId !== undefined) {
        unit.signalsTaken.push(options.rowId)
        if (signal.type === 'command')
          unit.operations.push(outcomeOf(options.rowId, signal.executionId, refusal, this.#options.platform.nowMs()))
      }
      if (options.trigger) unit.triggers.push(options.trigger)
      if (signal.type === 'settled' || signal.type === 'lost')
        unit.jobsEnded.push({ executionId: entity.id, run: signal.run, epoch: signal.epoch })
    })
  }

  #addAfterwards(
    unit: Unit,
    entity: Entity,
    {
      plan,
      env,
      result,
      rows,
    }: { readonly plan: Plan; readonly env: TurnEnv; readonly result: TurnResult; readonly rows: readonly JobRow[] },
  ): void {
    const { jobs, evaluate, onTimer } = this.#options
    for (const row of rows) unit.afterwards.push(row.node === null ? () => jobs.wake() : () => jobs.offer(row))
    for (const effect of result.effects) {
      if (effect.type === 'kill-job')
        unit.afterwards.push(() => jobs.stop({ executionId: entity.id, run: effect.run, epoch: effect.epoch }, 'kill'))
      if (effect.type === 'evaluate')
        unit.afterwards.push(() => evaluate({ state: result.state, plan, env, run: effect.run, slot: effect.slot }))
    }
    for (const timer of unit.timers) if (timer.executionId === entity.id) unit.afterwards.push(() => onTimer(timer))
  }

  /**
   * A signal to another execution commits with the turn that sent it: in the same unit when that execution is at hand or is born by it,
   * else as a row that is consumed later.
   */
  #forward(unit: Unit, signal: Signal): void {
    const { platform, node, owns, onSignalRow } = this.#options
    const shard = shardOf(signal.executionId)
    const target = this.#entities.get(signal.executionId)
    const isAtHand =
      signal.type === 'create'
        ? this.#isKnownRevision(signal)
        : target?.state !== undefined && target.poison === undefined
    if (isAtHand && owns(shard) && rowsOf(unit) < UNIT_ROWS_MAX) {
      const entity = this.#entityOf(signal.executionId)
      const settle = { resolve: () => {}, reject: () => {} }
      return this.#runInto(unit, entity, [{ signal, sinceMs: platform.nowMs(), options: {}, settle }])
    }
    const id = `${node.id}/${node.incarnation}/${String(this.#pipeline.nextSignal()).padStart(12, '0')}`
    const row = { id, shard, executionId: signal.executionId, body: encodeValue(trust<Value>(signal)) }
    unit.signals.push(row)
    unit.afterwards.push(() => onSignalRow(row))
  }

  #isKnownRevision(signal: Signal): boolean {
    if (signal.type !== 'create') return true
    return this.#options.flows.newest(signal.birth)?.revision === signal.birth.revision
  }

  async #load(entity: Entity): Promise<void> {
    entity.isLoading = true
    const { store, flows } = this.#options
    try {
      const rows = await store.read.journalOf(entity.id)
      if (rows.length === 0) return this.#reportUnknown(entity)
      const birth = birthOf(entity.id, rows)
      const plan = await flows.loadPlan(birth, birth.revision)
      assert(plan !== undefined, `revision ${birth.revision} of the flow "${birth.namespace}.${birth.flowId}" is gone`)
      const head = await store.read.findExecution(entity.id)
      entity.state = fold(entity.id, rows, plan)
      entity.plan = plan
      entity.head = head ? `${head.state} ${head.endMs} ${head.waitsFor}` : ''
      entity.timers = new Map(entity.state.timers)
      this.#askAgain(entity)
    } catch (error) {
      this.#options.onNotice(`the execution "${entity.id}" cannot be read`, error)
      for (const pending of this.#takeAll(entity))
        pending.settle.reject(
          new SubmitError('unavailable', `The execution "${entity.id}" cannot be read now.`, { cause: error }),
        )
      this.#entities.delete(entity.id)
      return
    } finally {
      entity.isLoading = false
    }
    this.#line(entity)
  }

  /** The execution runs a revision that is not the newest, or not known to this node yet. */
  async #loadPlan(entity: Entity, signal: Signal): Promise<void> {
    if (signal.type !== 'create') return
    entity.isLoading = true
    try {
      const plan = await this.#options.flows.loadPlan(signal.birth, signal.birth.revision)
      assert(plan !== undefined, `there is no revision ${signal.birth.revision} of the flow "${signal.birth.flowId}"`)
      entity.plan = plan
      entity.isLoading = false
      this.#line(entity)
    } catch (error) {
      entity.isLoading = false
      this.#giveUp(entity, error)
    }
  }

  #giveUp(entity: Entity, error: unknown): void {
    this.#options.onNotice(`the execution "${entity.id}" cannot be read`, error)
    const refusal = new SubmitError('unavailable', `The execution "${entity.id}" cannot be read now.`, { cause: error })
    for (const pending of this.#takeAll(entity)) pending.settle.reject(refusal)
    this.#entities.delete(entity.id)
  }

  /** Questions that were out when the node went down are put again. */
  #askAgain(entity: Entity): void {
    const { state, plan } = entity
    if (!state || !plan) return
    for (const key of state.asked) {
      const at = key.indexOf(' ')
      const env = this.#envOf(entity.id, state.turn)
      this.#options.evaluate({ state, plan, env, run: Number(key.slice(0, at)), slot: key.slice(at + 1) })
    }
  }

  #reportUnknown(entity: Entity): void {
    for (const pending of this.#takeAll(entity)) {
      pending.settle.resolve({
        refusal: { code: 'unknown-execution', message: `There is no execution "${entity.id}".` },
      })
    }
    this.#entities.delete(entity.id)
  }

  #takeAll(entity: Entity): Pending[] {
    const taken = entity.inbox
    entity.inbox = []
    this.#pending -= taken.length
    return taken
  }

  /** An exception in a turn is our mistake: the neighbours go on, this execution is held with the reason. */
  #poison(
    unit: Unit,
    entity: Entity,
    { signals, error }: { readonly signals: readonly Pending[]; readonly error: unknown },
  ): void {
    const message = error instanceof Error ? error.message : String(error)
    this.#options.onNotice(`a turn of the execution "${entity.id}" threw`, error)
    this.#pending -= signals.length
    for (const pending of signals)
      pending.settle.reject(
        new SubmitError('failed', `The execution "${entity.id}" could not go on: ${message}`, { cause: error }),
      )
    entity.poison = message
    delete entity.state
    for (const touched of unit.entities) {
      delete touched.state
      this.#release(touched)
    }
    if (!unit.entities.has(entity)) void this.#hold(entity)
  }

  /** Once all that it did is flushed, the execution is read again as the store knows it, and marked as held there. */
  async #hold(entity: Entity): Promise<void> {
    if (entity.unflushed > 0 || entity.isLoading) return
    entity.isLoading = true
    const reason = entity.poison ?? 'unknown'
    try {
      const rows = await this.#options.store.read.journalOf(entity.id)
      if (rows.length > 0) await this.#markHeld(entity, rows, reason)
    } catch (error) {
      this.#options.onNotice(`the execution "${entity.id}" could not be marked as held`, error)
    }
    entity.isLoading = false
    delete entity.poison
    for (const pending of this.#takeAll(entity))
      pending.settle.reject(new SubmitError('failed', `The execution "${entity.id}" is held: ${reason}`))
    if (entity.unflushed === 0) this.#entities.delete(entity.id)
  }

  async #markHeld(entity: Entity, rows: readonly JournalRowOf[], reason: string): Promise<void> {
    const birth = birthOf(entity.id, rows)
    const plan = await this.#options.flows.loadPlan(birth, birth.revision)
    if (!plan) return
    const state = fold(entity.id, rows, plan)
    if (state.isHeld) return
    const env = this.#envOf(entity.id, state.turn)
    const event = { type: 'held', reason } as const
    apply(state, event, plan, env.nowMs)
    state.turn += 1
    entity.timers = new Map(state.timers)
    entity.head = ''
    entity.state = state
    entity.plan = plan
    entity.unflushed += 1
    const unit = newUnit()
    const result = { state, events: [event], effects: [], refusals: [], isUnfinished: false }
    writeTurn(unit, { entity, plan, env, result }, { ...this.#options.node, reserve: () => false })
    this.#pipeline.add(unit)
    this.#schedulePump()
    this.#options.onNotice(`the execution "${entity.id}" is held: ${reason}`)
  }

  #committed(unit: Unit): void {
    this.#pending -= unit.receipts.length
    for (const { resolve, refusal, view } of unit.receipts) resolve({ ...(refusal ? { refusal } : {}), view })
    for (const run of unit.afterwards) run()
    this.#options.changes.publish([...unit.entities].map(entity => entity.id))
    for (const entity of unit.entities) this.#release(entity)
  }

  #dropped(unit: Unit, error: Error): void {
    this.#pending -= unit.receipts.length
    for (const { reject } of unit.receipts) reject(error)
    for (const entity of unit.entities) {
      delete entity.state
      entity.isDropped = true
      this.#release(entity)
    }
  }

  #release(entity: Entity): void {
    entity.unflushed -= 1
    if (entity.poison !== undefined) return void this.#hold(entity)
    if (entity.unflushed > 0 || entity.isQueued || entity.isLoading) return
    entity.isDropped = false
    if (entity.inbox.length > 0) return this.#line(entity)
    if (!entity.state || entity.state.isEnded) {
      this.#entities.delete(entity.id)
      return
    }
    this.#rest(entity, entity.state)
  }

  /** Keeps an idle execution while there is room; the oldest make place for it. */
  #rest(entity: Entity, state: ExecutionState): void {
    entity.weight = weigh(state)
    this.#idle.delete(entity.id)
    this.#idle.set(entity.id, entity)
    this.#idleBytes += entity.weight
    for (const [id, oldest] of this.#idle) {
      if (this.#idleBytes <= IDLE_WEIGHT_MAX_BYTES) return
      this.#idle.delete(id)
      this.#idleBytes -= oldest.weight
      this.#entities.delete(id)
    }
  }
}

function isBusy(entity: Entity): boolean {
  return (
    entity.isQueued ||
    entity.isLoading ||
    entity.unflushed > 0 ||
    entity.inbox.length > 0 ||
    entity.poison !== undefined
  )
}

/** How long whoever sent a command from another node can read what became of it. */
const OUTCOME_KEPT_MS = 600_000

function outcomeOf(key: string, entity: string, refusal: Refusal | undefined, nowMs: number): OperationRow {
  return {
    key,
    entity,
    bodyHash: '',
    status: refusal ? 409 : 200,
    body: JSON.stringify(refusal ?? {}),
    expiresMs: nowMs + OUTCOME_KEPT_MS,
  }
}
