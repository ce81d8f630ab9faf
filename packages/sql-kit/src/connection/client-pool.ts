// Keeps connections for later tasks of this worker, per target with its credentials. A connection goes back without a trace of the task
// that had it: what cannot be cleaned is ended. Cleaning happens after the task has its result.
import { createHash } from 'node:crypto'

const IDLE_MS = 30_000
/** A connection that rested longer than this is asked whether it still lives. */
const TRUSTED_MS = 1_000
const POOLS_MAX = 200

/** What the pool has to know of the clients that it keeps. */
export interface ClientCare<C> {
  /** Takes temporary tables, settings, locks and prepared statements. Rejects when the client cannot be given to anybody else. */
  clean(client: C): Promise<void>
  /** True when the client is as a task found it, but for what `clean` does. */
  isHealthy(client: C): boolean
  /** Rejects when nobody is at the other end any more. */
  ping(client: C): Promise<void>
  end(client: C): Promise<void>
  /** A connection that rests must not keep the process from ending. */
  holdProcess(client: C, isHeld: boolean): void
}

export interface PoolRequest<C> {
  /** All that makes a connection what it is, credentials included: whoever has not given them does not get one opened with them. */
  readonly key: unknown
  readonly size: number
  readonly signal: AbortSignal
  open(): Promise<C>
}

interface Pool<C> {
  readonly size: number
  readonly idle: Resting<C>[]
  readonly waiting: Waiter[]
  /** Open or being opened. */
  open: number
}

interface Resting<C> {
  readonly client: C
  readonly since: number
  readonly timer: NodeJS.Timeout
}

interface Waiter {
  readonly proceed: () => void
}

export class ClientPool<C extends object> {
  readonly #care: ClientCare<C>
  readonly #pools = new Map<string, Pool<C>>()
  readonly #poolOf = new WeakMap<C, Pool<C>>()

  constructor(care: ClientCare<C>) {
    this.#care = care
  }

  /** A connection for one task alone; waits while as many as `size` are in use. */
  async acquire(request: PoolRequest<C>): Promise<C> {
    const pool = this.#getPool(request)
    for (;;) {
      request.signal.throwIfAborted()
      const rested = pool.idle.pop()
      if (rested !== undefined) {
        const client = await this.#wake(rested)
        if (client !== undefined) return client
        this.#forget(pool)
        continue
      }
      if (pool.open < pool.size) return this.#open(pool, request)
      await turnIn(pool, request.signal)
    }
  }

  /** Settles at once for a healthy connection: it is cleaned while the task goes on. */
  async release(client: C): Promise<void> {
    const pool = this.#poolOf.get(client)
    if (pool !== undefined && this.#care.isHealthy(client)) {
      void this.#clean(pool, client)
      return
    }
    if (pool !== undefined) this.#forget(pool)
    await this.#care.end(client)
  }

  /** Ends the connections that rest. */
  async close(): Promise<void> {
    const resting = [...this.#pools.values()].flatMap(pool => pool.idle.splice(0))
    this.#pools.clear()
    for (const { timer } of resting) clearTimeout(timer)
    await Promise.all(resting.map(({ client }) => this.#care.end(client)))
  }

  #getPool({ key, size }: PoolRequest<C>): Pool<C> {
    const name = createHash('sha256')
      .update(JSON.stringify([key, size]))
      .digest('base64')
    const known = this.#pools.get(name)
    if (known !== undefined) return known
    for (const [other, { open }] of this.#pools) {
      if (this.#pools.size < POOLS_MAX) break
      if (open === 0) this.#pools.delete(other)
    }
    const pool: Pool<C> = { size: Math.max(1, size), idle: [], waiting: [], open: 0 }
    this.#pools.set(name, pool)
    return pool
  }

  async #open(pool: Pool<C>, { open }: PoolRequest<C>): Promise<C> {
    pool.open++
    try {
      const client = await open()
      this.#poolOf.set(client, pool)
      return client
    } catch (error) {
      this.#forget(pool)
      throw error
    }
  }

  #forget(pool: Pool<C>): void {
    pool.open--
    callNext(pool)
  }

  async #clean(pool: Pool<C>, client: C): Promise<void> {
    try {
      await this.#care.clean(client)
      this.#care.holdProcess(client, false)
      pool.idle.push({
        client,
        since: performance.now(),
        timer: setTimeout(() => this.#expire(pool, client), IDLE_MS).unref(),
      })
      callNext(pool)
    } catch {
      // A connection that cannot be cleaned is not given to anybody else; nobody waits for this one.
      this.#forget(pool)
      await this.#care.end(client)
    }
  }

  #expire(pool: Pool<C>, client: C): void {
    const at = pool.idle.findIndex(resting => resting.client === client)
    if (at < 0) return
    pool.idle.splice(at, 1)
    this.#forget(pool)
    void this.#care.end(client)
  }

  async #wake({ client, since, timer }: Resting<C>): Promise<C | undefined> {
    clearTimeout(timer)
    this.#care.holdProcess(client, true)
    if (this.#care.isHealthy(client) && performance.now() - since < TRUSTED_MS) return client
    try {
      await this.#care.ping(client)
      return client
    } catch {
      // The server went away meanwhile: a new connection will tell whether it is back.
      await this.#care.end(client)
      return undefined
    }
  }
}

function turnIn(pool: Pool<object>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      pool.waiting.splice(pool.waiting.indexOf(waiter), 1)
      reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'))
    }
    const waiter: Waiter = {
      proceed: () => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      },
    }
    pool.waiting.push(waiter)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}

function callNext(pool: Pool<object>): void {
  pool.waiting.shift()?.proceed()
}

/** Lets a socket keep the process from ending, or not. */
export function holdBySocket(socket: unknown, isHeld: boolean): void {
  if (typeof socket !== 'object' || socket === null) return
  const method: unknown = Reflect.get(socket, isHeld ? 'ref' : 'unref')
  if (typeof method === 'function') method.call(socket)
}
