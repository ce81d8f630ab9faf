// Keeps connections for later tasks of this worker, per target with its credentials. A connection goes back without a trace of the task
// that had it: `discard all` takes temporary tables, settings, locks and prepared statements. It happens after the task has its result.
import { createHash } from 'node:crypto'
import type { ConnectionTarget } from './connection-properties.ts'
import { openSession, prepareSession } from './open-session.ts'
import type { Session, Way } from './open-session.ts'

const IDLE_MS = 30_000
/** A connection that rested longer than this is asked whether it still lives. */
const TRUSTED_MS = 1_000
const POOLS_MAX = 200

interface Pool {
  readonly size: number
  readonly idle: Resting[]
  readonly waiting: Waiter[]
  /** Open or being opened. */
  open: number
}

interface Resting {
  readonly session: Session
  readonly since: number
  readonly timer: NodeJS.Timeout
}

interface Waiter {
  readonly signal: AbortSignal
  readonly proceed: () => void
}

export class SessionPool {
  readonly #pools = new Map<string, Pool>()
  readonly #poolOf = new WeakMap<Session, Pool>()

  /** A connection for one task alone; waits while as many as `size` are in use. */
  async acquire(target: ConnectionTarget, size: number, way: Way): Promise<Session> {
    const { signal } = way
    const pool = this.#getPool(target, size, way)
    for (;;) {
      signal.throwIfAborted()
      const rested = pool.idle.pop()
      if (rested !== undefined) {
        const session = await wake(rested)
        if (session !== undefined) return session
        this.#forget(pool)
        continue
      }
      if (pool.open < pool.size) return this.#open(pool, target, way)
      await turnIn(pool, signal)
    }
  }

  /** Settles at once for a healthy session: it is cleaned while the task goes on. */
  async release(session: Session): Promise<void> {
    const pool = this.#poolOf.get(session)
    const isHealthy = !session.isBroken && session.client.getTransactionStatus() === 'I'
    if (pool !== undefined && isHealthy) {
      void this.#clean(pool, session)
      return
    }
    if (pool !== undefined) this.#forget(pool)
    await endSession(session)
  }

  /** Ends the connections that rest. */
  async close(): Promise<void> {
    const resting = [...this.#pools.values()].flatMap(pool => pool.idle.splice(0))
    this.#pools.clear()
    for (const { timer } of resting) clearTimeout(timer)
    await Promise.all(resting.map(({ session }) => endSession(session)))
  }

  #getPool(target: ConnectionTarget, size: number, { egress }: Way): Pool {
    // The key holds the credentials: whoever has not given them does not get a connection that was opened with them. Nor does whoever may not go there.
    const key = createHash('sha256')
      .update(JSON.stringify([target, size, egress.rules]))
      .digest('base64')
    const known = this.#pools.get(key)
    if (known !== undefined) return known
    for (const [name, { open }] of this.#pools) {
      if (this.#pools.size < POOLS_MAX) break
      if (open === 0) this.#pools.delete(name)
    }
    const pool: Pool = { size: Math.max(1, size), idle: [], waiting: [], open: 0 }
    this.#pools.set(key, pool)
    return pool
  }

  async #open(pool: Pool, target: ConnectionTarget, way: Way): Promise<Session> {
    pool.open++
    try {
      const session = await openSession(target, way)
      this.#poolOf.set(session, pool)
      return session
    } catch (error) {
      this.#forget(pool)
      throw error
    }
  }

  #forget(pool: Pool): void {
    pool.open--
    callNext(pool)
  }

  async #clean(pool: Pool, session: Session): Promise<void> {
    session.onNotice = () => undefined
    session.customTypes.clear()
    try {
      await session.client.query('discard all')
      await prepareSession(session)
      holdProcess(session, false)
      pool.idle.push({
        session,
        since: performance.now(),
        timer: setTimeout(() => this.#expire(pool, session), IDLE_MS).unref(),
      })
      callNext(pool)
    } catch {
      // A connection that cannot be cleaned is not given to anybody else; nobody waits for this one.
      this.#forget(pool)
      await endSession(session)
    }
  }

  #expire(pool: Pool, session: Session): void {
    const at = pool.idle.findIndex(resting => resting.session === session)
    if (at < 0) return
    pool.idle.splice(at, 1)
    this.#forget(pool)
    void endSession(session)
  }
}

async function wake({ session, since, timer }: Resting): Promise<Session | undefined> {
  clearTimeout(timer)
  holdProcess(session, true)
  if (!session.isBroken && performance.now() - since < TRUSTED_MS) return session
  try {
    await session.client.query(';')
    return session
  } catch {
    // The server went away meanwhile: a new connection will tell whether it is back.
    await endSession(session)
    return undefined
  }
}

function turnIn(pool: Pool, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      pool.waiting.splice(pool.waiting.indexOf(waiter), 1)
      reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'))
    }
    const waiter: Waiter = {
      signal,
      proceed: () => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      },
    }
    pool.waiting.push(waiter)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}

function callNext(pool: Pool): void {
  pool.waiting.shift()?.proceed()
}

/** A connection that rests must not keep the process from ending. */
function holdProcess({ client }: Session, isHeld: boolean): void {
  const { stream } = client.connection
  const name = isHeld ? 'ref' : 'unref'
  const method: unknown = Reflect.get(stream, name)
  if (typeof method === 'function') method.call(stream)
}

const END_MS = 2_000

export async function endSession({ client }: Session): Promise<void> {
  const timer = setTimeout(() => client.connection.stream.destroy(), END_MS)
  try {
    await client.end()
  } catch {
    // It is gone, which is what was wanted.
    client.connection.stream.destroy()
  } finally {
    clearTimeout(timer)
  }
}
