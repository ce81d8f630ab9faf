// The type under which a value is sent as a parameter, as a JDBC driver would choose it.
import { Decimal, Double, Float } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'

export const TEXT_OID = 25
const BOOLEAN_OID = 16
const BIGINT_OID = 20
const INTEGER_OID = 23
const DOUBLE_OID = 701
const NUMERIC_OID = 1700

/** 0 leaves it to the server. */
export function parameterType(value: Value): number {
  if (typeof value === 'boolean') return BOOLEAN_OID
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? BIGINT_OID : NUMERIC_OID
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return DOUBLE_OID
    return Math.abs(value) <= 0x7fffffff ? INTEGER_OID : BIGINT_OID
  }
  if (value instanceof Decimal) return NUMERIC_OID
  return value instanceof Double || value instanceof Float ? DOUBLE_OID : 0
}
