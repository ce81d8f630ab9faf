// Runs the shared statements on PostgreSQL, a round trip each, in one transaction. What failed before the commit was sent is not in the store and is
// tried again where that may help; what failed with the commit is not tried again: nobody can say whether it is in the store.
import { setTimeout as sleep } from 'node:timers/promises'
import { assert, createdMsOf } from '@batuta/core'
import type { PoolClient } from 'pg'
import { FlushError, type Operations } from '../store.ts'
import { performanceOf, type SqlDialect, type Statement } from '../sql/perform.ts'
import type { SqlRow } from '../sql/rows.ts'
import { BY_MOMENT_AND_ID } from '../sql/birth-order.ts'
import { faultOf, isPassing, isSpoilt } from './fault-of.ts'
import { messageOf, nameOf, type ConnectionPool } from './pool.ts'
import {
  CLAIM_JOBS,
  CLAIM_JOBS_OF,
  DATABASE_CLOCK,
  INSERT_LOG,
  INSERT_SNAPSHOT_PART,
  JOURNAL_OF,
  LOCK_FLOWS,
  MEASURE_SPACE,
  TELL_ACCESS,
  TELL_FLOWS,
  TELL_SIGNALS,
} from './perform.sql.ts'

/** Any fixed number. */
const FLOWS_LOCK = 7_235_414
const ATTEMPTS_MAX = 4
const PAUSE_FIRST_MS = 20

export const POSTGRES: SqlDialect = {
  born: BY_MOMENT_AND_ID,
  aside: column => column,
  merge: 'lateral',
  space: { text: MEASURE_SPACE, values: [] },
  contains: column => `${column} ilike ? escape '!'`,
  // Over 148 MB of log lines "ilike" costs 0.85 s of a processor in a database of the collation C and 1.65 s in one of a language; this 0.6 s in both.
  containsText: (column, text) => ({
    text: `strpos(lower(${column} collate "C"), lower(? collate "C")) > 0`,
    values: [text],
  }),
  beforeFlows: { text: LOCK_FLOWS, values: [FLOWS_LOCK] },
  afterFlows: { text: TELL_FLOWS, values: [] },
  afterAccess: { text: TELL_ACCESS, values: [] },
  afterSignals: { text: TELL_SIGNALS, values: [] },
  ownClock: { text: DATABASE_CLOCK, values: [] },
  claimJobs: ({ node, incarnation, nowMs, limit, queues }) => ({
    text: queues === null ? CLAIM_JOBS : CLAIM_JOBS_OF,
    values: [node, incarnation, nowMs, limit, ...(queues === null ? [] : [JSON.stringify(queues)])],
  }),
  journalOf: (id, { after, limit }) => ({
    text: JOURNAL_OF,
    values: [createdMsOf(id), id, after, limit],
  }),
  insertLog: row => ({
    text: INSERT_LOG,
    values: [
      createdMsOf(row.executionId),
      row.executionId,
      row.tenant,
      row.namespace,
      row.flowId,
      row.atMs,
      row.levelMax,
      row.lines,
    ],
  }),
  insertSnapshotPart: ({ executionId, turn, part, bytes }) => ({
    text: INSERT_SNAPSHOT_PART,
    values: [createdMsOf(executionId), executionId, turn, part, bytes],
  }),
}

export interface Performer {
  readonly pool: ConnectionPool
  readonly queue: ConnectionPool
  random(): number
}

interface Asked<Name extends keyof Operations> {
  readonly name: Name
  readonly args: Operations[Name]['args']
}

/** Rejects with `FlushError` when it was the database that failed. */
export async function perform<Name extends keyof Operations>(
  { pool, queue, random }: Performer,
  asked: Asked<Name>,
): Promise<Operations[Name]['result']> {
  for (let attempt = 1; ; attempt++) {
    const connection = await (ALONE.has(asked.name) ? queue : pool).take()
    try {
      const result = await performOnce(connection, asked)
      connection.release()
      return result
    } catch (error) {
      await giveBack(connection, error)
      if (!(error instanceof StatementError)) throw error
      if (attempt === ATTEMPTS_MAX || !error.isWorthAnotherTry) throw error.asFlushError(asked.name)
    }
    await sleep(random() * PAUSE_FIRST_MS * 2 ** attempt)
  }
}

async function performOnce<Name extends keyof Operations>(
  connection: PoolClient,
  { name, args }: Asked<Name>,
): Promise<Operations[Name]['result']> {
  if (ALONE.has(name)) return await performAlone(connection, { name, args })
  await ask(connection, { text: 'begin', values: [] })
  const performance = performanceOf(name, args, POSTGRES)
  let step = performance.next([])
  while (!step.done) step = performance.next(await ask(connection, step.value))
  await ask(connection, { text: 'commit', values: [] }, { isCommit: true })
  return step.value
}

/** Frequent operations of one statement: it is its own transaction, and is prepared once. */
const ALONE: ReadonlySet<keyof Operations> = new Set(['claimJobs'])

async function performAlone<Name extends keyof Operations>(
  connection: PoolClient,
  { name, args }: Asked<Name>,
): Promise<Operations[Name]['result']> {
  const performance = performanceOf(name, args, POSTGRES)
  const first = performance.next([])
  if (first.done) return first.value
  const last = performance.next(await ask(connection, first.value, { isCommit: true, isPrepared: true }))
  assert(last.done === true, `"${name}" has more than one statement`)
  return last.value
}

interface Asking {
  readonly isCommit?: boolean
  readonly isPrepared?: boolean
}

async function ask(
  connection: PoolClient,
  { text, values }: Statement,
  { isCommit = false, isPrepared = false }: Asking = {},
): Promise<readonly SqlRow[]> {
  try {
    return (await connection.query({ text, values: [...values], ...(isPrepared ? { name: nameOf(text) } : {}) })).rows
  } catch (error) {
    throw new StatementError(error, isCommit)
  }
}

/** What the database, or the way to it, had against a statement. */
class StatementError extends Error {
  readonly #isCommit: boolean

  constructor(cause: unknown, isCommit: boolean) {
    super(messageOf(cause), { cause })
    this.#isCommit = isCommit
  }

  get isSpoilt(): boolean {
    return isSpoilt(this.cause)
  }

  /** Without an answer to its commit a transaction may have happened. */
  get isWorthAnotherTry(): boolean {
    return isPassing(this.cause) || (this.isSpoilt && !this.#isCommit)
  }

  asFlushError(name: string): FlushError {
    const isOpen = this.#isCommit && this.isSpoilt
    const message = isOpen ? `it is not known whether ${name} was stored` : `${name} was not stored`
    return new FlushError(faultOf(this.cause), `${message}: ${this.message}`, { cause: this.cause })
  }
}

async function giveBack(connection: PoolClient, error: unknown): Promise<void> {
  if (error instanceof StatementError && error.isSpoilt) return connection.release(true)
  try {
    await connection.query('rollback')
    connection.release()
  } catch {
    // A connection that cannot even roll back is closed: that rolls back as well.
    connection.release(true)
  }
}
