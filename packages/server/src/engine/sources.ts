// Triggers that look outside: polls and watches of sources. The evaluation is a job; its trigger is the one owner. A poll is asked again an interval
// after it answered; a watch has no end, and is begun anew when it ends all the same. What a source emits is born together with its mark, so that
// whatever dies in between the source goes on from what is born: nothing is lost, nothing doubled. A job of an older epoch says nothing any more.
import {
  decodeTriggerState,
  disarm,
  mapFrom,
  type Judgement,
  type Plan,
  type Signal,
  type Value,
  type ValueMap,
  type TriggerState,
} from '@batuta/core'
import { homeShardOf } from '../flows/home.ts'
import type { JobRow, TriggerRow } from '../storage/batch.ts'
import type { FlowKey, StoredTrigger } from '../storage/store.ts'
import { birthOfSource, sourceScope } from './source-birth.ts'
import { sourceJobKey, sourceJobRow, type SourceKind } from './source-job.ts'
import { expectFew, StaleWatch, takenFrom, type Emission } from './emission.ts'
import {
  AGAIN_MAX_MS,
  againMs,
  failsOnError,
  failureOf,
  flowOf,
  foundBy,
  intervalOf,
  isConcurrent,
  judgeSource,
  isSame,
  isUnborn,
  lookAfterMs,
  movedRow,
  nameOf,
  nextWatch,
  stateAfterEmission,
  type Source,
  type SourceOutcome,
  type Told,
} from './source.ts'
import type { SourcesOptions } from './sources-options.ts'
import { TimerHeap } from './timer-heap.ts'

const RETRY_MS = 1_000

interface Due {
  readonly atMs: number
  readonly name: string
}

export class Sources {
  readonly #options: SourcesOptions
  readonly #sources = new Map<string, Source>()
  readonly #byWatch = new Map<string, Source>()
  readonly #locks = new Map<string, Source>()
  readonly #heap = new TimerHeap<Due>()

  constructor(options: SourcesOptions) {
    this.#options = options
  }

  /** Shards came: whatever an owner before had out is given up, and begun anew here. */
  async load(known?: readonly StoredTrigger[]): Promise<number | undefined> {
    const rows = known ?? (await this.#options.store.read.listTriggers())
    const byName = new Map(rows.map(row => [nameOf(row), row]))
    for (const [name, source] of this.#sources) this.#keepOrRemove(name, source, byName.get(name))
    for (const row of rows) if (!this.#sources.has(nameOf(row))) this.#add(row)
    return this.#heap.nextMs
  }

  /** A flow was saved or deleted, or its triggers were changed by hand: what runs of it by an older definition ends. */
  async reload({ tenant, namespace, flowId }: FlowKey): Promise<number | undefined> {
    const rows = await this.#options.store.read.listTriggers({ tenant, namespace, flowId })
    const prefix = `${tenant}/${namespace}/${flowId}/`
    for (const [name, source] of this.#sources) {
      if (!name.startsWith(prefix)) continue
      const row = rows.find(({ triggerId }) => triggerId === source.key.triggerId)
      this.#keepOrRemove(name, source, row)
    }
    for (const row of rows) if (!this.#sources.has(nameOf(row))) this.#add(row)
    return this.#heap.nextMs
  }

  /** Shards go to another node, or all of them: what runs of them here ends. Settles when nothing of it is on its way to the store. */
  async release(keeps: (shard: number) => boolean): Promise<void> {
    const gone = [...this.#sources].filter(([, source]) => !keeps(homeShardOf(source.key)))
    for (const [name, source] of gone) {
      this.#forget(name, source)
      this.#stopJob(source)
    }
    await Promise.all(gone.map(([, source]) => source.line))
  }

  #keepOrRemove(name: string, source: Source, row: StoredTrigger | undefined): void {
    if (row && isSame(source, row) && this.#planOf(row) === source.plan) return
    this.#remove(name, source)
  }

  fireDue(nowMs: number): number | undefined {
    for (let due = this.#heap.popDue(nowMs); due; due = this.#heap.popDue(nowMs)) {
      const source = this.#sources.get(due.name)
      if (source?.dueMs !== due.atMs) continue
      source.dueMs = undefined
      void this.#evaluate(due.name, source)
    }
    return this.#heap.nextMs
  }

  waitsFor(executionId: string): boolean {
    return this.#locks.has(executionId)
  }

  async ended(executionId: string, state: string): Promise<number | undefined> {
    const source = this.#locks.get(executionId)
    if (source?.lockedBy !== executionId) return this.#heap.nextMs
    await this.#unlock(source, state).catch(error => this.#tryLater(source, error))
    return this.#heap.nextMs
  }

  /** A job of a source has ended, one way or another. */
  async settle(signal: Told, rowId: string | undefined): Promise<void> {
    // One after the other: what is told again finds it done.
    const source = this.#byWatch.get(signal.executionId)
    const mine = (source?.line ?? Promise.resolve()).then(() => this.#settle(signal, rowId))
    if (source) source.line = mine.catch(() => {})
    await mine
  }

  async #settle(signal: Told, rowId: string | undefined): Promise<void> {
    const key = sourceJobKey(signal.executionId, signal.epoch)
    const signalsTaken = rowId === undefined ? [] : [rowId]
    const source = this.#byWatch.get(signal.executionId)
    const { watch } = source?.state ?? {}
    if (!source || watch?.epoch !== signal.epoch || !watch.isOut)
      return void (await this.#options.notes().note({ jobsEnded: [key], signalsTaken }))
    const outcome = await this.#outcomeOf(source, signal)
    const { births, nextMs, executionId, mark } = outcome
    const row = movedRow(source, this.#options.nowMs(), {
      nextMs,
      state: { ...source.state, watch: { ...watch, isOut: false }, ...(mark === undefined ? {} : { mark }) },
      ...(executionId === undefined ? {} : { executionId }),
    })
    // Before its birth: it may end in its first turn.
    if (executionId !== undefined && !isConcurrent(source)) this.#lock(source, executionId)
    try {
      if (!(await this.#options.notes().note({ births, triggers: [row], jobsEnded: [key], signalsTaken }))) return
    } catch (error) {
      this.#letGo(source)
      throw error
    }
    // Changed or gone to another node meanwhile: whoever has it now reads what was written.
    if (this.#sources.get(nameOf(source.key)) !== source) return this.#letGo(source)
    this.#take(source, row)
    const { endedAs } = source.telling ?? {}
    source.telling = undefined
    if (endedAs === undefined) this.#plan(source)
    else await this.#unlock(source, endedAs)
  }

  /** Births and mark in one flush; settles when they are in the store, and rejects when nobody wants them any more. */
  async emit(emission: Emission, rowId?: string): Promise<void> {
    const source = this.#byWatch.get(emission.key.executionId)
    if (!source) throw new StaleWatch(emission.key)
    const mine = source.line.then(() => this.#emit(source, emission, rowId))
    source.line = mine.catch(() => {})
    await mine
  }

  #add(row: StoredTrigger): void {
    const { kindOf, owns, flows } = this.#options
    const text = flows.newest(row)?.parsed
    if (text !== undefined && this.#options.mayHoldSource?.(text) === false) return
    const trigger = flows.flowOf(row)?.triggers.find(({ id }) => id === row.triggerId)
    const kind = trigger && kindOf(trigger.type)
    const plan = this.#planOf(row)
    if (!trigger || !kind || !plan || !owns(homeShardOf(row))) return
    // Whoever had it may have lost the shard before it heard that the trigger was switched off.
    if (row.isDisabled || trigger.disabled || flows.newest(row)?.isDisabled)
      return this.#killJob(nameOf(row), decodeTriggerState(row.state))
    const { tenant, namespace, flowId, triggerId } = row
    const source: Source = {
      key: { tenant, namespace, flowId, triggerId },
      trigger,
      plan,
      kind,
      stored: row,
      state: decodeTriggerState(row.state),
      dueMs: undefined,
      ...{ lockedBy: undefined, looks: 0, telling: undefined },
      failures: 0,
      line: Promise.resolve(),
    }
    this.#sources.set(nameOf(row), source)
    const { watch } = source.state
    if (watch) this.#byWatch.set(watch.id, source)
    if (row.executionId !== null && kind === 'polling' && !isConcurrent(source)) this.#lock(source, row.executionId)
    this.#planAt(source, row.nextMs ?? this.#options.nowMs())
  }

  #planOf(key: FlowKey): Plan | undefined {
    const entry = this.#options.flows.newest(key)
    return entry && this.#options.flows.planOf(entry)
  }

  #remove(name: string, source: Source): void {
    this.#forget(name, source)
    this.#killJob(name, source.state)
  }

  #killJob(name: string, { watch }: TriggerState): void {
    if (!watch?.isOut) return
    const key = sourceJobKey(watch.id, watch.epoch)
    this.#options
      .notes()
      .note({ jobsKilled: [key] })
      .catch(error => this.#options.onNotice(`the job of the trigger ${name} could not be stopped`, error))
    this.#options.stop(key)
  }

  #forget(name: string, source: Source): void {
    this.#sources.delete(name)
    const { watch } = source.state
    if (watch) this.#byWatch.delete(watch.id)
    if (source.lockedBy !== undefined) this.#locks.delete(source.lockedBy)
  }

  #stopJob({ state: { watch } }: Source): void {
    if (watch?.isOut) this.#options.stop(sourceJobKey(watch.id, watch.epoch))
  }

  /** One that waits for its execution is told of the end; it looks itself only now and then. */
  #plan(source: Source): void {
    const atMs = source.stored.nextMs ?? this.#options.nowMs()
    this.#planAt(source, Math.max(atMs, this.#options.nowMs() + lookAfterMs(source)))
  }

  #planAt(source: Source, atMs: number): void {
    source.dueMs = atMs
    this.#heap.push({ atMs, name: nameOf(source.key) })
    this.#options.lookAt(atMs)
  }

  #lock(source: Source, executionId: string): void {
    source.lockedBy = executionId
    source.looks = 0
    this.#locks.set(executionId, source)
  }

  #letGo(source: Source): void {
    if (source.lockedBy !== undefined) this.#locks.delete(source.lockedBy)
    source.lockedBy = undefined
  }

  async #unlock(source: Source, state: string): Promise<void> {
    const { store, onReason } = this.#options
    const isLast = !source.telling && source.trigger.stopAfter.includes(state)
    // It waits on until that is written, and evaluates nothing.
    if (isLast) await store.perform('changeTrigger', { ...source.key, isDisabled: true })
    this.#letGo(source)
    // Its job still tells the source: what follows comes after it.
    if (source.telling) return void (source.telling.endedAs = state)
    if (isLast) onReason(source.key, 'stopped', `an execution ended ${state}: the trigger is disabled`)
    if (this.#sources.get(nameOf(source.key)) !== source) return
    if (isLast) this.#remove(nameOf(source.key), source)
    else this.#plan(source)
  }

  async #evaluate(name: string, source: Source): Promise<void> {
    try {
      if (source.lockedBy !== undefined && !(await this.#isFree(source, source.lockedBy))) return this.#plan(source)
      await this.#begin(name, source)
    } catch (error) {
      await this.#tryLater(source, error)
    }
  }

  async #tryLater(source: Source, error: unknown): Promise<void> {
    const name = nameOf(source.key)
    this.#options.onNotice(`the trigger ${name} could not be evaluated; it is tried again`, error)
    await this.#refresh(name, source)
    const known = this.#sources.get(name)
    if (known) this.#planAt(known, Math.max(known.dueMs ?? 0, this.#options.nowMs() + RETRY_MS))
  }

  /** Its row may have moved on without us. */
  async #refresh(name: string, source: Source): Promise<void> {
    const { tenant, namespace, flowId, triggerId } = source.key
    try {
      const rows = await this.#options.store.read.listTriggers({ tenant, namespace, flowId })
      if (this.#sources.get(name) !== source) return
      const row = rows.find(found => found.triggerId === triggerId)
      this.#keepOrRemove(name, source, row)
      if (row && !this.#sources.has(name)) this.#add(row)
    } catch (error) {
      this.#options.onNotice(`the trigger ${name} cannot be read; it is tried again`, error)
    }
  }

  async #isFree(source: Source, executionId: string): Promise<boolean> {
    const row = await this.#options.store.read.findExecution(executionId)
    source.looks += 1
    if (row ? row.waitsFor !== null : isUnborn(source)) {
      this.#options.onReason(source.key, 'locked', `the execution ${executionId} is still running`)
      return false
    }
    await this.#unlock(source, row?.state ?? 'deleted')
    return false
  }

  async #begin(name: string, source: Source): Promise<void> {
    const { key, plan, trigger, kind } = source
    const { startWorld, askOf } = this.#options
    if (!this.#options.owns(homeShardOf(key))) return this.#forget(name, source)
    if (await this.#isHeld(source)) return await this.#passOver(source)
    const nowMs = this.#options.nowMs()
    const variables = mapFrom([['date', new Date(source.stored.nextMs ?? nowMs).toISOString()]])
    const judgement = await judgeSource(source, sourceScope(plan, variables, startWorld()), askOf(key))
    if (judgement.type !== 'holds') return await this.#refuse(source, judgement, variables)
    const before = source.state.watch
    const birthId = kind === 'polling' ? this.#options.newId(key) : undefined
    const watch = {
      ...nextWatch(source, this.#options.newWatchId),
      ...(birthId === undefined ? {} : { birthId }),
    }
    const place = this.#options.placeFor(kind)
    const { configuredRoots: roots } = startWorld()
    const job = sourceJobRow({
      ...{ plan, trigger, kind, variables, mark: source.state.mark, place, nowMs, roots },
      id: watch.id,
      epoch: watch.epoch,
      birthId,
    })
    const next = { nextMs: Math.max(nowMs, (source.stored.nextMs ?? 0) + 1), state: { ...source.state, watch } }
    const row = movedRow(source, this.#options.nowMs(), next)
    const old = before?.isOut ? [sourceJobKey(before.id, before.epoch)] : []
    try {
      await this.#options.notes().note({ jobs: [job], triggers: [row], jobsKilled: old })
    } catch (error) {
      if (place) this.#options.giveBack(kind)
      throw error
    }
    if (this.#sources.get(name) !== source) return await this.#giveUp(job, kind)
    this.#take(source, row)
    this.#byWatch.set(watch.id, source)
    for (const key of old) this.#options.stop(key)
    this.#options.begin(job, kind)
  }

  /** The trigger was changed or went to another node while its job was on the way to the store: nobody begins it. */
  async #giveUp(job: JobRow, kind: SourceKind): Promise<void> {
    if (job.node !== null) this.#options.giveBack(kind)
    const key = sourceJobKey(job.executionId, job.epoch)
    await this.#options.notes().note(job.node === null ? { jobsKilled: [key] } : { jobsEnded: [key] })
  }

  async #refuse(source: Source, judgement: Exclude<Judgement, { type: 'holds' }>, variables: ValueMap): Promise<void> {
    if (judgement.type === 'fails') {
      this.#options.onReason(source.key, 'conditions', judgement.reason)
      return await this.#passOver(source)
    }
    const { problem } = judgement
    await this.#passOver(source, [failureOf(source, this.#options.newId(source.key), { problem, variables })])
  }

  /** By a circuit breaker: nothing is asked of the source, so that nothing of it is lost. */
  async #isHeld({ key, plan, trigger }: Source): Promise<boolean> {
    const { breakers, onReason } = this.#options
    if (!breakers?.mayHold(plan.flow, trigger)) return false
    const held = await breakers.heldBy(flowOf(key), plan.flow, key.triggerId)
    if (held) onReason(key, 'held', held.reason)
    return held !== undefined
  }

  /** It is looked at again later. */
  async #passOver(source: Source, births: readonly Extract<Signal, { type: 'create' }>[] = []): Promise<void> {
    const nextMs = this.#options.nowMs() + intervalOf(source)
    const row = movedRow(source, this.#options.nowMs(), { nextMs, state: source.state })
    await this.#options.notes().note({ births, triggers: [row] })
    this.#take(source, row)
    this.#plan(source)
  }

  /** What follows from the end of a job. */
  async #outcomeOf(source: Source, signal: Told): Promise<SourceOutcome> {
    const { onReason, nowMs } = this.#options
    if (signal.type === 'lost') return { births: [], nextMs: nowMs() + RETRY_MS }
    if (signal.type === 'unplaced') {
      onReason(source.key, 'failed', signal.reason)
      return { births: [], nextMs: nowMs() + AGAIN_MAX_MS }
    }
    const nextMs = nowMs() + (source.kind === 'polling' ? intervalOf(source) : againMs(source.failures++))
    if (signal.state !== 'SUCCESS' && signal.state !== 'WARNING') {
      onReason(source.key, 'failed', `its evaluation ended ${signal.state}: its log says why`)
      const isTold = source.kind === 'realtime' ? source.failures === 1 : failsOnError(source)
      if (!isTold || signal.state === 'KILLED') return { births: [], nextMs }
      const executionId = source.state.watch?.birthId ?? this.#options.newId(source.key)
      const problem = `the trigger "${source.trigger.id}" failed: its log says why`
      return { births: [failureOf(source, executionId, { problem, variables: {} })], nextMs }
    }
    if (source.kind === 'realtime') return { births: [], nextMs }
    const { outputs, ...marked } = foundBy(signal.outputs)
    if (outputs === undefined) {
      if (!source.telling) onReason(source.key, 'nothing-new', 'there was nothing new')
      return { births: [], nextMs, ...marked }
    }
    const birth = await this.#birthOf(source, outputs, source.state.watch?.birthId)
    return { births: [birth], nextMs, executionId: birth.executionId, ...marked }
  }

  #birthOf(source: Source, outputs: Value, executionId?: string): Promise<Extract<Signal, { type: 'create' }>> {
    return birthOfSource(source, outputs, executionId ?? this.#options.newId(source.key), this.#options)
  }

  async #emit(source: Source, { key, events, mark }: Emission, rowId: string | undefined): Promise<void> {
    const { watch } = source.state
    if (this.#byWatch.get(key.executionId) !== source || watch?.epoch !== key.epoch || !watch.isOut)
      throw new StaleWatch(key)
    // A poll emits once.
    if (source.telling) throw new StaleWatch(key)
    if (await this.#isHeld(source)) {
      await this.#holdBack(source)
      throw new StaleWatch(key)
    }
    expectFew(events)
    const births = await this.#birthsOf(source, events)
    const [first] = births
    const state = { ...stateAfterEmission(source), ...(mark === undefined ? {} : { mark }) }
    // The cursor moves with every mark, so that whoever read the row before cannot write over it.
    const nextMs = Math.max(this.#options.nowMs(), (source.stored.nextMs ?? 0) + 1)
    const isPoll = source.kind === 'polling' && first !== undefined
    const born = isPoll ? { executionId: first.executionId } : {}
    const row = movedRow(source, this.#options.nowMs(), { nextMs, state, ...born })
    const taken = rowId === undefined ? {} : takenFrom(rowId, key, this.#options.nowMs())
    if (isPoll) source.telling = {}
    if (isPoll && !isConcurrent(source)) this.#lock(source, first.executionId)
    try {
      if (!(await this.#options.notes().note({ births, triggers: [row], ...taken }))) return
    } catch (error) {
      if (isPoll) this.#letGo(source)
      source.telling = undefined
      throw error
    }
    this.#take(source, row)
    source.failures = 0
  }

  /** Of a poll it is the one that its files lie with already. */
  #birthsOf(source: Source, events: readonly Value[]): Promise<Extract<Signal, { type: 'create' }>[]> {
    const id = source.state.watch?.birthId
    if (source.kind === 'polling') return Promise.all(events.slice(0, 1).map(found => this.#birthOf(source, found, id)))
    return Promise.all(events.map(event => this.#birthOf(source, disarm(event))))
  }

  /** The source keeps what it was about to give, and gives it again to the watch that begins when the hold is over. */
  async #holdBack(source: Source): Promise<void> {
    const { watch } = source.state
    if (!watch) return
    const nextMs = this.#options.nowMs() + AGAIN_MAX_MS
    const state = { ...source.state, watch: { ...watch, isOut: false } }
    const row = movedRow(source, this.#options.nowMs(), { nextMs, state })
    await this.#options.notes().note({ triggers: [row], jobsKilled: [sourceJobKey(watch.id, watch.epoch)] })
    this.#stopJob(source)
    this.#take(source, row)
    this.#plan(source)
  }

  #take(source: Source, row: TriggerRow): void {
    source.stored = { ...source.stored, ...row, expectedNextMs: row.nextMs }
    source.state = decodeTriggerState(row.state)
  }
}
