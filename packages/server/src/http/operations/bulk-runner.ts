// Who works on operations: each that begins here, those that this node left behind when it died, and those of nodes that are gone.
import type { BulkKey } from '../../storage/bulks.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { readOperation, type OperationBody } from './operation.ts'
import { grantsOfBeginner, rightOfOperation, type DependenciesFor } from './operation-right.ts'
import { CLAIM_MS, workOnOperation } from './work-on-operation.ts'

const LOOK_MS = 30_000
const KEPT_MS = 7 * 24 * 60 * 60_000
/** Operations that this node works on at the same time; others wait their turn. */
const RUNNING_MAX = 4

export class BulkRunner {
  readonly #world: HttpDependencies
  readonly #dependenciesFor: DependenciesFor
  readonly #stopping = new AbortController()
  readonly #running = new Map<string, Promise<void>>()
  readonly #waiting = new Set<string>()
  #callOff: (() => void) | undefined

  constructor(world: HttpDependencies, dependenciesFor: DependenciesFor) {
    this.#world = world
    this.#dependenciesFor = dependenciesFor
  }

  start(): void {
    void this.#look()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#callOff?.()
    await Promise.all(this.#running.values())
  }

  /** As the caller sees the world through the right. */
  get dependenciesFor(): DependenciesFor {
    return this.#dependenciesFor
  }

  /** Goes on with it as soon as there is a place. */
  take(id: string): void {
    if (this.#stopping.signal.aborted || this.#running.has(id)) return
    if (this.#running.size >= RUNNING_MAX) {
      this.#waiting.add(id)
      return
    }
    const done = this.#work({ tenant: this.#world.config.tenant, id }).finally(() => {
      this.#running.delete(id)
      const [next] = this.#waiting
      if (next === undefined) return
      this.#waiting.delete(next)
      this.take(next)
    })
    this.#running.set(id, done)
  }

  async #look(): Promise<void> {
    const { store, config, platform, log } = this.#world
    const { tenant } = config
    try {
      for (const { id } of await store.read.listOpenBulks(tenant)) this.take(id)
      await store.perform('purgeBulks', { tenant, beforeMs: platform.nowMs() - KEPT_MS })
    } catch (error) {
      log.warn('operations could not be looked for; it is tried again', error)
    }
    if (this.#stopping.signal.aborted) return
    this.#callOff = platform.at(platform.nowMs() + LOOK_MS, () => void this.#look())
  }

  /** As whoever began it sees it. */
  #worldOf(operation: OperationBody): HttpDependencies {
    const { by } = operation
    if (by === undefined) return this.#world
    return this.#dependenciesFor(grantsOfBeginner(by, this.#world.access), rightOfOperation(operation))
  }

  async #work(key: BulkKey): Promise<void> {
    const { store, platform, instance, log } = this.#world
    try {
      const { node } = instance.announcement()
      const nowMs = platform.nowMs()
      const epoch = await store.perform('claimBulk', { ...key, node, nowMs, untilMs: nowMs + CLAIM_MS })
      const row = epoch === null ? undefined : await store.read.findBulk(key)
      if (!row || epoch === null) return
      const operation = readOperation(row)
      await workOnOperation(operation, { key, epoch, signal: this.#stopping.signal }, this.#worldOf(operation))
    } catch (error) {
      log.warn(`the operation ${key.id} was interrupted; it goes on later`, error)
    }
  }
}
