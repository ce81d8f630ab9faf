// From the values of flows to what clients take as a parameter, and to literals where a database takes no parameters.
import { Bytes, DateTime, encodeValue, isNumber, plainText } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import type { Zone } from '@batuta/ion'
import { localText } from './moments.ts'

export type DriverValue = null | string | number | bigint | boolean | Uint8Array

/** Numbers that JavaScript's cannot hold go as text; moments go as the clocks of the zone show them; lists and maps go as JSON. */
export function driverValue(value: Value, zone: Zone): DriverValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' || typeof value === 'bigint') return value
  if (value instanceof Bytes) return value.bytes
  if (value instanceof DateTime) return localText(value, zone)
  return isNumber(value) ? numberOf(plainText(value)) : encodeValue(value)
}

/** A decimal that a double holds exactly is a number. */
function numberOf(text: string): number | string {
  const number = Number(text)
  return /^-?\d+(?:\.0+)?$/.test(text) && Number.isSafeInteger(number) ? number : text
}

export interface LiteralStyle {
  /** A backslash in a string has to be doubled. */
  readonly hasBackslashes: boolean
  readonly writeBytes?: (bytes: Uint8Array) => string
  /** For instance `timestamp '…'`. */
  readonly writeMoment?: (text: string, moment: DateTime) => string
}

/** A value as SQL. Nothing in it can end the literal. */
export function literalText(value: Value, style: LiteralStyle, zone: Zone): string {
  if (value === null) return 'NULL'
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  if (value instanceof DateTime) {
    const text = localText(value, zone)
    return style.writeMoment?.(text, value) ?? quoteText(text, style)
  }
  if (value instanceof Bytes) return style.writeBytes?.(value.bytes) ?? `X'${hexOf(value.bytes)}'`
  if (isNumber(value)) return literalNumber(plainText(value))
  return quoteText(typeof value === 'string' ? value : encodeValue(value), style)
}

/** NaN and the infinities are no literals of SQL. */
function literalNumber(text: string): string {
  return /^[+-]?\d/.test(text) ? text : `'${text}'`
}

export function quoteText(text: string, { hasBackslashes }: Pick<LiteralStyle, 'hasBackslashes'>): string {
  const escaped = hasBackslashes ? text.replaceAll('\\', '\\\\') : text
  return `'${escaped.replaceAll("'", "''")}'`
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
