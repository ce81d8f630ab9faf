// The pool for reads and rare writes. A connection whose other end is gone says nothing, for ever: every question has a time by which it must be
// answered, and when one was not, all connections of the pool are replaced, for they lead to the same place.
import { Client, Pool, type ClientConfig, type PoolClient } from 'pg'
import { isOfConnection, passingOf } from './faults.ts'

export interface ConnectionsOptions {
  readonly config: ClientConfig
  readonly max: number
  onNotice(message: string, error?: unknown): void
}

export class Connections {
  readonly #options: ConnectionsOptions
  #pool: Pool

  constructor(options: ConnectionsOptions) {
    this.#options = options
    this.#pool = this.#newPool()
  }

  /** Rejects with `FlushError` when PostgreSQL does not answer. */
  async use<T>(run: (client: PoolClient) => Promise<T>): Promise<T> {
    const pool = this.#pool
    try {
      const client = await pool.connect()
      try {
        const result = await run(client)
        client.release()
        return result
      } catch (error) {
        client.release(isOfConnection(error))
        throw error
      }
    } catch (error) {
      if (isOfConnection(error)) this.#replace(pool)
      throw passingOf(error)
    }
  }

  /** Another connection to the same place was found dead. */
  suspect(): void {
    this.#replace(this.#pool)
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }

  #replace(pool: Pool): void {
    if (pool !== this.#pool || pool.totalCount === 0) return
    this.#pool = this.#newPool()
    // Who still waits for an answer gets it, or the end of its time; nobody else waits for a dead connection to end.
    pool.end().catch((error: unknown) => this.#options.onNotice('the connections of before could not be closed', error))
  }

  #newPool(): Pool {
    const { config, max, onNotice } = this.#options
    const pool = new Pool({ ...config, max })
    pool.on('error', error => onNotice('an idle connection to PostgreSQL broke', error))
    // Whoever uses it is told by what it asked; without a listener the process would end.
    pool.on('connect', client => client.on('error', () => {}))
    return pool
  }
}

/** Ends it without waiting for a word from the other side. */
export function dropClient(client: Client, onNotice: (message: string, error?: unknown) => void): void {
  client.end().catch((error: unknown) => onNotice('a broken connection could not be closed', error))
}
