// From what the clients of databases give to the values that flows see.
import { Bytes, decodeValue, Decimal, fromPlain, toDouble, toInteger } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

/** Exact; a text that is no number stays a text. */
export function readDecimal(text: string): Value {
  const match = DECIMAL.exec(text.trim())
  if (match === null) return readSpecial(text)
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const unscaled = BigInt(`${whole}${fraction}` || '0') * (sign === '-' ? -1n : 1n)
  const scale = fraction.length - Number(exponent)
  return scale >= 0 ? new Decimal(unscaled, scale) : new Decimal(unscaled * 10n ** BigInt(-scale), 0)
}

function readSpecial(text: string): Value {
  const number = /^[+-]?inf(?:inity)?$/i.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number.NaN
  return /^(?:[+-]?inf(?:inity)?|nan)$/i.test(text) ? number : text
}

export function readInteger(text: string): Value {
  return /^[+-]?\d+$/.test(text) ? toInteger(BigInt(text)) : text
}

export function readDouble(value: number | string): Value {
  if (typeof value === 'number') return toDouble(value)
  const special = readSpecial(value)
  return typeof special === 'number' ? special : toDouble(Number(value))
}

export function readJson(text: string): Value {
  return decodeValue(text)
}

export function readBytes(bytes: Uint8Array): Value {
  return new Bytes(new Uint8Array(bytes))
}

/** What a client gives of a type that it makes something of itself. */
export function readAny(value: unknown): Value {
  if (typeof value === 'bigint') return toInteger(value)
  if (value instanceof Uint8Array) return readBytes(value)
  if (value instanceof Date) return value.toISOString()
  return fromPlain(value ?? null)
}
