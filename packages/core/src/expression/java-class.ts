import { Bytes, DateTime, Decimal, Double, Float, isList } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import type { Expression } from './syntax.ts'

const INT_MAX = 2 ** 31 - 1
const LONG_MAX = 2n ** 63n - 1n

/** The name Java would give the class of a value; integers count as `Long` when they are known to come from a literal. */
export function javaClassName(value: Value, isLong = false): string | null {
  if (value === null) return null
  if (typeof value === 'string') return 'java.lang.String'
  if (typeof value === 'boolean') return 'java.lang.Boolean'
  if (typeof value === 'bigint')
    return value > LONG_MAX || value < -LONG_MAX - 1n ? 'java.math.BigInteger' : 'java.lang.Long'
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return 'java.lang.Double'
    return isLong || value > INT_MAX || value < -INT_MAX - 1 ? 'java.lang.Long' : 'java.lang.Integer'
  }
  if (value instanceof Double) return 'java.lang.Double'
  if (value instanceof Float) return 'java.lang.Float'
  if (value instanceof Decimal) return 'java.math.BigDecimal'
  if (value instanceof Bytes) return '[B'
  if (value instanceof DateTime) return DATE_CLASSES[value.type]
  return isList(value) ? 'java.util.ArrayList' : 'java.util.LinkedHashMap'
}

const DATE_CLASSES: Readonly<Record<DateTime['type'], string>> = {
  instant: 'java.time.Instant',
  zoned: 'java.time.ZonedDateTime',
  'local-date-time': 'java.time.LocalDateTime',
  'local-date': 'java.time.LocalDate',
  'local-time': 'java.time.LocalTime',
}

const LONG_FILTERS: ReadonlySet<string> = new Set(['timestamp', 'timestampMilli'])

/** Whether an integer that this expression gives is a `Long` to Java: literals are, and what is calculated with them. */
export function givesLong(expression: Expression): boolean {
  switch (expression.type) {
    case 'literal':
    case 'unary':
      return true
    case 'binary':
      return expression.operator === '??' ? false : '+-*/%'.includes(expression.operator)
    case 'filter':
      return (
        LONG_FILTERS.has(expression.filter.name) || (expression.filter.name === 'abs' && givesLong(expression.input))
      )
    case 'ternary':
      return givesLong(expression.yes) && givesLong(expression.no)
    case 'call':
      return expression.name === 'max' || expression.name === 'min' ? expression.positional.every(givesLong) : false
    case 'name':
    case 'attribute':
    case 'test':
    case 'list':
    case 'map':
    case 'interpolation':
      return false
  }
}
