// The database walked by ranges of ids, for both dialects.
import { SOURCE_RUN } from '@batuta/plugin-sdk'
import { createdMsOf, type JournalRow } from '@batuta/core'
import { executionOf, number, numberOrNull, text, textOrNull, type SqlRow } from '../storage/sql/rows.ts'
import type { Param } from '../storage/sql/perform.ts'
import type { ExecutionRow, JobKey, LabelRow, MetricRow, TimerKey } from '../storage/batch.ts'
import * as sql from './audit.sql.ts'
import type { Query, ReadOnlyDatabase } from './read-only-database.ts'

/** After every id. */
export const LAST_ID: string = 'z'.repeat(23)
const TURN_MAX = 2 ** 31 - 1

/** Ids over `after` and up to `upTo`. */
export interface IdRange {
  readonly after: string
  readonly upTo: string
}

export interface JournalEntry extends JournalRow {
  readonly executionId: string
}

export interface LogChunk {
  readonly executionId: string
  readonly atMs: number
  readonly levelMax: number
  readonly lines: string
}

export interface StoredJob extends JobKey {
  readonly node: string | null
  readonly incarnation: number | null
  readonly claimedMs: number | null
  readonly isKilled: boolean
  readonly queue: string
  readonly rank: number
  readonly payload: string
}

export interface StoredTimer extends TimerKey {
  readonly atMs: number
}

export interface Ranges {
  executionsAfter(query: Query, id: string, limit: number): Promise<readonly ExecutionRow[]>
  journal(query: Query, range: IdRange): AsyncGenerator<JournalEntry>
  logs(query: Query, range: IdRange): AsyncGenerator<LogChunk>
  metrics(query: Query, range: IdRange): AsyncGenerator<MetricRow>
  labels(query: Query, range: IdRange): Promise<readonly LabelRow[]>
  jobs(query: Query, range: IdRange): Promise<readonly StoredJob[]>
  timers(query: Query, range: IdRange): Promise<readonly StoredTimer[]>
  findExecution(query: Query, id: string): Promise<ExecutionRow | undefined>
  findBirth(query: Query, id: string): Promise<JournalRow | undefined>
}

const PAGE = 500

export function rangesOf({ kind }: Pick<ReadOnlyDatabase, 'kind'>): Ranges {
  const statements = kind === 'sqlite' ? sql.SQLITE_RANGES : sql.POSTGRES_RANGES
  const moments = (...ids: readonly string[]): readonly Param[] => (kind === 'sqlite' ? [] : ids.map(createdMsOf))
  return {
    executionsAfter: async (query, id, limit) =>
      (await query(statements.executionsAfter, id, limit, ...moments(id))).map(executionOf),
    journal: (query, range) =>
      paged(range, TURN_MAX, {
        page: (id, turn) =>
          query(statements.journalAfter, id, turn, range.upTo, PAGE, ...moments(range.after, range.upTo)),
        cursorOf: row => number(row, 'turn'),
        read: journalOf,
      }),
    metrics: (query, range) =>
      paged(range, Number.MAX_SAFE_INTEGER, {
        page: (id, seq) =>
          query(statements.metricsAfter, id, seq, range.upTo, PAGE, ...moments(range.after, range.upTo)),
        cursorOf: row => number(row, 'seq'),
        read: metricOf,
      }),
    logs: (query, range) =>
      paged(range, Number.MAX_SAFE_INTEGER, {
        page: (id, seq) => query(statements.logsAfter, id, seq, range.upTo, PAGE, ...moments(range.after, range.upTo)),
        cursorOf: row => number(row, 'seq'),
        read: chunkOf,
      }),
    labels: async (query, { after, upTo }) =>
      (await query(statements.labelsBetween, after, upTo, ...moments(after, upTo))).map(row => ({
        executionId: text(row, 'execution_id'),
        key: text(row, 'key'),
        value: text(row, 'value'),
      })),
    jobs: async (query, { after, upTo }) =>
      (await query(sql.JOBS_BETWEEN, after, upTo)).map(jobOf).filter(({ run }) => run !== SOURCE_RUN),
    timers: async (query, { after, upTo }) => (await query(sql.TIMERS_BETWEEN, after, upTo)).map(timerOf),
    findExecution: async (query, id) => {
      const row = (await query(statements.findExecution, id, ...moments(id)))[0]
      return row && executionOf(row)
    },
    findBirth: async (query, id) => {
      const row = (await query(statements.firstTurn, id, ...moments(id)))[0]
      return row && journalOf({ ...row, execution_id: id })
    },
  }
}

interface Pages<T> {
  page(id: string, cursor: number): Promise<readonly SqlRow[]>
  cursorOf(row: SqlRow): number
  read(row: SqlRow): T
}

/** Row by row, a page in memory at a time. */
async function* paged<T>({ after }: IdRange, cursorMax: number, pages: Pages<T>): AsyncGenerator<T> {
  let id = after
  let cursor = cursorMax
  for (;;) {
    const rows = await pages.page(id, cursor)
    for (const row of rows) yield pages.read(row)
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) return
    id = text(last, 'execution_id')
    cursor = pages.cursorOf(last)
  }
}

function journalOf(row: SqlRow): JournalEntry {
  return {
    executionId: text(row, 'execution_id'),
    turn: number(row, 'turn'),
    version: number(row, 'version'),
    atMs: number(row, 'at_ms'),
    events: text(row, 'events'),
  }
}

function chunkOf(row: SqlRow): LogChunk {
  return {
    executionId: text(row, 'execution_id'),
    atMs: number(row, 'at_ms'),
    levelMax: number(row, 'level_max'),
    lines: text(row, 'lines'),
  }
}

function metricOf(row: SqlRow): MetricRow {
  return {
    executionId: text(row, 'execution_id'),
    run: number(row, 'run'),
    taskId: text(row, 'task_id'),
    name: text(row, 'name'),
    type: text(row, 'type'),
    value: number(row, 'value'),
    tags: text(row, 'tags'),
    atMs: number(row, 'at_ms'),
  }
}

function jobOf(row: SqlRow): StoredJob {
  return {
    executionId: text(row, 'execution_id'),
    run: number(row, 'run'),
    epoch: number(row, 'epoch'),
    node: textOrNull(row, 'node'),
    incarnation: numberOrNull(row, 'incarnation'),
    claimedMs: numberOrNull(row, 'claimed_ms'),
    isKilled: row['is_killed'] === true || row['is_killed'] === 1,
    queue: text(row, 'queue'),
    rank: number(row, 'rank'),
    payload: text(row, 'payload'),
  }
}

function timerOf(row: SqlRow): StoredTimer {
  return { executionId: text(row, 'execution_id'), name: text(row, 'name'), atMs: number(row, 'at_ms') }
}
