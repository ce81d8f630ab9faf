// The bounded pool of connections for reads, rare writes and what nodes tell one another. What it cannot do is answered as the store's own
// failure, so that whoever asked is told to come back instead of being told of a mistake of the server's.
import { setTimeout as sleep } from 'node:timers/promises'
import { trust } from '@batuta/core'
import {
  Pool,
  type Client,
  type ClientBase,
  type PoolClient,
  type QueryConfig,
  type QueryResult,
  type QueryResultRow,
} from 'pg'
import { FlushError } from '../store.ts'
import type { ConnectOptions } from './connect-client.ts'
import { faultOf, sqlStateOf } from './fault-of.ts'
import { connectionConfig, prepareSession } from './session.ts'

export interface PoolOptions extends ConnectOptions {
  readonly kind: 'pool' | 'queue'
  readonly max: number
  onNotice(message: string, error?: unknown): void
}

/** A statement of a queue's session has a name, under which it is planned once. */
const NAMES = new Map<string, string>()

export function nameOf(text: string): string {
  const name = NAMES.get(text) ?? `queue ${NAMES.size + 1}`
  NAMES.set(text, name)
  return name
}

/** A new one learns every partition again: somebody who looks now and then waits for it. */
const IDLE_MS = 10 * 60_000
/** After a failover a connection may lead to the wrong server for no longer than this. */
const LIFETIME_S = 1_800
const READ_ATTEMPTS = 2
/** Who asked over a connection that is doubted gets an answer within this, or is asked anew over another. */
const DOUBT_MS = 3_000

export class ConnectionPool {
  readonly #options: PoolOptions
  #inUse = new Set<ClientBase>()
  #pool: Pool

  constructor(options: PoolOptions) {
    this.#options = options
    this.#pool = newPool(options, this.#inUse)
  }

  /**
   * Another connection to the same place was given up: these may be as dead, and whoever waits on one would wait for its whole time. Idle ones are
   * left at once, those in use after a moment in which they may still answer.
   */
  renew(): void {
    const before = this.#pool
    if (before.totalCount === 0) return
    const inUse = this.#inUse
    this.#inUse = new Set()
    this.#pool = newPool(this.#options, this.#inUse)
    before.end().catch((error: unknown) => this.#options.onNotice('connections of before could not be closed', error))
    void sleep(DOUBT_MS, undefined, { ref: false }).then(() => {
      for (const client of inUse) endQuietly(client)
    })
  }

  /** A read that met a broken connection is asked once more: after a restart of the database every idle connection is one. */
  async read<Row extends QueryResultRow>(text: string, values: readonly unknown[]): Promise<Row[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.#pool.query<Row>(this.#queryOf(text, values))).rows
      } catch (error) {
        if (attempt === READ_ATTEMPTS || !isBroken(error)) throw failureOf(error, 'The question was not answered')
      }
    }
  }

  /** One statement, whole by itself. */
  async write<Row extends QueryResultRow>(text: string, values: readonly unknown[]): Promise<QueryResult<Row>> {
    try {
      return await this.#pool.query<Row>(this.#queryOf(text, values))
    } catch (error) {
      throw failureOf(error, 'The statement may have been run or not')
    }
  }

  #queryOf(text: string, values: readonly unknown[]): QueryConfig {
    const query = { text, values: [...values] }
    return this.#options.kind === 'queue' ? { ...query, name: nameOf(text) } : query
  }

  async take(): Promise<PoolClient> {
    try {
      return await this.#pool.connect()
    } catch (error) {
      throw new FlushError('unknown', `PostgreSQL cannot be reached: ${messageOf(error)}`, { cause: error })
    }
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }
}

function newPool(options: PoolOptions, inUse: Set<ClientBase>): Pool {
  const { kind, max, onNotice, durability, url } = options
  const pool = new Pool({
    ...connectionConfig(url, kind),
    Client: options.Client,
    max,
    idleTimeoutMillis: IDLE_MS,
    maxLifetimeSeconds: LIFETIME_S,
    // The pool waits for the promise and gives the connection up when it is refused.
    onConnect: trust<(client: ClientBase) => void>(
      async (client: ClientBase) => await prepareSession(client, kind, durability),
    ),
  })
  pool.on('error', error => onNotice('an idle connection to PostgreSQL broke', error))
  // Whoever uses it is told by what it asked; without a listener the process would end.
  pool.on('acquire', client => inUse.add(client))
  pool.on('release', (_, client) => inUse.delete(client))
  pool.on('remove', client => inUse.delete(client))
  pool.on('connect', client => client.on('error', () => undefined))
  return pool
}

/** What the server answered about the statement itself is our mistake and stays what it is. */
export function failureOf(error: unknown, what: string): unknown {
  const fault = faultOf(error)
  if (fault !== 'unknown' && fault !== 'full') return error
  return new FlushError(fault, `${what}: ${messageOf(error)}`, { cause: error })
}

/** With a question under way this cuts the line: the question fails as one that was not answered. */
function endQuietly(client: ClientBase): void {
  trust<Client>(client)
    .end()
    .catch(() => undefined)
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function isBroken(error: unknown): boolean {
  const state = sqlStateOf(error)
  if (state !== undefined) return state.startsWith('57P') || state.startsWith('08')
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return code === 'ECONNRESET' || code === 'EPIPE' || messageOf(error).startsWith('Connection terminated')
}
