// The engine: takes signals, gives each execution its turn, and flushes what the turns want written, many executions to one transaction. One
// flush is in flight at a time; the next fills meanwhile, so the more there is to do the more goes into each. Nothing leaves before its flush
// returned: no reply, no job, no line to a watcher.
import { apply, shardOf, type Birth, type Signal } from '@batuta/core'
import { SOURCE_RUN } from '@batuta/plugin-sdk'
import { SubmitError, type Inbox, type LookAtLive, type Receipt, type SubmitOptions } from '../inbox/inbox.ts'
import type { EngineOptions } from './engine-options.ts'
import { NO_SIGNALS, heldText, isBusy, isFreeing, type Entity, type Pending } from './entity.ts'
import { FlushPipeline } from './flush-pipeline.ts'
import { limitKeysOfFlow, newLimitRules } from '../flows/limit-rules.ts'
import { LimitBook } from './limit-book.ts'
import { newLiveLook } from './live-look.ts'
import { headOf, keepSnapshot, loadExecution, type Loaded } from './load-execution.ts'
import { overload } from './overload.ts'
import { receiverOf } from './receiver-of.ts'
import { Residents } from './residents.ts'
import { RowMemory } from './row-memory.ts'
import { Turns, UNIT_ROWS_MAX } from './turns.ts'
import type { JobRow } from '../storage/batch.ts'
import type { FlowKey } from '../storage/store.ts'
import { jobName, newUnit, put, reservedBy, type Settleable, type Unit } from './unit.ts'
import type { Note, NoteTaker } from './note.ts'
import { unknownUnit } from './unknown-unit.ts'
import { writeHeld, type HeldMark } from './write-turn.ts'

export type { EngineOptions } from './engine-options.ts'

const BATCH_BYTES_MAX = 256 * 1024
const TURN_CPU_MS = 4
/** Turns have at least as much time as what is read between them, up to this: else reading would leave them behind the more, the more comes in. */
const TURN_CPU_MAX_MS = 40
const IDLE_WEIGHT_MAX_BYTES = 64 * 2 ** 20
/** Whoever waits for the last flush looks this often. */
const LOOK_AGAIN_MS = 5

export class Engine implements Inbox, NoteTaker {
  readonly look: LookAtLive
  readonly #options: EngineOptions
  readonly #pipeline: FlushPipeline
  readonly #turns: Turns
  readonly #residents: Residents
  readonly #limits: LimitBook
  /** A second word of a stored signal changes nothing. */
  readonly #rows = new RowMemory()
  #queue: Entity[] = []
  #isPumpScheduled = false
  #scheduledMs = 0
  #isStopped = false
  #pending = 0
  #pendingBytes = 0

  constructor(options: EngineOptions) {
    this.#options = options
    this.#residents = new Residents({
      maxBytes: options.idleMaxBytes ?? IDLE_WEIGHT_MAX_BYTES,
      clock: options.platform,
      ...(options.onLarge ? { onLarge: isAny => options.onLarge?.(isAny) } : {}),
      onLeft: entity => keepSnapshot(entity, options.snapshots),
    })
    this.look = newLiveLook(this.#residents, this)
    this.#pipeline = new FlushPipeline({
      store: options.store,
      node: options.node,
      onCommitted: (unit, cancelled) => this.#committed(unit, cancelled),
      onDropped: (unit, error) => this.#dropped(unit, error),
      onIdle: () => this.#schedulePump(),
      pause: ms => this.#pause(ms),
      onNotice: options.onNotice,
      onFatal: error => {
        this.#isStopped = true
        options.onFatal(error)
      },
    })
    this.#limits = new LimitBook({
      store: options.store,
      rules: options.limits ?? newLimitRules(options.flows),
      pause: ms => this.#pause(ms),
    })
    this.#turns = new Turns(options, {
      residents: this.#residents,
      line: entity => this.#line(entity),
      poison: (unit, entity, error) => this.#poison(unit, entity, error),
      resend: (signal, rowId) => this.#resend(signal, rowId),
      nextSignal: () => this.#pipeline.nextSignal(),
      limits: this.#limits,
    })
  }

  get pending(): number {
    return this.#pending
  }

  /** How long the oldest signal has waited for its turn. */
  get oldestMs(): number {
    const oldest = this.#queue[0]?.inbox[0]
    return oldest ? Math.max(0, this.#options.platform.nowMs() - oldest.sinceMs) : 0
  }

  get resident(): number {
    return this.#residents.size
  }

  submit<T = never>(signal: Signal, options: SubmitOptions<T> = {}): Promise<Receipt<T>> {
    return new Promise<Receipt<T>>((resolve, reject) => {
      const refusal = this.#refusalOf(signal, options.rowId)
      if (refusal) return reject(refusal)
      const settle = receiverOf(signal, { rowId: options.rowId, rows: this.#rows }, { resolve, reject })
      if (!settle) return resolve({})
      this.#pending += 1
      this.#pendingBytes += settle.bytes
      this.#enqueue({ signal, sinceMs: this.#options.platform.nowMs(), options, settle })
    })
  }

  async settled(): Promise<void> {
    await this.#pipeline.settle()
  }

  note(note: Note): Promise<boolean> {
    const rowIds = note.signalsTaken ?? []
    if (this.#isStopped)
      return Promise.reject(new SubmitError('stopped', 'The engine has stopped: the server is shutting down.'))
    if (rowIds.some(id => !this.#rows.begin(id))) return Promise.resolve(false)
    const letGo = (isTaken: boolean): void => rowIds.forEach(id => this.#rows.end(id, isTaken))
    return new Promise<boolean>((resolve, reject) => {
      this.#pending += 1
      const fail = (error: Error): void => {
        letGo(false)
        reject(error)
      }
      const succeed = (): void => {
        letGo(true)
        resolve(true)
      }
      try {
        const unit = this.#turns.noteUnit(note)
        put(unit, 'receipts', { bytes: 0, resolve: succeed, reject: fail })
        this.#pipeline.add(unit)
        this.#schedulePump()
      } catch (error) {
        this.#pending -= 1
        fail(error instanceof Error ? error : new Error(String(error)))
      }
    })
  }

  /** Brings an execution that could go on by itself into memory and lets it; settles when it had its turn. */
  async wake(executionId: string): Promise<void> {
    await this.submit({ type: 'wake', executionId })
  }

  /** A flow was saved, or without one: what flows share was said anew. Limits may let more go on. */
  async limitsChanged(flow?: FlowKey): Promise<void> {
    const keys = flow ? limitKeysOfFlow(flow).filter(key => this.#limits.has(key)) : this.#limits.shared()
    if (keys.length > 0) await this.tendLimits(keys)
  }

  /** Lets go on whoever may: the numbers of these limits may have changed, or their members. */
  async tendLimits(keys: readonly string[]): Promise<void> {
    const unit = await this.#limits.tend(keys, (into, signal) => this.#turns.forward(into, signal))
    if (!unit) return
    this.#pipeline.add(unit)
    this.#schedulePump()
  }

  /** Settles when everything that was submitted so far is flushed. */
  async drain(): Promise<void> {
    while (this.#pending > 0 || !this.#pipeline.isIdle) await this.#pause(LOOK_AGAIN_MS)
  }

  /** Forgets the executions of these shards once nothing of them is under way; nobody may submit to them any more. */
  async release(shards: ReadonlySet<number>): Promise<void> {
    for (;;) {
      const entities = [...this.#residents.all()].filter(entity => shards.has(shardOf(entity.id)))
      for (const entity of entities) if (!isBusy(entity)) this.#residents.forget(entity)
      if (!entities.some(isBusy)) return this.#limits.forget(shards)
      await this.#pause(LOOK_AGAIN_MS)
    }
  }

  /** Nothing of what is under way may be written any more; whoever waits for it is told to ask again. */
  abandon(reason: string): void {
    this.#isStopped = true
    this.#pipeline.abandon(new SubmitError('unavailable', `This server let go of what it was doing: ${reason}.`))
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.drain()
    this.#residents.stop()
  }

  #pause(ms: number): Promise<void> {
    const { platform } = this.#options
    return new Promise(resolve => void platform.at(platform.nowMs() + ms, resolve))
  }

  #refusalOf(signal: Signal, rowId: string | undefined): SubmitError | undefined {
    if (this.#isStopped) return new SubmitError('stopped', 'The engine has stopped: the server is shutting down.')
    const busy = overload(signal, { oldestMs: this.oldestMs, pending: this.#pending, bytes: this.#pendingBytes, rowId })
    if (busy) this.#options.meter?.refuse('overloaded')
    return busy
  }

  #enqueue(pending: Pending): void {
    const entity = this.#residents.open(pending.signal.executionId)
    if (entity.inbox.length === 0) entity.inbox = [pending]
    else entity.inbox.push(pending)
    this.#line(entity)
  }

  #resend(signal: Signal, rowId: string): void {
    // Its shard may have gone to another node while the row was on its way to the store: whoever has it reads the row.
    if (!this.#options.owns(shardOf(signal.executionId))) return
    this.submit(signal, { rowId }).catch(error =>
      this.#options.onNotice(`the signal ${rowId} was not taken; it is sent again`, error),
    )
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
    this.#scheduledMs = this.#options.platform.elapsedMs()
    this.#options.platform.defer(() => {
      this.#isPumpScheduled = false
      this.#pump()
    })
  }

  /** Turns until the open batch is full or the slice of time is used up, then flushes if nothing is in flight. */
  #pump(): void {
    const { platform } = this.#options
    const startMs = platform.elapsedMs()
    const sliceMs = Math.min(Math.max(TURN_CPU_MS, startMs - this.#scheduledMs), TURN_CPU_MAX_MS)
    let at = 0
    while (at < this.#queue.length && !this.#pipeline.isFull({ rows: UNIT_ROWS_MAX, bytes: BATCH_BYTES_MAX })) {
      const entity = this.#queue[at++]
      if (entity) this.#turn(entity)
      if ((at & 7) === 0 && platform.elapsedMs() - startMs > sliceMs) break
    }
    this.#queue = at >= this.#queue.length ? [] : this.#queue.slice(at)
    this.#pipeline.flushIfIdle()
    if (this.#queue.length > 0 && !this.#pipeline.isFull({ rows: UNIT_ROWS_MAX, bytes: BATCH_BYTES_MAX }))
      this.#schedulePump()
  }

  #turn(entity: Entity): void {
    entity.isQueued = false
    if (entity.poison !== undefined) return void this.#hold(entity)
    if (!entity.state) {
      if (entity.unflushed > 0) return
      const first = entity.inbox[0]?.signal
      if (first?.type !== 'create') return void this.#load(entity)
      const { birth } = first
      const plan = this.#options.flows.findPlan(birth, birth.revision)
      if (!plan) return void this.#loadPlan(entity, birth)
      entity.plan = plan
    }
    const missing = this.#limits.missingFor(entity)
    if (missing.length > 0) return void this.#loadLimits(entity, missing)
    const taken = this.#takeInbox(entity)
    const unit = newUnit()
    try {
      this.#turns.run(unit, entity, taken)
    } catch (error) {
      this.#poison(unit, entity, error)
      return this.#reject(taken, new SubmitError('failed', heldText(entity, String(error)), { cause: error }))
    }
    this.#pipeline.add(unit)
  }

  /** A held execution takes a kill, and what follows from it, or its release; everything else has to wait until it is let go. */
  #takeInbox(entity: Entity): readonly Pending[] {
    const inbox = entity.inbox
    entity.inbox = NO_SIGNALS
    const { state } = entity
    if (!state?.isHeld || state.isKillRequested) return inbox
    const taken = inbox.filter(({ signal }) => isFreeing(signal))
    this.#reject(
      inbox.filter(pending => !taken.includes(pending)),
      new SubmitError('failed', heldText(entity, 'one of its turns could not be run')),
    )
    return taken
  }

  #reject(pendings: readonly Pending[], error: SubmitError): void {
    for (const { settle } of pendings) {
      this.#settled(settle)
      settle.reject(error)
    }
  }

  async #load(entity: Entity): Promise<void> {
    await this.#read(entity, async () => this.#loaded(entity, await loadExecution(entity.id, this.#options)))
    if (entity.state) this.#line(entity)
  }

  #loaded(entity: Entity, loaded: Loaded): void {
    switch (loaded.type) {
      case 'loaded':
        this.#take(entity, loaded)
        return this.#turns.askAll(entity)
      case 'unknown':
        return this.#reportUnknown(entity)
      case 'broken':
        return this.#holdBroken(entity, loaded)
    }
  }

  /** A revision that is not the newest one was asked for. */
  async #loadPlan(entity: Entity, birth: Birth): Promise<void> {
    await this.#read(entity, async () => {
      const plan = await this.#options.flows.loadPlan(birth, birth.revision)
      const [first, ...rest] = entity.inbox
      if (plan || !first) return
      entity.inbox = rest
      const name = `"${birth.namespace}.${birth.flowId}"`
      this.#reject([first], new SubmitError('failed', `There is no revision ${birth.revision} of the flow ${name}.`))
    })
    if (entity.inbox.length > 0) this.#line(entity)
    else this.#residents.forget(entity)
  }

  async #loadLimits(entity: Entity, keys: readonly string[]): Promise<void> {
    await this.#read(entity, () => this.#limits.load(keys))
    if (entity.inbox.length > 0 || entity.state) this.#line(entity)
  }

  async #read(entity: Entity, read: () => Promise<void>): Promise<void> {
    entity.isLoading = true
    try {
      await read()
    } catch (error) {
      this.#unavailable(entity, error)
    } finally {
      entity.isLoading = false
    }
  }

  #unavailable(entity: Entity, cause: unknown): void {
    const message = `The execution "${entity.id}" cannot be read now.`
    this.#options.onNotice(message, cause)
    this.#rejectAll(entity, new SubmitError('unavailable', message, { cause }))
    this.#residents.forget(entity)
  }

  #rejectAll(entity: Entity, error: SubmitError): void {
    const inbox = entity.inbox
    entity.inbox = []
    this.#reject(inbox, error)
  }

  /** Rows that were kept for an execution that is not there any more go; a parent that wanted to restart a child is told. */
  #reportUnknown(entity: Entity): void {
    const unit = unknownUnit(entity, (into, signal) => this.#turns.forward(into, signal))
    entity.inbox = []
    this.#residents.forget(entity)
    this.#pipeline.add(unit)
    this.#schedulePump()
  }

  /** An exception in a turn is our mistake: the neighbours go on, this execution is held with the reason. */
  #poison(unit: Unit, entity: Entity, error: unknown): void {
    if (this.#options.meter) this.#options.meter.poisoned += 1
    this.#options.onNotice(`a turn of the execution "${entity.id}" threw`, error, { executionId: entity.id })
    this.#options.jobs.release(reservedBy(unit, this.#options.node.node))
    this.#limits.dropped(unit)
    entity.poison = error instanceof Error ? error.message : String(error)
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
      const loaded = await loadExecution(entity.id, this.#options)
      delete entity.poison
      if (loaded.type === 'loaded') this.#markHeld(entity, loaded, reason)
      if (loaded.type === 'broken') this.#holdBroken(entity, loaded)
    } catch (error) {
      this.#options.onNotice(`the execution "${entity.id}" could not be marked as held; it is tried again`, error)
      delete entity.poison
    }
    entity.isLoading = false
    this.#rejectAll(entity, new SubmitError('failed', heldText(entity, reason)))
    if (entity.unflushed === 0) this.#residents.forget(entity)
  }

  #markHeld(entity: Entity, loaded: Extract<Loaded, { type: 'loaded' }>, reason: string): void {
    const { state, plan, row } = loaded
    if (state.isHeld || !row) return
    this.#take(entity, loaded)
    const atMs = Math.max(this.#options.platform.nowMs(), entity.latestMs)
    apply(state, { type: 'held', reason }, plan, atMs)
    state.turn += 1
    entity.head = headOf({ ...row, waitsFor: 'human' })
    this.#writeHeld(entity, { row, turn: state.turn, reason, atMs })
  }

  /** A journal that cannot be folded gets its mark all the same, so that nobody reads it over and over. */
  #holdBroken(entity: Entity, { lastTurn, row, error }: Extract<Loaded, { type: 'broken' }>): void {
    const reason = error instanceof Error ? error.message : String(error)
    const turn = lastTurn + 1
    if (row && row.waitsFor !== 'human' && row.endMs === null)
      this.#writeHeld(entity, { row, turn, reason, atMs: this.#options.platform.nowMs() })
    this.#rejectAll(entity, new SubmitError('failed', heldText(entity, reason), { cause: error }))
    if (entity.unflushed === 0) this.#residents.forget(entity)
  }

  #take(entity: Entity, { state, plan, row, latestMs, snapshotTurn }: Extract<Loaded, { type: 'loaded' }>): void {
    entity.state = state
    entity.snapshotTurn = snapshotTurn
    entity.latestMs = Math.max(entity.latestMs, latestMs)
    entity.plan = plan
    entity.head = row ? headOf(row) : ''
    entity.timers = new Map(state.timers)
    entity.slot = state.slot
  }

  #writeHeld(entity: Entity, mark: HeldMark): void {
    const unit = newUnit()
    writeHeld(unit, mark)
    entity.unflushed += 1
    unit.entities.add(entity)
    this.#pipeline.add(unit)
    this.#schedulePump()
    if (this.#options.meter) this.#options.meter.held += 1
    const { namespace, flowId } = mark.row
    this.#options.onNotice(`the execution "${entity.id}" is held: ${mark.reason}`, undefined, {
      executionId: entity.id,
      namespace,
      flowId,
    })
  }

  #settled({ bytes }: Pick<Settleable, 'bytes'>): void {
    this.#pending -= 1
    this.#pendingBytes -= bytes
  }

  #committed(unit: Unit, cancelled: ReadonlySet<string>): void {
    for (const receipt of unit.receipts) {
      const { resolve, reject, refusal, view, problem } = receipt
      this.#settled(receipt)
      if (problem) reject(problem)
      else resolve(refusal ? { refusal, view } : { view })
    }
    for (const row of unit.jobs) if (row.run !== SOURCE_RUN) this.#callOut(row, cancelled)
    for (const run of unit.afterwards) run()
    this.#options.meter?.committed(unit.turns, unit.triggers, this.#options.platform.nowMs())
    for (const { id } of unit.entities) this.#options.changes.publish(id)
    this.#limits.committed(unit)
    for (const entity of unit.entities) this.#release(entity)
  }

  #callOut(row: JobRow, cancelled: ReadonlySet<string>): void {
    const { jobs, node } = this.#options
    const isCancelled = cancelled.size > 0 && cancelled.has(jobName(row))
    if (row.node === node.node) return isCancelled ? jobs.release(1) : jobs.offer(row)
    if (row.node === null && !isCancelled) jobs.wake()
  }

  #dropped(unit: Unit, error: Error): void {
    this.#pending -= unit.receipts.length
    if (error instanceof SubmitError) this.#options.meter?.refuse(error.fault, unit.receipts.length)
    this.#options.jobs.release(reservedBy(unit, this.#options.node.node))
    for (const { reject } of unit.receipts) reject(error)
    this.#limits.dropped(unit)
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
    if (!entity.state || entity.state.isEnded) return this.#residents.leave(entity)
    this.#residents.rest(entity, entity.state)
  }
}
