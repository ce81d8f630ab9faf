// What an error of PostgreSQL or of the way to it means. The server's own answers carry an SQLSTATE; whatever has none came from the network,
// and then nobody can say what the server did.
import type { FlushFault } from '../store.ts'

const DISK_FULL = '53100'
/** Serialization, deadlock, lock not available: the same again may well succeed. */
const PASSING: readonly string[] = ['40001', '40P01', '55P03']
/** A standby, a statement prepared in another session, a plan of the table as it was before a migration: only another connection helps. */
const SPOILING: readonly string[] = ['25006', '26000', '0A000']
/** Cancelled, out of memory, out of connections. */
const TRANSIENT: readonly string[] = ['57014', '25P03', '53000', '53200', '53300', '53400', ...PASSING, ...SPOILING]

export function faultOf(error: unknown): FlushFault {
  const state = sqlStateOf(error)
  if (state === undefined) return 'unknown'
  if (state === DISK_FULL) return 'full'
  if (state.startsWith('23') || state.startsWith('22')) return 'known'
  if (state.startsWith('08') || state.startsWith('57') || TRANSIENT.includes(state)) return 'unknown'
  return 'broken'
}

/** Undefined when it was not the server that answered. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  // Codes of the system, such as EPIPE, are words as well; those of SQL have a digit.
  return /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code) ? code : undefined
}

/** The connection must not be used again. */
export function isSpoilt(error: unknown): boolean {
  const state = sqlStateOf(error)
  if (state === undefined) return true
  return state.startsWith('08') || state.startsWith('57P') || state === '25P03' || SPOILING.includes(state)
}

/** Nothing was written, and asking again is all that is needed. */
export function isPassing(error: unknown): boolean {
  return PASSING.includes(sqlStateOf(error) ?? '')
}
