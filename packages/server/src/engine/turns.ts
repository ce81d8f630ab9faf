// One turn of one execution, and of those that must commit with it, into a unit: decided by core, written as rows, with what is to happen once
// they are in the store.
import {
  assert,
  AssertionError,
  dropMember,
  encodeValue,
  openExecution,
  runTurn,
  seededRandom,
  shardOf,
  trust,
  withMember,
  type Plan,
  type Refusal,
  type Signal,
  type TurnEnv,
  type TurnResult,
  type Value,
} from '@batuta/core'
import type { JobKey, OperationRow } from '../storage/batch.ts'
import type { EngineOptions } from './engine-options.ts'
import type { Entity, Pending } from './entity.ts'
import { mergeUnit, newUnit, put, putAll, rowsOf, type Unit } from './unit.ts'
import type { Note } from './note.ts'
import type { LimitBook } from './limit-book.ts'
import { Handover } from './handover.ts'
import { Ranks } from './ranks.ts'
import type { Residents } from './residents.ts'
import { writeTurn, type JobPlace } from './write-turn.ts'

/** A unit this large takes no other execution along. */
export const UNIT_ROWS_MAX = 512

/**
 * How deep turns may stand in turns: a parent begins the next child when one has ended, and both in the turn of the child before. What would be
 * deeper is a row, which is taken after the flush.
 */
const NESTED_MAX = 32

export interface TurnHooks {
  readonly residents: Residents
  /** It has more to do, behind the others. */
  line(entity: Entity): void
  /** A turn of it threw; what the unit holds is not written. */
  poison(unit: Unit, entity: Entity, error: unknown): void
  /** Sends a stored signal on its way. */
  resend(signal: Signal, rowId: string): void
  nextSignal(): number
  readonly limits: LimitBook
}

interface Turn {
  readonly entity: Entity
  readonly taken: readonly Pending[]
  readonly plan: Plan
  readonly env: TurnEnv
  readonly result: TurnResult
  readonly jobsGone: readonly JobKey[]
}

/** The signals of listeners are for no execution: whoever deletes the one that they tell of leaves them. */
const NOBODY = '-'
const NO_JOBS_GONE: readonly JobKey[] = []

export class Turns {
  readonly #options: EngineOptions
  readonly #hooks: TurnHooks
  readonly #ranks = new Ranks()
  readonly #handover = new Handover()
  readonly #memberFor: JobPlace['memberFor'] = (queue, nowMs) => {
    const { jobs, node } = this.#options
    return jobs.reserve(queue) ? node : this.#handover.take(queue, nowMs)
  }
  #nested = 0
  readonly #rankOf: JobPlace['rankOf'] = (namespace, nowMs, priority) => this.#ranks.rankOf(namespace, nowMs, priority)

  readonly #place: JobPlace

  constructor(options: EngineOptions, hooks: TurnHooks) {
    this.#options = options
    this.#hooks = hooks
    const { sampledPart } = options
    this.#place = { memberFor: this.#memberFor, rankOf: this.#rankOf, sampledPart }
  }

  run(unit: Unit, entity: Entity, taken: readonly Pending[]): void {
    const env = this.envOf(entity)
    const { plan } = entity
    if (plan === undefined) throw new AssertionError(`the flow of the execution "${entity.id}" is not in memory`)
    const result = decide(entity, { taken, plan, env })
    entity.state = result.state
    entity.latestMs = env.nowMs
    this.#hooks.residents.grown(entity, result.state)
    if (!unit.entities.has(entity)) {
      entity.unflushed += 1
      unit.entities.add(entity)
    }
    for (const pending of taken) this.#noteOffer(pending, env.nowMs)
    const jobsGone =
      taken.length === 1 && taken[0]?.options.rowId === undefined ? NO_JOBS_GONE : taken.flatMap(goneJobOf)
    const turn: Turn = { entity, taken, plan, env, result, jobsGone }
    writeTurn(unit, turn, this.#place)
    put(unit, 'turns', turn)
    addReceipts(unit, turn)
    this.#addAfterwards(unit, turn)
    const granted = this.#hooks.limits.settle(unit, entity, env.nowMs)
    if (result.isUnfinished) this.#hooks.line(entity)
    for (const effect of result.effects) if (effect.type === 'signal') this.forward(unit, effect.signal)
    for (const executionId of granted) this.forward(unit, { type: 'limit-granted', executionId })
    this.#tellListeners(unit, entity, turn)
  }

  /** This node's own places are reserved, not offered: a stored offer of it is one of an incarnation before. */
  #noteOffer({ signal, options }: Pending, nowMs: number): void {
    if (options.rowId === undefined || signal.type !== 'settled' || !signal.offer) return
    if (signal.offer.node !== this.#options.node.node) this.#handover.offered(signal.offer, nowMs)
  }

  /** What a note wants written; its births have their first turn in it. */
  noteUnit(note: Note): Unit {
    const unit = newUnit()
    putAll(unit, 'signalsTaken', note.signalsTaken)
    putAll(unit, 'triggers', note.triggers)
    putAll(unit, 'windows', note.windows)
    putAll(unit, 'operations', note.operations)
    putAll(unit, 'jobs', note.jobs)
    putAll(unit, 'jobsEnded', note.jobsEnded)
    putAll(unit, 'jobsKilled', note.jobsKilled)
    for (const birth of note.births ?? []) this.forward(unit, birth)
    return unit
  }

  #tellListeners(unit: Unit, { id: executionId, state }: Entity, { plan, env, result }: Turn): void {
    const { listeners, owns } = this.#options
    if (!listeners || !state) return
    if (state.isEnded && state.trigger && listeners.waitsFor?.(executionId)) {
      const ended = state.state
      put(unit, 'afterwards', () => listeners.ended?.(executionId, ended))
    }
    for (const signal of listeners.tell({ state, plan, env }, result.events)) {
      const id = this.#newRowId()
      put(unit, 'signals', { id, shard: signal.shard, executionId: NOBODY, body: signal.body })
      if (owns(signal.shard)) put(unit, 'afterwards', () => listeners.take(signal, id))
    }
  }

  #newRowId(): string {
    const { node } = this.#options
    return `${node.id}/${node.incarnation}/${String(this.#hooks.nextSignal()).padStart(12, '0')}`
  }

  envOf({ id, state, latestMs }: Entity): TurnEnv {
    const nowMs = Math.max(this.#options.platform.nowMs(), latestMs)
    const { admit } = this.#hooks.limits
    const turn = state?.turn ?? 0
    // Few turns ask for chance.
    let seeded: (() => number) | undefined
    const random = (): number => (seeded ??= seededRandom(`${id}/${turn}`))()
    return this.#options.envOf({ nowMs, random, executionId: id, admit })
  }

  /** Puts the questions to the world again that are open and not under way. */
  askAll(entity: Entity): void {
    for (const key of entity.state?.asked ?? []) {
      const at = key.indexOf(' ')
      this.#ask(entity, { run: Number(key.slice(0, at)), slot: key.slice(at + 1) })
    }
  }

  /**
   * A signal to another execution commits with the turn that sent it: in the same unit when that execution is at hand or is born by it, else as
   * a row that is consumed later.
   */
  forward(unit: Unit, signal: Signal): void {
    const { owns } = this.#options
    const shard = shardOf(signal.executionId)
    const isOurs = owns(shard)
    if (isOurs && rowsOf(unit) < UNIT_ROWS_MAX && this.#runTarget(unit, signal)) return
    const id = this.#newRowId()
    put(unit, 'signals', { id, shard, executionId: signal.executionId, body: encodeValue(trust<Value>(signal)) })
    if (isOurs) put(unit, 'afterwards', () => this.#hooks.resend(signal, id))
  }

  /** An execution that throws over a signal is held alone: the signal waits as a row, and its sender goes on. A birth has nobody to be held. */
  #runTarget(unit: Unit, signal: Signal): boolean {
    if (this.#nested >= NESTED_MAX) return false
    this.#nested += 1
    try {
      return this.#runNested(unit, signal)
    } finally {
      this.#nested -= 1
    }
  }

  #runNested(unit: Unit, signal: Signal): boolean {
    const { platform, flows } = this.#options
    if (signal.type === 'create') {
      const plan = flows.findPlan(signal.birth, signal.birth.revision)
      if (!plan || this.#hooks.limits.missingForBirth(signal.birth, signal.executionId).length > 0) return false
      this.#hooks.residents.open(signal.executionId).plan = plan
    } else if (!this.#isAtHand(signal)) return false
    const entity = this.#hooks.residents.open(signal.executionId)
    const settle = { bytes: 0, resolve: () => {}, reject: () => {} }
    const taken = [{ signal, sinceMs: platform.nowMs(), options: {}, settle }]
    const inner = newUnit()
    try {
      this.run(inner, entity, taken)
      mergeUnit(unit, inner)
      return true
    } catch (error) {
      if (signal.type === 'create') {
        if (!inner.entities.has(entity)) this.#hooks.residents.forget(entity)
        mergeUnit(unit, inner)
        throw error
      }
      this.#hooks.poison(inner, entity, error)
      return false
    }
  }

  /** In memory, with its limits, and free to go on. */
  #isAtHand(signal: Signal): boolean {
    const entity = this.#hooks.residents.find(signal.executionId)
    const isFree = entity?.state !== undefined && !entity.state.isHeld && entity.poison === undefined
    return isFree && this.#hooks.limits.missingFor(entity, signal).length === 0
  }

  #ask(entity: Entity, { run, slot }: { readonly run: number; readonly slot: string }): void {
    const { state, plan } = entity
    const key = `${run} ${slot}`
    if (!state || !plan || entity.asking.has(key)) return
    entity.asking = withMember(entity.asking, key)
    const env = this.envOf(entity)
    void this.#options.evaluate({ state, plan, env, run, slot }).finally(() => dropMember(entity.asking, key))
  }

  #addAfterwards(unit: Unit, { entity, taken, result }: Turn): void {
    const { jobs, onTimer } = this.#options
    for (const effect of result.effects) {
      if (effect.type === 'kill-job')
        put(unit, 'afterwards', () =>
          jobs.stop({ executionId: entity.id, run: effect.run, epoch: effect.epoch }, 'kill'),
        )
      if (effect.type === 'evaluate') put(unit, 'afterwards', () => this.#ask(entity, effect))
    }
    if (taken.some(pending => pending.signal.type === 'wake')) put(unit, 'afterwards', () => this.askAll(entity))
    for (const timer of unit.timers) if (timer.executionId === entity.id) put(unit, 'afterwards', () => onTimer(timer))
  }
}

function decide(
  entity: Entity,
  { taken, plan, env }: { readonly taken: readonly Pending[]; readonly plan: Plan; readonly env: TurnEnv },
): TurnResult {
  const [only] = taken
  if (!entity.state && taken.length === 1 && only?.signal.type === 'create')
    return openExecution(entity.id, only.signal.birth, plan, env)
  const signals = taken.map(pending => pending.signal)
  if (entity.state) return runTurn({ state: entity.state, plan, env }, signals)
  const [first, ...rest] = signals
  assert(first?.type === 'create', `the execution "${entity.id}" is not in memory`)
  const opened = openExecution(entity.id, first.birth, plan, env)
  if (rest.length === 0) return opened
  const { turn } = opened.state
  const more = runTurn({ state: opened.state, plan, env }, rest)
  // Both are one row of the journal.
  more.state.turn = turn
  return {
    ...more,
    events: [...opened.events, ...more.events],
    effects: [...opened.effects, ...more.effects],
    refusals: [undefined, ...more.refusals],
  }
}

function addReceipts(unit: Unit, { entity, taken, plan, env, result }: Turn): void {
  taken.forEach(({ options, settle, signal }, index) => {
    const { bytes, resolve, reject } = settle
    const refusal = result.refusals[index]
    try {
      const view = refusal ? undefined : options.view?.(result.state, plan)
      put(unit, 'receipts', { bytes, resolve, reject, refusal, view })
    } catch (error) {
      // Whoever cannot make a picture of the state is told so; the execution goes on.
      const problem = error instanceof Error ? error : new Error(String(error))
      put(unit, 'receipts', { bytes, resolve, reject, refusal, problem })
    }
    if (options.rowId !== undefined) {
      put(unit, 'signalsTaken', options.rowId)
      if (signal.type === 'command')
        put(unit, 'operations', outcomeOf(options.rowId, signal.executionId, { refusal, nowMs: env.nowMs }))
    }
    if (options.trigger) put(unit, 'triggers', options.trigger)
    if (options.rowId !== undefined && signal.type === 'settled') return
    if (signal.type === 'settled' || signal.type === 'lost' || signal.type === 'unplaced')
      put(unit, 'jobsEnded', { executionId: entity.id, run: signal.run, epoch: signal.epoch })
  })
}

/** A settlement that was stored as a signal took the row of its job away in the same statement. */
function goneJobOf({ signal, options }: Pending): readonly JobKey[] {
  if (options.rowId === undefined || signal.type !== 'settled') return []
  return [{ executionId: signal.executionId, run: signal.run, epoch: signal.epoch }]
}

/** How long whoever sent a command from another node can read what became of it. */
const OUTCOME_KEPT_MS = 600_000

function outcomeOf(
  key: string,
  entity: string,
  { refusal, nowMs }: { readonly refusal: Refusal | undefined; readonly nowMs: number },
): OperationRow {
  return {
    key,
    entity,
    bodyHash: '',
    status: refusal ? 409 : 200,
    body: JSON.stringify(refusal ?? {}),
    expiresMs: nowMs + OUTCOME_KEPT_MS,
  }
}
