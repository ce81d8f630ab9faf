// The store of the distributed engine: one connection writes flushes, a bounded pool reads and does the rare writes. What acknowledges must be
// durable, so a server that runs without fsync or with asynchronous commits is refused.
import { Client, Pool, types, type ClientConfig } from 'pg'
import { FlushError, type FlushReceipt, type Store } from '../store.ts'
import type { Batch } from '../batch.ts'
import { readsOf } from '../sql/reads.ts'
import { PostgresCluster } from './cluster.ts'
import { writeBatch } from './flush.ts'
import { ensurePartitions, migrate } from './migrate.ts'
import { POSTGRES, performIn } from './perform.ts'

export interface PostgresOptions {
  readonly url: string
  readonly poolMax: number
  readonly nowMs: () => number
  onNotice(message: string, error?: unknown): void
}

const CONNECT_TIMEOUT_MS = 10_000
const STATEMENT_TIMEOUT_MS = 30_000
const INT8 = 20

/** Milliseconds and counters fit a number; nothing here exceeds 2^53. */
types.setTypeParser(INT8, Number)

export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const config: ClientConfig = {
    connectionString: options.url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'batuta',
  }
  const writer = new Writer(config, options)
  const client = await writer.connect()
  await expectDurable(client)
  await migrate(client)
  await ensurePartitions(client, options.nowMs())
  const pool = new Pool({ ...config, max: options.poolMax })
  pool.on('error', error => options.onNotice('an idle connection to PostgreSQL broke', error))
  const cluster = new PostgresCluster({ config, onNotice: options.onNotice })
  return {
    kind: 'postgres',
    cluster,
    flush: batch => writer.flush(batch),
    perform: async (name, args) => {
      const connection = await pool.connect()
      try {
        return await performIn(connection, { name, args })
      } finally {
        connection.release()
      }
    },
    read: readsOf(async (text, values) => (await pool.query(text, [...values])).rows, POSTGRES),
    close: async () => {
      await cluster.close()
      await writer.close()
      await pool.end()
    },
  }
}

/** The connection of the flushes. When it breaks the next flush opens another; what the broken one did is looked up by the pipeline. */
class Writer {
  readonly #config: ClientConfig
  readonly #options: PostgresOptions
  #client: Client | undefined

  constructor(config: ClientConfig, options: PostgresOptions) {
    this.#config = config
    this.#options = options
  }

  async connect(): Promise<Client> {
    if (this.#client) return this.#client
    const client = new Client(this.#config)
    client.on('error', error => {
      this.#options.onNotice('the writing connection to PostgreSQL broke', error)
      this.#client = undefined
    })
    await client.connect()
    // A plan made for an empty table would be kept for ever and be two to three times slower.
    await client.query('set plan_cache_mode = force_custom_plan')
    this.#client = client
    return client
  }

  async flush(batch: Batch): Promise<FlushReceipt> {
    const client = await this.connect().catch((error: unknown) => {
      throw new FlushError('unknown', 'PostgreSQL cannot be reached', { cause: error })
    })
    try {
      return await writeBatch(client, batch)
    } catch (error) {
      if (error instanceof FlushError && error.fault === 'unknown') await this.#drop(client)
      throw error
    }
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    await client?.end()
  }

  async #drop(client: Client): Promise<void> {
    this.#client = undefined
    await client
      .end()
      .catch((error: unknown) => this.#options.onNotice('a broken connection could not be closed', error))
  }
}

async function expectDurable(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string; setting: string }>(
    "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')",
  )
  for (const { name, setting } of rows) {
    if (setting !== 'off') continue
    throw new Error(
      `PostgreSQL runs with ${name}=off: what Batuta acknowledges would not survive a crash. Switch it on.`,
    )
  }
}
