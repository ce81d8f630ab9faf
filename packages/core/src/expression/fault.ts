import { ExpressionError } from '../std/errors.ts'
import type { ExpressionErrorKind } from '../std/errors.ts'
import { nearestName } from './nearest-name.ts'

/**
 * What goes wrong while a template is read or evaluated. Not an `Error`: `??`, `default` and `is defined` absorb thousands of these
 * in an ordinary flow, and capturing a stack costs more than the whole evaluation. The border of the language turns the ones that
 * get away into an `ExpressionError`.
 */
export class Fault {
  readonly kind: ExpressionErrorKind
  readonly message: string
  /** Offset into the template, as soon as somebody knows it. */
  at: number | undefined
  readonly name: string | undefined
  /** The names that would have been right, asked for only when the fault reaches the border. */
  readonly candidates: (() => Iterable<string>) | undefined
  readonly cause: unknown

  constructor(kind: ExpressionErrorKind, message: string, details: FaultDetails = {}) {
    this.kind = kind
    this.message = message
    this.at = details.at
    this.name = details.name
    this.candidates = details.candidates
    this.cause = details.cause
  }
}

export interface FaultDetails {
  readonly at?: number | undefined
  readonly name?: string
  readonly candidates?: () => Iterable<string>
  readonly cause?: unknown
}

export function fail(kind: ExpressionErrorKind, message: string): never {
  throw new Fault(kind, message)
}

const EXCERPT_MAX = 200
const EXCERPT_BEFORE = 80

export function faultToError(fault: Fault, source: string): ExpressionError {
  const at = Math.min(fault.at ?? 0, source.length)
  const suggestion =
    fault.name === undefined || fault.candidates === undefined ? undefined : nearestName(fault.name, fault.candidates())
  return new ExpressionError({
    kind: fault.kind,
    message: fault.message,
    ...positionOf(source, at),
    excerpt: excerptAround(source, at),
    ...(suggestion === undefined ? {} : { suggestion }),
    cause: fault.cause,
  })
}

const LINE_END = /\r\n|[\n\r\u0085\u2028\u2029]/g

export function positionOf(source: string, at: number): { readonly line: number; readonly column: number } {
  let line = 1
  let lineStart = 0
  for (const match of source.matchAll(LINE_END)) {
    const next = match.index + match[0].length
    if (next > at) break
    line++
    lineStart = next
  }
  return { line, column: at - lineStart + 1 }
}

function excerptAround(source: string, at: number): string {
  if (source.length <= EXCERPT_MAX) return source
  const start = Math.max(0, Math.min(at - EXCERPT_BEFORE, source.length - EXCERPT_MAX + 2))
  const end = Math.min(source.length, start + EXCERPT_MAX - 2)
  return (start > 0 ? '…' : '') + source.slice(start, end) + (end < source.length ? '…' : '')
}
