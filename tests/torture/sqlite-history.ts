import { DatabaseSync } from 'node:sqlite'
import { EMPTY_IN_THE_END, SAYING, executionOf, journalsOf, type History } from './history.ts'

export function openSqliteHistory(file: string): History {
  const db = new DatabaseSync(file, { readOnly: true })
  const count = (table: string): number => Number(db.prepare(`select count(*) as n from ${table}`).get()?.['n'])
  return {
    damages: async () =>
      db
        .prepare('pragma integrity_check')
        .all()
        .map(row => String(Object.values(row)[0]))
        .filter(answer => answer !== 'ok'),
    executions: async () =>
      db.prepare('select id, flow_id, state, end_ms, waits_for from executions').all().map(executionOf),
    journals: () =>
      journalsOf(
        db
          .prepare('select execution_id, turn, version, at_ms, events from journal order by execution_id, turn')
          .iterate(),
      ),
    saying: async words =>
      new Set(
        db
          .prepare(`${SAYING} ?`)
          .all(`%${words}%`)
          .map(row => String(row['execution_id'])),
      ),
    leftovers: async () => Object.fromEntries(EMPTY_IN_THE_END.map(table => [table, count(table)])),
    close: async () => db.close(),
  }
}

/** How many have not ended; read beside a running server. */
export function countOpen(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    return Number(db.prepare('select count(*) as n from executions where waits_for is not null').get()?.['n'])
  } finally {
    db.close()
  }
}
