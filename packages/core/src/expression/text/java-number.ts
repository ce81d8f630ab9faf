// Texts as numbers, as commons-lang's `createNumber` and Java's `parseX` read them.
import { Float, toDouble, toInteger } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { doubleText, floatText } from '../../std/value-text.ts'
import { isSameNumber, parseDecimal } from '../decimal.ts'
import { fail } from '../fault.ts'
import { shortestDecimal } from './exact-decimal.ts'

export function readJavaNumber(text: string, type: string | undefined): Value {
  switch (type) {
    case 'INT':
      return readInteger(text, 31n)
    case 'LONG':
      return readInteger(text, 63n)
    case 'FLOAT':
      return new Float(readReal(text))
    case 'DOUBLE':
      return toDouble(readReal(text))
    case 'BIGDECIMAL':
      return parseDecimal(text) ?? notANumber(text)
    case 'BIGINTEGER':
      return readInteger(text, undefined)
    default:
      return createNumber(text)
  }
}

function notANumber(text: string): never {
  return fail('VALUE', `"${text.slice(0, 60)}" is not a number`)
}

/** Decimal, `0x` or `#` hexadecimal, or octal with a leading 0. */
function readInteger(text: string, bits: bigint | undefined): Value {
  const value = parseInteger(text) ?? notANumber(text)
  if (bits !== undefined && (value >= 1n << bits || value < -(1n << bits))) return notANumber(text)
  return toInteger(value)
}

function parseInteger(text: string): bigint | undefined {
  const match = /^([+-]?)(?:(0[xX]|#)([0-9a-fA-F]+)|(0)([0-7]+)|(\d+))$/.exec(text)
  if (match === null) return undefined
  const [, sign, hexPrefix, hex, octalPrefix, octal, decimal] = match
  const size =
    hexPrefix !== undefined
      ? BigInt(`0x${hex}`)
      : octalPrefix !== undefined
        ? BigInt(`0o${octal}`)
        : BigInt(decimal ?? 0)
  return sign === '-' ? -size : size
}

const REAL = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?|NaN|Infinity)$/

/** As `Double.parseDouble`, which takes white space around the number. */
function readReal(text: string): number {
  const trimmed = text.trim()
  if (!REAL.test(trimmed)) return notANumber(text)
  return Number(trimmed.replace(/[fFdD]$/, ''))
}

/** Without a type: hexadecimal, octal, suffixes, and the narrowest type that the digits suggest. */
function createNumber(text: string): Value {
  if (/^[+-]?(?:0[xX]|#)[0-9a-fA-F]+$/.test(text) || /^[+-]?\d+$/.test(text)) {
    return toInteger(parseInteger(text) ?? notANumber(text))
  }
  const suffixed = /^([+-]?\d*\.?\d*(?:[eE][+-]?\d+)?)([lLfFdD])$/.exec(text)
  if (suffixed?.[1] !== undefined && suffixed[2] !== undefined) return readSuffixed(suffixed[1], suffixed[2], text)
  const decimal = parseDecimal(text)
  if (decimal === undefined) return notANumber(text)
  const value = Number(text)
  const isZero = decimal.unscaled === 0n
  const asFloat = Math.fround(value)
  const isFloat = Number.isFinite(asFloat) && (asFloat !== 0 || isZero)
  // The narrowest type that loses nothing: their texts tell.
  if (isFloat && floatText(asFloat) === doubleText(value)) return new Float(asFloat)
  if (!Number.isFinite(value) || (value === 0 && !isZero)) return decimal
  return isSameNumber(decimal, shortestDecimal(value)) ? toDouble(value) : decimal
}

function readSuffixed(digits: string, suffix: string, text: string): Value {
  if (suffix === 'l' || suffix === 'L') {
    return /^[+-]?\d+$/.test(digits) ? toInteger(BigInt(digits.replace('+', ''))) : notANumber(text)
  }
  if (!/\d/.test(digits)) return notANumber(text)
  return suffix === 'f' || suffix === 'F' ? new Float(Number(digits)) : toDouble(Number(digits))
}
