import { BatutaError } from '../std/errors.ts'
import { Fault } from './fault.ts'

/** What was caught around a filter, function or operator, with the place it happened at; what is no fault of the expression stays as it is. */
export function locate(error: unknown, at: number): unknown {
  const fault = toFault(error)
  if (!(fault instanceof Fault)) return error
  fault.at ??= at
  return fault
}

/** Values that are too large or too deep are a limit of the language, wherever they were noticed. */
export function toFault(error: unknown): unknown {
  if (error instanceof BatutaError && (error.code === 'value-too-deep' || error.code === 'value-too-large')) {
    return new Fault('LIMIT', error.message, { cause: error })
  }
  if (error instanceof RangeError && /string length|call stack|BigInt/i.test(error.message)) {
    return new Fault('LIMIT', 'The expression builds a value that is too large', { cause: error })
  }
  return error
}

/** Operators of arithmetic and comparison turn every fault of their operands into one of type; limits stay limits. */
export function wrapAsType(error: unknown, reason: string, at: number): unknown {
  const fault = locate(error, at)
  if (!(fault instanceof Fault) || fault.kind === 'TYPE' || fault.kind === 'LIMIT') return fault
  return new Fault('TYPE', `${reason}: ${fault.message}`, { at: fault.at, cause: fault })
}
