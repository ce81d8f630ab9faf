import { Bytes, DateTime, isList, isNumber } from '../std/value.ts'
import type { Value } from '../std/value.ts'

/** How messages call the type of a value. */
export function typeName(value: Value): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return 'a text'
  if (typeof value === 'boolean') return 'a boolean'
  if (isNumber(value)) return 'a number'
  if (isList(value)) return 'a list'
  if (value instanceof Bytes) return 'bytes'
  if (value instanceof DateTime) return 'a date'
  return 'a map'
}
