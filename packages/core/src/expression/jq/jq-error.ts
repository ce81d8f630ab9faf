import { isList, isNumber } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { jsonText } from '../../std/value-text.ts'

/** What `error` raises and `try` catches. Not an `Error`: programs raise thousands of them, and nobody reads their stacks. */
export class JqError {
  readonly value: Value
  constructor(value: Value) {
    this.value = value
  }
}

export function raise(message: string): never {
  throw new JqError(message)
}

/** Leaves a generator before its end; `label`, `first` and `limit` each catch their own. */
export class JqBreak {}

const SHOWN_MAX = 11

/** A value as error messages show it: its type and the beginning of its text. */
export function describe(value: Value): string {
  const text = jsonText(value)
  const shown = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX - 1)}...` : text
  return `${jqType(value)} (${shown})`
}

export function jqType(value: Value): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'string') return 'string'
  if (isList(value)) return 'array'
  return isNumber(value) ? 'number' : 'object'
}
