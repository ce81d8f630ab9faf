// The executions in memory: those with something to do, and of the idle ones as many as there is room for, the least recently used going first.
import type { ExecutionState } from '@batuta/core'
import { newEntity, weigh, type Entity } from './entity.ts'

/** Runs of an execution that takes more memory than all the rest of a server at work. */
const LARGE_FROM = 10_000

export class Residents {
  readonly #maxBytes: number
  readonly #entities = new Map<string, Entity>()
  /** Least recently used first. */
  readonly #idle = new Map<string, Entity>()
  #idleBytes = 0
  /** Large ones that are under way. */
  readonly #large = new Set<Entity>()
  readonly #onLarge: ((isAny: boolean) => void) | undefined

  constructor(maxBytes: number, onLarge?: (isAny: boolean) => void) {
    this.#maxBytes = maxBytes
    this.#onLarge = onLarge
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
      if (this.#idle.delete(id)) this.#idleBytes -= known.weight
      return known
    }
    const entity = newEntity(id)
    this.#entities.set(id, entity)
    return entity
  }

  forget(entity: Entity): void {
    this.#shrunk(entity)
    if (this.#entities.get(entity.id) === entity) this.#entities.delete(entity.id)
    if (this.#idle.delete(entity.id)) this.#idleBytes -= entity.weight
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
      this.forget(oldest)
    }
  }
}
