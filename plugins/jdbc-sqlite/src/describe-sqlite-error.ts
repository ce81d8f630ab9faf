import { TaskError } from '@batuta/plugin-sdk'
import { TransientError } from '@batuta/sql-kit'
import { SqliteError } from './sqlite-thread.ts'

const EXCERPT_CHARS = 80
const BUSY = 5
const LOCKED = 6
const CANNOT_OPEN = 14
const NOT_A_DATABASE = 26

/** What SQLite says, with the statement and what to look at. What it did not say comes back as it is. */
export function describeSqliteError(error: unknown, written: string): unknown {
  if (!(error instanceof SqliteError)) return error
  const { code, message } = error
  const shown = written.length > EXCERPT_CHARS ? `${written.slice(0, EXCERPT_CHARS)}…` : written
  // The extended codes have the primary one in their last byte.
  const primary = code === undefined ? undefined : code & 0xff
  const number = code === undefined ? '' : ` (SQLite error ${code})`
  const advice = primary === undefined ? undefined : ADVICE.get(primary)
  const text = `${message}${number}, in: ${shown.trim()}${advice === undefined ? '' : `; ${advice}`}`
  return primary === BUSY || primary === LOCKED ? new TransientError(text) : new TaskError(text)
}

const ADVICE: ReadonlyMap<number, string> = new Map([
  [BUSY, 'somebody else holds the file; try again later'],
  [LOCKED, 'another statement holds the table; try again later'],
  [CANNOT_OPEN, 'check the path in the URL, and whether the worker may read and write it'],
  [NOT_A_DATABASE, 'the file is no database of SQLite'],
])
