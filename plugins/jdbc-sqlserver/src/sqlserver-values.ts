import { Bytes, DateTime, isNumber, plainText, toDouble, toInteger } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { driverValue, momentAt, readAny, readDecimal, readInteger } from '@batuta/sql-kit'
import type { Zone } from '@batuta/sql-kit'
import type { Tedious } from './tedious.ts'

/** By the name that the client gives a type. Dates come as moments of UTC, which is what is written in them. */
export function readSqlserver(value: unknown, type: string, zone: Zone): Value {
  if (value === null || value === undefined) return null
  if (value instanceof Date) return readDate(value, type, zone)
  if (typeof value === 'string') return type === 'BigInt' || type === 'IntN' ? readInteger(value) : value
  if (typeof value === 'bigint') return toInteger(value)
  if (typeof value === 'number') {
    if (/^(?:Float|Real)/.test(type)) return toDouble(value)
    return /^(?:Decimal|Numeric|Money|SmallMoney)/.test(type) ? readDecimal(String(value)) : value
  }
  return value instanceof Uint8Array ? new Bytes(new Uint8Array(value)) : readAny(value)
}

function readDate(value: Date, type: string, zone: Zone): Value {
  if (type === 'DateTimeOffset') return momentAt(value.getTime(), zone)
  const text = `${value.toISOString().slice(0, 19)}${fractionOf(value)}`
  if (type === 'Date') return new DateTime('local-date', text.slice(0, 10))
  return type === 'Time' ? new DateTime('local-time', text.slice(11)) : new DateTime('local-date-time', text)
}

/** The client keeps what is finer than a millisecond beside it, in seconds. */
function fractionOf(value: Date): string {
  const finer: unknown = Reflect.get(value, 'nanosecondsDelta')
  const nanos = value.getUTCMilliseconds() * 1_000_000 + (typeof finer === 'number' ? Math.round(finer * 1e9) : 0)
  const digits = String(nanos).padStart(9, '0').replace(/0+$/, '')
  return digits === '' ? '' : `.${digits}`
}

const INT_MAX = 0x7fffffff

export interface TypedParameter {
  readonly type: unknown
  readonly value: unknown
}

/** Numbers that are no integers go as text: the server makes of it what the column is, and no digit is lost. */
export function parameterOf(value: Value, zone: Zone, { TYPES }: Tedious): TypedParameter {
  if (typeof value === 'boolean') return { type: TYPES['Bit'], value }
  if (typeof value === 'bigint') return { type: TYPES['BigInt'], value: String(value) }
  if (typeof value === 'number' && Number.isInteger(value)) {
    return Math.abs(value) <= INT_MAX ? { type: TYPES['Int'], value } : { type: TYPES['BigInt'], value: String(value) }
  }
  if (typeof value === 'number') return { type: TYPES['Float'], value }
  if (value !== null && isNumber(value)) return { type: TYPES['NVarChar'], value: plainText(value) }
  const plain = driverValue(value, zone)
  return plain instanceof Uint8Array
    ? { type: TYPES['VarBinary'], value: Buffer.from(plain) }
    : { type: TYPES['NVarChar'], value: plain }
}
