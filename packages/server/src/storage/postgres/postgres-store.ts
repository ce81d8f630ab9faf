// The store of the distributed engine: one connection writes flushes, a bounded pool reads and does the rare writes. What acknowledges must be
// durable, so a server that runs without fsync or with asynchronous commits is refused.
import { Client, types, type ClientConfig } from 'pg'
import { FlushError, type FlushReceipt, type Store } from '../store.ts'
import type { Batch } from '../batch.ts'
import { readsOf } from '../sql/reads.ts'
import { PostgresCluster } from './cluster.ts'
import { Connections, dropClient } from './connections.ts'
import { writeBatch } from './flush.ts'
import { ensurePartitions, migrate } from './migrate.ts'
import { POSTGRES, performIn } from './perform.ts'

export interface PostgresOptions {
  readonly url: string
  readonly poolMax: number
  readonly nowMs: () => number
  onNotice(message: string, error?: unknown): void
}

const CONNECT_TIMEOUT_MS = 5_000
const INT8 = 20
/** A lease is renewed every two seconds and given up after seven of silence: a second attempt must fit in between. */
const LEASE_ANSWER_MAX_MS = 2_500
/** A flush takes milliseconds. One that was only slow is not lost: its number tells. */
const FLUSH_ANSWER_MAX_MS = 5_000
const ANSWER_MAX_MS = 15_000

/** Milliseconds and counters fit a number; nothing here exceeds 2^53. */
types.setTypeParser(INT8, Number)

export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { onNotice } = options
  await prepare({ ...configOf(options), connectionTimeoutMillis: CONNECT_TIMEOUT_MS }, options.nowMs())
  const pool = new Connections({
    config: { ...configOf(options), ...answerWithin(ANSWER_MAX_MS) },
    max: options.poolMax,
    onNotice,
  })
  const onBroken = (): void => pool.suspect()
  const writer = new Writer({
    config: { ...configOf(options), ...answerWithin(FLUSH_ANSWER_MAX_MS) },
    onBroken,
    onNotice,
  })
  const leaseConfig = { ...configOf(options), ...answerWithin(LEASE_ANSWER_MAX_MS) }
  const cluster = new PostgresCluster({ config: leaseConfig, onBroken, onNotice })
  return {
    kind: 'postgres',
    cluster,
    flush: batch => writer.flush(batch),
    perform: (name, args) => pool.use(client => performIn(client, { name, args })),
    read: readsOf(
      async (text, values) => await pool.use(async client => (await client.query(text, [...values])).rows),
      POSTGRES,
    ),
    close: async () => {
      await cluster.close()
      await writer.close()
      await pool.close()
    },
  }
}

function configOf({ url }: PostgresOptions): ClientConfig {
  return { connectionString: url, keepAlive: true, application_name: 'batuta' }
}

/** PostgreSQL gives a statement up when nobody waits for it any more. */
function answerWithin(ms: number): ClientConfig {
  return {
    connectionTimeoutMillis: Math.min(ms, CONNECT_TIMEOUT_MS),
    query_timeout: ms,
    statement_timeout: ms,
    idle_in_transaction_session_timeout: ms,
  }
}

/** Migrations may take their time. */
async function prepare(config: ClientConfig, nowMs: number): Promise<void> {
  const client = new Client(config)
  client.on('error', () => {}) // What was asked of it is rejected as well.
  await client.connect()
  try {
    await expectDurable(client)
    await migrate(client)
    await ensurePartitions(client, nowMs)
  } finally {
    await client.end()
  }
}

interface WriterOptions {
  readonly config: ClientConfig
  onBroken(): void
  onNotice(message: string, error?: unknown): void
}

/** The connection of the flushes. When it breaks the next flush opens another; what the broken one did is looked up by the pipeline. */
class Writer {
  readonly #options: WriterOptions
  #client: Client | undefined

  constructor(options: WriterOptions) {
    this.#options = options
  }

  async flush(batch: Batch): Promise<FlushReceipt> {
    const client = await this.#connect().catch((error: unknown) => {
      throw new FlushError('unknown', 'PostgreSQL cannot be reached', { cause: error })
    })
    try {
      return await writeBatch(client, batch)
    } catch (error) {
      if (error instanceof FlushError && error.fault === 'unknown') this.#drop(client)
      throw error
    }
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    await client?.end()
  }

  async #connect(): Promise<Client> {
    if (this.#client) return this.#client
    const { config, onNotice } = this.#options
    const client = new Client(config)
    client.on('error', error => {
      onNotice('the writing connection to PostgreSQL broke', error)
      if (this.#client === client) this.#client = undefined
    })
    await client.connect()
    // A plan made for an empty table would be kept for ever and be two to three times slower.
    await client.query('set plan_cache_mode = force_custom_plan')
    this.#client = client
    return client
  }

  #drop(client: Client): void {
    if (this.#client === client) this.#client = undefined
    dropClient(client, this.#options.onNotice)
    this.#options.onBroken()
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
