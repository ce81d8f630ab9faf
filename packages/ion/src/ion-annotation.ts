import { DateTime } from '@batuta/core'
import type { DateTimeType, Value } from '@batuta/core'

const TYPES: ReadonlyMap<string, DateTimeType> = new Map([
  ['Instant', 'instant'],
  ['ZonedDateTime', 'zoned'],
  ['OffsetDateTime', 'zoned'],
  ['LocalDateTime', 'local-date-time'],
  ['LocalDate', 'local-date'],
  ['LocalTime', 'local-time'],
])

/** Texts annotated as a date or a time become one; all other annotations are dropped. */
export function understandAnnotations(annotations: readonly string[], value: Value): Value {
  const [first] = annotations
  const type = typeof value === 'string' && first !== undefined ? TYPES.get(first) : undefined
  return type === undefined || typeof value !== 'string' ? value : new DateTime(type, value)
}
