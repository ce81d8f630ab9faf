// What a store holds, and how it is read of a SQLite file.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface DatabaseFigures {
  /** Each flush of the engine is one transaction, and counts itself. */
  readonly commits: number
  /** All transactions that the database itself counted; SQLite counts none. */
  readonly transactions?: number
  readonly rows: Readonly<Record<string, number>>
  readonly rowsInAll: number
  /** Pages in use, indexes and, with SQLite, those that are still in the log included. */
  readonly usedBytes: number
  /** Of the log of changes since it began; SQLite writes its log over and over. */
  readonly logBytes?: number
}

/** The tables that executions write to. */
export const TABLES = [
  'executions',
  'execution_labels',
  'journal',
  'snapshots',
  'logs',
  'metrics',
  'jobs',
  'timers',
  'signals',
  'operations',
] as const

export function databaseFile(dataDir: string): string {
  return join(dataDir, 'batuta.db')
}

export function readDatabase(file: string): DatabaseFigures {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    const rows = Object.fromEntries(TABLES.map(table => [table, numberOf(db, `select count(*) from ${table}`)]))
    return {
      commits: numberOf(db, 'select sum(flush_seq) from nodes'),
      rows,
      rowsInAll: Object.values(rows).reduce((sum, count) => sum + count, 0),
      usedBytes:
        (numberOf(db, 'pragma page_count') - numberOf(db, 'pragma freelist_count')) * numberOf(db, 'pragma page_size'),
    }
  } finally {
    db.close()
  }
}

/** What the file promises: read from the database, not from our own code. */
export function countExecutions(file: string, flowId: string, state: string): number {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    const query = db.prepare('select count(*) as n from executions where flow_id = ? and state = ?')
    return Number(query.get(flowId, state)?.['n'] ?? 0)
  } finally {
    db.close()
  }
}

export function readRows(
  file: string,
  text: string,
  values: readonly (string | number)[],
): readonly Readonly<Record<string, unknown>>[] {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    return db.prepare(text.replace(/\$(\d+)/g, '?$1')).all(...values)
  } finally {
    db.close()
  }
}

function numberOf(db: DatabaseSync, query: string): number {
  return Number(Object.values(db.prepare(query).get() ?? {})[0] ?? 0)
}
