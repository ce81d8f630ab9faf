// A real database file that fails where a test wants it to.
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Fault, Faults } from '../../testing/faults.ts'

/** An error of the disk stands for a connection that is lost, a locked file for what would pass. */
const CODES: Readonly<Record<Fault, number>> = { 'lost-before': 10, 'lost-after': 10, passing: 5, full: 13 }

/** A database of which one statement fails. */
export function failingDatabase(faults: Faults): typeof DatabaseSync {
  const guard = <T>(run: () => T): T => {
    const how = faults.next()
    if (how === undefined) return run()
    if (how === 'lost-after') run()
    throw Object.assign(new Error(`refused: ${how}`), { code: 'ERR_SQLITE_ERROR', errcode: CODES[how] })
  }
  return class FailingDatabase extends DatabaseSync {
    override exec(sql: string): void {
      guard(() => super.exec(sql))
    }

    override prepare(sql: string): StatementSync {
      const statement = super.prepare(sql)
      const { run, all } = statement
      statement.run = (...values: unknown[]) => guard(() => run.apply(statement, values as never))
      statement.all = (...values: unknown[]) => guard(() => all.apply(statement, values as never))
      return statement
    }
  }
}
