// Runs the shared statements on SQLite: `$n` becomes `?n`, and a performance runs whole without yielding to the event loop, so that nothing of
// the main thread can come between its statements.
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { FlushError, type Operations } from '../store.ts'
import { performanceOf, type Param, type SqlDialect, type Statement } from '../sql/perform.ts'
import { BY_ID } from '../sql/birth-order.ts'
import type { SqlRow } from '../sql/rows.ts'
import { INSERT_LOG } from './flush.sql.ts'
import { faultOf } from './flush.ts'
import { CLAIM_JOBS, INSERT_SNAPSHOT_PART, JOURNAL_OF, MEASURE_SPACE } from './perform.sql.ts'

export type RunStatement = (statement: Statement) => readonly SqlRow[]

export function prepareStatements(db: DatabaseSync): RunStatement {
  const prepared = new Map<string, StatementSync>()
  return ({ text, values }) => {
    let statement = prepared.get(text)
    if (!statement) {
      statement = db.prepare(text.replace(/\$(\d+)/g, '?$1'))
      prepared.set(text, statement)
    }
    return statement.all(...values.map(cellOf))
  }
}

function cellOf(value: Param): string | number | Uint8Array | null {
  return typeof value === 'boolean' ? Number(value) : value
}

export const SQLITE: SqlDialect = {
  born: BY_ID,
  // A unary plus: SQLite keeps no statistics here and would take any index that has the column.
  aside: column => `+${column}`,
  merge: 'union',
  space: { text: MEASURE_SPACE, values: [] },
  contains: column => `${column} like ? escape '!'`,
  containsText: (column, text) => ({
    text: `${column} like ? escape '!'`,
    values: [`%${text.replace(/[!%_]/g, '!$&')}%`],
  }),
  claimJobs: ({ node, incarnation, nowMs, limit, queues }) => ({
    text: CLAIM_JOBS,
    values: [node, incarnation, nowMs, limit, queues && JSON.stringify(queues)],
  }),
  journalOf: (id, { after, limit }) => ({ text: JOURNAL_OF, values: [id, after, limit] }),
  insertLog: row => ({
    text: INSERT_LOG,
    values: [row.executionId, row.tenant, row.namespace, row.flowId, row.atMs, row.levelMax, row.lines],
  }),
  insertSnapshotPart: ({ executionId, turn, part, bytes }) => ({
    text: INSERT_SNAPSHOT_PART,
    values: [executionId, turn, part, bytes],
  }),
}

export function performIn<Name extends keyof Operations>(
  db: DatabaseSync,
  run: RunStatement,
  { name, args }: { readonly name: Name; readonly args: Operations[Name]['args'] },
): Operations[Name]['result'] {
  try {
    db.exec('begin immediate')
    const performance = performanceOf(name, args, SQLITE)
    let step = performance.next([])
    while (!step.done) step = performance.next(run(step.value))
    db.exec('commit')
    return step.value
  } catch (error) {
    if (db.isTransaction) db.exec('rollback')
    // What is not SQLite's own answer is our mistake and stays what it is.
    if (!(error instanceof Error && 'errcode' in error)) throw error
    const fault = faultOf(error)
    const message = fault === 'full' ? `there is no room for ${name}` : `${name} was not stored: ${error.message}`
    throw new FlushError(fault, message, { cause: error })
  }
}
