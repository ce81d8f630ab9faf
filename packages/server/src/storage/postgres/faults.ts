// What an error of PostgreSQL, or of the way to it, says about what was asked.
import { FlushError, type FlushFault } from '../store.ts'

const SQL_STATE = /^[0-9A-Z]{5}$/
const DISK_FULL = '53100'
/** A standby that is not promoted yet. */
const READ_ONLY = '25006'
/** Serialization, deadlock, a statement that was cancelled, a lock that was not to be had. */
const PASSING = ['40001', '40P01', '57014', '55P03', READ_ONLY]
/** Of the connection, of resources (too many connections …), of an operator (shutting down, starting up). */
const PASSING_CLASSES = ['08', '53', '57']

/** A broken connection leaves open whether the commit happened; so does a database that goes away. */
export function faultOf(error: unknown): FlushFault {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  if (code === DISK_FULL) return 'full'
  if (code.startsWith('23') || code.startsWith('22')) return 'known'
  const isPassing = PASSING.includes(code) || PASSING_CLASSES.some(start => code.startsWith(start))
  return SQL_STATE.test(code) && !isPassing ? 'broken' : 'unknown'
}

export function flushErrorOf(error: unknown): FlushError {
  const message = error instanceof Error ? error.message : String(error)
  return new FlushError(faultOf(error), `the flush failed: ${message}`, { cause: error })
}

/** Of a read or a rare write: the world's failures as such; a mistake of ours stays what it is. */
export function passingOf(error: unknown): unknown {
  if (error instanceof FlushError) return error
  const fault = faultOf(error)
  if (fault !== 'unknown' && fault !== 'full') return error
  const message = error instanceof Error ? error.message : String(error)
  return new FlushError(fault, `PostgreSQL does not answer: ${message}`, { cause: error })
}

/** The connection itself is to be trusted no longer: it broke, or was silent for too long. */
export function isOfConnection(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  return !SQL_STATE.test(code) || code.startsWith('08') || code.startsWith('57P') || code === READ_ONLY
}
