// The limits of this node's shards. A turn asks whether there is room (`admit`); afterwards what it made of its place is written with its rows
// (`settle`), and whoever comes next is granted the place that was left, in the same flush. Nothing is counted beside the members: after a takeover,
// or when the store refused a flush, they are folded again from their rows.
import {
  AssertionError,
  foldLimit,
  hasRoom,
  nextGranted,
  putMember,
  removeMember,
  shardOf,
  withEntry,
  withMember,
  type Admission,
  type Concurrency,
  type ExecutionState,
  type LimitFold,
  type LimitMember,
  type Signal,
} from '@batuta/core'
import { flowLimitKey, flowOfLimit, homeShardOfLimit, sharedLimitOf, type LimitRules } from '../flows/limit-rules.ts'
import { memberOf, rowOfMember } from '../flows/limit-member.ts'
import type { FlowKey, Store } from '../storage/store.ts'
import type { Entity } from './entity.ts'
import type { LimitEntity } from './limit-entity.ts'
import { limitRowName, newUnit, type Unit } from './unit.ts'

export interface LimitBookOptions {
  readonly store: Store
  readonly rules: LimitRules
  pause(ms: number): Promise<void>
}

/** Whoever waits for the flushes of a limit looks this often. */
const LOOK_AGAIN_MS = 5
/** Granted at once; the next turn of the limit grants the rest. */
const GRANTS_MAX = 256
/** Limits without members beyond this are read again when they are needed. */
const IDLE_MAX = 10_000
const NONE: readonly string[] = []

export class LimitBook {
  readonly #options: LimitBookOptions
  readonly #entities = new Map<string, LimitEntity>()

  constructor(options: LimitBookOptions) {
    this.#options = options
  }

  /** The limits that must be read before the next turn of an execution. */
  missingFor(entity: Entity, also?: Signal): readonly string[] {
    const keys = this.#keysFor(entity, also)
    return keys.length === 0 ? NONE : keys.filter(key => !this.#entities.get(key)?.fold)
  }

  /** The same for an execution that is born by the turn of another one. */
  missingForBirth(flow: FlowKey, executionId: string): readonly string[] {
    return this.#keysOf(flow, executionId).filter(key => !this.#entities.get(key)?.fold)
  }

  /** Reads the members of these limits, and of those that they are subject to as well. */
  async load(keys: readonly string[]): Promise<void> {
    while (!(await this.#loadTogether(keys))) await this.#options.pause(LOOK_AGAIN_MS)
  }

  /** Whoever grants a place of one limit looks at the others of the same execution: they come into memory in one step. False when they changed meanwhile. */
  async #loadTogether(keys: readonly string[]): Promise<boolean> {
    const read = new Map<LimitEntity, { readonly fold: LimitFold; readonly changes: number }>()
    const queue = [...keys]
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      const entity = this.#open(key)
      while (!entity.fold && entity.unflushed > 0) await this.#options.pause(LOOK_AGAIN_MS)
      if (entity.fold || read.has(entity)) continue
      const { changes } = entity
      const fold = await this.#read(key)
      read.set(entity, { fold, changes })
      queue.push(...this.#missingOf(fold))
    }
    for (const [entity, { changes }] of read)
      if (!entity.fold && (entity.unflushed > 0 || entity.changes !== changes || this.#open(entity.key) !== entity))
        return false
    for (const [entity, { fold }] of read) entity.fold ??= fold
    return true
  }

  async #read(key: string): Promise<LimitFold> {
    return foldLimit(key, (await this.#options.store.read.listLimitMembers(key)).map(memberOf))
  }

  /** Limits of its members that are not in memory. */
  #missingOf({ members }: LimitFold): readonly string[] {
    const others = new Set([...members.values()].flatMap(member => member.keys))
    return [...others].filter(other => !this.#entities.get(other)?.fold)
  }

  /** What the limits say to the start of an execution; undefined when it has none. */
  readonly admit = (state: ExecutionState): Admission | undefined => {
    const { rules } = this.#options
    const keys = this.#keysOf(state, state.id)
    if (keys.length === 0) return undefined
    const share = flowLimitKey(state)
    const full = keys.filter(key => !hasRoom(this.#folds, this.#limitOf, { keys: [key], share }))
    if (full.length === 0) return { type: 'granted', keys }
    const says = (behavior: Concurrency['behavior']): string | undefined =>
      full.find(key => rules.behaviorOf(state, key) === behavior)
    const refusing = says('FAIL') ?? says('CANCEL')
    if (refusing === undefined) return { type: 'waits', keys }
    const to = rules.behaviorOf(state, refusing) === 'FAIL' ? 'FAILED' : 'CANCELLED'
    return { type: 'refused', keys, to, reason: reasonOf(refusing, this.#limitOf(refusing)) }
  }

  /** Writes what a turn made of the place of its execution; returns those that are granted one now. */
  settle(unit: Unit, entity: Entity, nowMs: number): readonly string[] {
    const { slot: before, state } = entity
    const after = state?.slot
    if (before === after) return NONE
    entity.slot = after
    // Ended and begun again in one turn: it gave its place up, and comes to the end of the line.
    const isBack = before?.type === 'holds' && after?.type === 'waits'
    const left = (before?.keys ?? NONE).filter(key => isBack || !after?.keys.includes(key))
    for (const key of left) this.#leave(unit, key, entity.id)
    if (state && after) this.#come(unit, state, nowMs)
    return left.length === 0 ? NONE : this.grant(unit, left)
  }

  /** Grants what is free at these limits; returns to whom. */
  grant(unit: Unit, keys: readonly string[]): readonly string[] {
    const granted: string[] = []
    for (const key of keys) {
      while (granted.length < GRANTS_MAX) {
        const next = nextGranted(this.#folds, this.#limitOf, key)
        if (!next) break
        for (const limitKey of next.keys) this.#put(unit, { ...next, limitKey, isHolding: true })
        granted.push(next.executionId)
      }
    }
    return granted
  }

  /** Reads these limits again and grants what is free; undefined when nothing is. */
  async tend(keys: readonly string[], forward: (unit: Unit, signal: Signal) => void): Promise<Unit | undefined> {
    await this.refresh(keys)
    const unit = newUnit()
    for (const executionId of this.grant(unit, keys)) forward(unit, { type: 'limit-granted', executionId })
    return unit.limits.size === 0 ? undefined : unit
  }

  /** Folds these limits again from their rows, where nothing of them is on its way: what was deleted besides is left out then. */
  async refresh(keys: readonly string[]): Promise<void> {
    await this.load(keys)
    for (const key of keys) {
      const entity = this.#open(key)
      const { changes } = entity
      if (entity.unflushed > 0) continue
      const fold = await this.#read(key)
      await this.load(this.#missingOf(fold))
      if (entity.unflushed === 0 && entity.changes === changes) entity.fold = fold
    }
  }

  /** Whether anything of it is in memory. */
  has(key: string): boolean {
    return this.#entities.has(key)
  }

  /** Limits that are at home on shards which are another node's now. */
  forget(shards: ReadonlySet<number>): void {
    for (const key of this.#entities.keys()) if (shards.has(homeShardOfLimit(key))) this.#entities.delete(key)
  }

  /** What a unit changed is in the store. */
  committed(unit: Unit): void {
    for (const limit of unit.limits) {
      limit.unflushed -= 1
      this.#letGo(limit)
    }
  }

  /** What a unit changed will not be in the store. */
  dropped(unit: Unit): void {
    if (unit.limits.size === 0) return
    for (const limit of unit.limits) {
      delete limit.fold
      limit.isDropped = true
      limit.unflushed -= 1
    }
    this.#forgetLinked(new Set([...unit.limits].map(limit => limit.key)))
    for (const limit of unit.limits) this.#letGo(limit)
  }

  #letGo(limit: LimitEntity): void {
    if (limit.unflushed > 0) return
    limit.isDropped = false
    const isIdle = this.#entities.size > IDLE_MAX && limit.fold?.members.size === 0
    if (!limit.fold || isIdle) this.#entities.delete(limit.key)
  }

  /** Whoever grants a place of one limit looks at the others of the same execution: they are read again together. */
  #forgetLinked(keys: ReadonlySet<string>): void {
    for (const limit of this.#entities.values()) {
      const members = limit.fold?.members.values() ?? []
      for (const member of members) {
        if (!member.keys.some(key => keys.has(key))) continue
        delete limit.fold
        break
      }
    }
  }

  #keysFor({ state, slot, inbox }: Entity, also: Signal | undefined): readonly string[] {
    const first = inbox[0]?.signal
    if (!state) return first?.type === 'create' ? this.#keysOf(first.birth, first.executionId) : NONE
    const isAsked = (also && mayStart(also)) || inbox.some(({ signal }) => mayStart(signal))
    const isStarting = state.state === 'CREATED' || state.state === 'RESTARTED' || isAsked
    if (!isStarting) return slot?.keys ?? NONE
    const keys = this.#keysOf(state, state.id)
    return slot ? [...new Set([...slot.keys, ...keys])] : keys
  }

  /** An execution that was born elsewhere, before its flow had a limit, is no member of it. */
  #keysOf(flow: FlowKey, executionId: string): readonly string[] {
    const keys = this.#options.rules.keysOf(flow)
    if (keys.length === 0) return NONE
    const shard = shardOf(executionId)
    return keys.every(key => homeShardOfLimit(key) === shard) ? keys : NONE
  }

  readonly #limitOf = (key: string): number => this.#options.rules.limitOf(key)

  readonly #folds = (key: string): LimitFold => {
    const fold = this.#entities.get(key)?.fold
    if (fold === undefined) throw new AssertionError(`the limit "${key}" is not in memory`)
    return fold
  }

  #open(key: string): LimitEntity {
    const known = this.#entities.get(key) ?? { key, unflushed: 0, isDropped: false, changes: 0 }
    this.#entities.set(key, known)
    return known
  }

  #come(unit: Unit, state: ExecutionState, nowMs: number): void {
    const { slot } = state
    if (!slot) return
    const isHolding = slot.type === 'holds'
    const known = slot.keys.map(key => this.#folds(key).members.get(state.id))
    const rank =
      known.find(member => member)?.rank ?? Math.max(nowMs, ...slot.keys.map(key => this.#folds(key).lastRank + 1))
    slot.keys.forEach((limitKey, index) => {
      if (known[index] && (known[index].isHolding || !isHolding)) return
      const share = flowLimitKey(state)
      this.#put(unit, { limitKey, executionId: state.id, isHolding, rank, share, keys: slot.keys })
    })
  }

  #put(unit: Unit, member: LimitMember): void {
    putMember(this.#folds(member.limitKey), member)
    this.#touch(unit, member.limitKey)
    unit.limitRows = withEntry(unit.limitRows, limitRowName(member), rowOfMember(member))
  }

  #leave(unit: Unit, limitKey: string, executionId: string): void {
    if (!removeMember(this.#folds(limitKey), executionId)) return
    this.#touch(unit, limitKey)
    const key = { limitKey, executionId }
    unit.limitRows = withEntry(unit.limitRows, limitRowName(key), key)
  }

  /** The limits in memory that flows share. */
  shared(): readonly string[] {
    return [...this.#entities.keys()].filter(key => !key.startsWith('flow/'))
  }

  #touch(unit: Unit, key: string): void {
    const entity = this.#open(key)
    entity.changes += 1
    if (unit.limits.has(entity)) return
    unit.limits = withMember(unit.limits, entity)
    entity.unflushed += 1
  }
}

function reasonOf(key: string, limit: number): string {
  const flow = flowOfLimit(key)
  if (flow)
    return `As many executions of "${flow.namespace}.${flow.flowId}" run as its limit allows (${limit}): this one is not begun.`
  const { namespace, pool } = sharedLimitOf(key)
  const whose = pool === undefined ? `the limit of the namespace "${namespace}"` : `the pool "${pool}"`
  return `As many executions run as ${whose} allows (${limit}): this one is not begun.`
}

function mayStart(signal: Signal): boolean {
  return signal.type === 'command' && signal.command.name !== 'kill'
}
