// The executions in memory: those with something to do, and of the idle ones as many as there is room for, the least recently used going first.
import type { ExecutionState } from '@batuta/core'
import { newEntity, weigh, type Entity } from './entity.ts'

export class Residents {
  readonly #maxBytes: number
  readonly #entities = new Map<string, Entity>()
  /** Least recently used first. */
  readonly #idle = new Map<string, Entity>()
  #idleBytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
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
    if (this.#entities.get(entity.id) === entity) this.#entities.delete(entity.id)
    if (this.#idle.delete(entity.id)) this.#idleBytes -= entity.weight
  }

  /** It has nothing to do for now. */
  rest(entity: Entity, state: ExecutionState): void {
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
