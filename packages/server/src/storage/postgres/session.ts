// What every connection is set to before it is used, in one round trip. Settings are made by a statement and not with the connection, because
// poolers refuse parameters of the start-up that they do not know; and all that matters is set explicitly, because a role or a database may have
// defaults of its own.
import type { ClientBase, ClientConfig } from 'pg'

export type Durability = 'full' | 'relaxed'

/** How long what may take, in milliseconds; 0 is for ever. */
export interface SessionLimits {
  readonly statementMs: number
  readonly lockMs: number
  readonly idleInTransactionMs: number
  /** After this long without an answer the connection is given up: the server is frozen, or the network swallows what is sent. */
  readonly answerMs: number
}

export const SESSIONS = {
  /** A lease lasts 10 s and a node gives up after 7: a renewal must know in time that it failed. */
  lease: { statementMs: 3_000, lockMs: 2_500, idleInTransactionMs: 3_000, answerMs: 4_000 },
  /** A flush takes milliseconds, and its number tells what became of one that was given up: a dead connection is found out soon. */
  flush: { statementMs: 5_000, lockMs: 4_000, idleInTransactionMs: 5_000, answerMs: 6_000 },
  /** What nodes hand to one another: as often as flushes, and as short. */
  queue: { statementMs: 5_000, lockMs: 4_000, idleInTransactionMs: 5_000, answerMs: 6_000 },
  pool: { statementMs: 30_000, lockMs: 10_000, idleInTransactionMs: 10_000, answerMs: 35_000 },
  listen: { statementMs: 5_000, lockMs: 5_000, idleInTransactionMs: 5_000, answerMs: 8_000 },
  /** A step may take as long as it needs, but waits for the locks of others so briefly that nobody queues up behind it for long. */
  migration: { statementMs: 0, lockMs: 2_000, idleInTransactionMs: 60_000, answerMs: 0 },
} as const satisfies Record<string, SessionLimits>

export type SessionKind = keyof typeof SESSIONS

const CONNECT_TIMEOUT_MS = 5_000
const KEEP_ALIVE_AFTER_MS = 10_000

const PREPARE = `select pg_is_in_recovery() as is_standby,
  set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),
  set_config('idle_in_transaction_session_timeout', $3, false),
  set_config('synchronous_commit', case when $4 and current_setting('synchronous_commit') = 'off' then 'on' else current_setting('synchronous_commit') end, false),
  set_config('default_transaction_isolation', 'read committed', false), set_config('default_transaction_read_only', 'off', false),
  set_config('jit', 'off', false), `

// A plan made for an empty table would be kept for ever and be two to three times slower; compiling a statement costs more than it saves.
const PLAN_EACH_TIME = `set_config('plan_cache_mode', 'force_custom_plan', false)`

// Planning a flush takes 0.3 ms, a third of what a small one takes in all. So it is planned once, while tables may still be empty and reading
// all of one looks cheapest: nothing but looking rows up by an index is allowed, which is what a flush wants however large the tables become.
// The same goes for what nodes hand to one another: a settlement that was planned anew took five times as long whenever the planner took a table
// that had just been emptied for small.
const PLAN_ONCE = `set_config('plan_cache_mode', 'force_generic_plan', false), set_config('enable_seqscan', 'off', false),
  set_config('enable_bitmapscan', 'off', false), set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false)`

export function connectionConfig(url: string, kind: SessionKind): ClientConfig {
  const { answerMs } = SESSIONS[kind]
  return {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ...(answerMs > 0 ? { query_timeout: answerMs } : {}),
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    application_name: `batuta ${kind}`,
  }
}

/** @throws when the server is a standby: after a failover the old address may lead to one. */
export async function prepareSession(client: ClientBase, kind: SessionKind, durability: Durability): Promise<void> {
  const { statementMs, lockMs, idleInTransactionMs } = SESSIONS[kind]
  const { rows } = await client.query<{ is_standby: boolean }>(
    PREPARE + (kind === 'flush' || kind === 'queue' ? PLAN_ONCE : PLAN_EACH_TIME),
    [String(statementMs), String(lockMs), String(idleInTransactionMs), durability === 'full'],
  )
  if (rows[0]?.is_standby) throw new Error('this PostgreSQL is a standby now: nothing can be written to it')
}
