// The executions in memory: those with something to do, and of the idle ones as many as there is room for, the least recently used going first.
import type { ExecutionState } from '@batuta/core'
import type { Clock, Scheduler } from '../platform/platform.ts'
import { newEntity, weigh, type Entity } from './entity.ts'
import { LOOKED_AT_FROM } from './live-look.ts'

/** Runs of an execution that takes more memory than all the rest of a server at work. */
const LARGE_FROM = 3_000
/** Whoever waited for the end of a large one reads it now, and would fold all of it again. */
const ENDED_MS = 60_000

export interface ResidentsOptions {
  /** Of the idle ones. */
  readonly maxBytes: number
  readonly clock: Pick<Clock & Scheduler, 'nowMs' | 'at'>
  /** Told when the first execution that is under way has become large, and when the last of them rests. */
  readonly onLarge?: (isAny: boolean) => void
  /** Told of one with many runs that has ended, or for which there is no room, when it is forgotten: all of it is committed. */
  readonly onLeft?: (entity: Entity) => void
}

export class Residents {
  readonly #maxBytes: number
  readonly #entities = new Map<string, Entity>()
  /** Least recently used first. */
  readonly #idle = new Map<string, Entity>()
  #idleBytes = 0
  /** Large ones that are under way. */
  readonly #large = new Set<Entity>()
  readonly #onLarge: ((isAny: boolean) => void) | undefined
  readonly #onLeft: ((entity: Entity) => void) | undefined
  readonly #clock: Pick<Clock & Scheduler, 'nowMs' | 'at'>
  /** The large one that has ended last. */
  #ended: { readonly entity: Entity; readonly callOff: () => void } | undefined

  constructor({ maxBytes, onLarge, onLeft, clock }: ResidentsOptions) {
    this.#maxBytes = maxBytes
    this.#onLarge = onLarge
    this.#onLeft = onLeft
    this.#clock = clock
  }

  get size(): number {
    return this.#entities.size
  }

  all(): Iterable<Entity> {
    return this.#entities.values()
  }

  find(id: string): Entity | undefined {
    return this.#entities.get(id)
  }

  /** Finds or makes it; it is not idle any more. */
  open(id: string): Entity {
    const known = this.#entities.get(id)
    if (known) {
      if (this.#ended?.entity === known) this.#takeBack()
      if (this.#idle.delete(id)) this.#idleBytes -= known.weight
      return known
    }
    const entity = newEntity(id)
    this.#entities.set(id, entity)
    return entity
  }

  forget(entity: Entity): void {
    if (this.#ended?.entity === entity) this.#takeBack()
    this.#shrunk(entity)
    if (this.#entities.get(entity.id) === entity) this.#entities.delete(entity.id)
    if (this.#idle.delete(entity.id)) this.#idleBytes -= entity.weight
  }

  /** It has ended, or is unknown. A large one stays for a while for those who look at it, until the next one ends. */
  leave(entity: Entity): void {
    if (!entity.state || entity.state.runs.length < LOOKED_AT_FROM) return this.forget(entity)
    this.#shrunk(entity)
    const before = this.#ended?.entity
    this.#takeBack()
    if (before && before !== entity) this.#leaveBehind(before)
    const callOff = this.#clock.at(this.#clock.nowMs() + ENDED_MS, () => {
      this.#takeBack()
      this.#leaveBehind(entity)
    })
    this.#ended = { entity, callOff }
  }

  stop(): void {
    if (this.#ended) this.#onLeft?.(this.#ended.entity)
    this.#takeBack()
  }

  /** Not at once when it ends: just then a server has the most in its memory. */
  #leaveBehind(entity: Entity): void {
    this.#onLeft?.(entity)
    this.forget(entity)
  }

  #takeBack(): void {
    this.#ended?.callOff()
    this.#ended = undefined
  }

  /** It did something, and this is what it is now. */
  grown(entity: Entity, { runs, isEnded }: ExecutionState): void {
    if (runs.length < LARGE_FROM || isEnded || this.#large.has(entity)) return
    this.#large.add(entity)
    if (this.#large.size === 1) this.#onLarge?.(true)
  }

  #shrunk(entity: Entity): void {
    if (this.#large.delete(entity) && this.#large.size === 0) this.#onLarge?.(false)
  }

  /** It has nothing to do for now. */
  rest(entity: Entity, state: ExecutionState): void {
    this.#shrunk(entity)
    if (this.#idle.delete(entity.id)) this.#idleBytes -= entity.weight
    entity.weight = weigh(state)
    this.#idle.set(entity.id, entity)
    this.#idleBytes += entity.weight
    for (const oldest of this.#idle.values()) {
      if (this.#idleBytes <= this.#maxBytes) return
      this.#leaveBehind(oldest)
    }
  }
}
