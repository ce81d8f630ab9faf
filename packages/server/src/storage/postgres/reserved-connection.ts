// One connection for one purpose, so that a renewal of the lease never waits behind a read. It is opened when it is first needed and again when
// it broke; between two attempts that failed lies a time drawn from a span that doubles, so that many nodes do not knock all at once on a
// database that is just coming back.
import { setTimeout as sleep } from 'node:timers/promises'
import { trust } from '@batuta/core'
import type { Client } from 'pg'
import { isSpoilt } from './fault-of.ts'

export interface ReservedOptions {
  /** What it is for, as notices call it. */
  readonly name: string
  /** Opens it, and leaves it ready for its purpose. */
  connect(): Promise<Client>
  /** It was given up. */
  onDropped(): void
  random(): number
  onNotice(message: string, error?: unknown): void
}

const PAUSE_FIRST_MS = 100
const PAUSE_LONGEST_MS = 5_000
const GOODBYE_MS = 1_000

export class ReservedConnection {
  readonly #options: ReservedOptions
  readonly #closing = new AbortController()
  #client: Client | undefined
  #opening: Promise<Client> | undefined
  #failures = 0
  #pause: Promise<unknown> = Promise.resolve()
  /** One connection does one thing at a time: a transaction must not mix with what others ask meanwhile. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: ReservedOptions) {
    this.#options = options
  }

  /** One use after the other. A use that spoils the connection fails, and the next one gets another. */
  async use<T>(run: (client: Client) => Promise<T>): Promise<T> {
    const mine = this.#last.then(async () => {
      const client = await this.open()
      try {
        return await run(client)
      } catch (error) {
        if (isSpoilt(error)) this.drop(client)
        throw error
      }
    })
    this.#last = mine.catch(() => undefined)
    return await mine
  }

  /** Who waits for it while it is opened waits for the same one. */
  async open(): Promise<Client> {
    if (this.#client) return this.#client
    this.#opening ??= this.#connect().finally(() => (this.#opening = undefined))
    return await this.#opening
  }

  drop(client: Client): void {
    if (this.#client === client) this.#client = undefined
    endQuietly(client)
    this.#options.onDropped()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    const client = this.#client
    this.#client = undefined
    if (client) await sayGoodbye(client)
  }

  async #connect(): Promise<Client> {
    const { connect, onNotice, name } = this.#options
    await this.#pause
    this.#closing.signal.throwIfAborted()
    const client = await connect().catch((error: unknown) => {
      this.#coolDown()
      throw error
    })
    client.on('error', error => {
      if (this.#client !== client) return
      this.#client = undefined
      if (!this.#closing.signal.aborted) onNotice(`the connection to PostgreSQL for ${name} broke`, error)
    })
    if (this.#closing.signal.aborted) endQuietly(client)
    this.#closing.signal.throwIfAborted()
    this.#failures = 0
    this.#client = client
    return client
  }

  #coolDown(): void {
    const longestMs = Math.min(PAUSE_LONGEST_MS, PAUSE_FIRST_MS * 2 ** this.#failures++)
    this.#pause = sleep(this.#options.random() * longestMs, undefined, {
      signal: this.#closing.signal,
      ref: false,
    }).catch(() => undefined)
  }
}

/** Of a connection that is given up nobody wants to hear any more. */
export function endQuietly(client: Client): void {
  client.on('error', () => undefined)
  client.end().catch(() => undefined)
}

/** A server that is frozen does not answer to a goodbye either. */
async function sayGoodbye(client: Client): Promise<void> {
  client.on('error', () => undefined)
  const ended = client.end().catch(() => undefined)
  await Promise.race([ended, sleep(GOODBYE_MS, undefined, { ref: false })])
  // The process may end without it; the type does not know the method.
  trust<{ unref(): void }>(client).unref()
}
