// `String.format`: conversions %s %d %x %o %f %e %g %c %b %h %n %% with flags, width, precision and argument index.
import { Decimal, isInteger, isNumber } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { plainText } from '../../std/value-text.ts'
import { toNumber } from '../arithmetic.ts'
import { fail } from '../fault.ts'
import { typeName } from '../type-name.ts'
import { roundHalfUp, shortestDecimal } from './exact-decimal.ts'

interface Conversion {
  readonly flags: string
  readonly width: number | undefined
  readonly precision: number | undefined
  readonly letter: string
}

const SPECIFIER = /%(?:(\d+)\$|(<))?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])|%/g
const WIDTH_MAX = 100_000

export function formatJava(format: string, args: readonly (Value | undefined)[]): string {
  let ordinary = 0
  let last = -1
  return format.replace(SPECIFIER, (...groups: readonly (string | undefined)[]) => {
    const [specifier = '', index, previous, flags, width, precision, letter = ''] = groups
    if (specifier === '%') return fail('VALUE', `The format \`${format}\` has a \`%\` without a conversion`)
    const conversion: Conversion = {
      flags: flags ?? '',
      width: width === undefined ? undefined : Number(width),
      precision: precision === undefined ? undefined : Number(precision),
      letter,
    }
    if (Math.max(conversion.width ?? 0, conversion.precision ?? 0) > WIDTH_MAX) {
      return fail('LIMIT', `The format asks for more than ${WIDTH_MAX} characters`)
    }
    if (letter === 'n') return '\n'
    if (letter === '%') return pad('%', conversion)
    if (index !== undefined) last = Number(index) - 1
    else if (previous === undefined) last = ordinary++
    const value = args[last]
    if (value === undefined) return fail('VALUE', `There is no value for \`${specifier}\``)
    return convert(value, conversion, specifier)
  })
}

function convert(value: Value, conversion: Conversion, specifier: string): string {
  const { letter, precision } = conversion
  const text = (): string => {
    switch (letter.toLowerCase()) {
      case 's':
        return pad(plainText(value).slice(0, precision ?? Infinity), conversion)
      case 'b':
        return pad(String(value === true || (value !== null && value !== false)).slice(0, precision), conversion)
      case 'h':
        return pad(value === null ? 'null' : (hashCode(plainText(value)) >>> 0).toString(16), conversion)
      case 'c':
        return pad(toCharacter(value, specifier), conversion)
      case 'd':
        return value === null ? pad('null', conversion) : formatInteger(value, conversion, specifier)
      case 'x':
      case 'o':
        return value === null ? pad('null', conversion) : formatRadix(value, conversion, specifier)
      case 'f':
      case 'e':
      case 'g':
        return value === null ? pad('null', conversion) : formatReal(value, conversion, specifier)
      default:
        return fail('VALUE', `\`${specifier}\` is not a conversion`)
    }
  }
  const result = text()
  return letter >= 'A' && letter <= 'Z' ? result.toUpperCase() : result
}

function pad(text: string, { flags, width }: Conversion): string {
  if (width === undefined) return text
  return flags.includes('-') ? text.padEnd(width) : text.padStart(width)
}

function toCharacter(value: Value, specifier: string): string {
  if (value === null) return 'null'
  if (typeof value === 'string' && value.length === 1) return value
  if (isInteger(value) && value >= 0 && value <= 0x10ffff) return String.fromCodePoint(Number(value))
  return fail('VALUE', `\`${specifier}\` needs a character, not ${typeName(value)}`)
}

function hashCode(text: string): number {
  let hash = 0
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return hash
}

function integerOf(value: Value, specifier: string): bigint {
  return isInteger(value) ? BigInt(value) : fail('VALUE', `\`${specifier}\` needs an integer, not ${typeName(value)}`)
}

function formatInteger(value: Value, conversion: Conversion, specifier: string): string {
  const integer = integerOf(value, specifier)
  const digits = (integer < 0n ? -integer : integer).toString()
  return withSign(conversion.flags.includes(',') ? group(digits) : digits, integer < 0n, conversion)
}

const LONG_RANGE = 2n ** 64n

function formatRadix(value: Value, conversion: Conversion, specifier: string): string {
  const integer = integerOf(value, specifier)
  const radix = conversion.letter.toLowerCase() === 'x' ? 16 : 8
  const digits = (integer < 0n ? integer + LONG_RANGE : integer).toString(radix)
  const prefix = conversion.flags.includes('#') ? (radix === 16 ? '0x' : '0') : ''
  const zeros = conversion.flags.includes('0') ? (conversion.width ?? 0) - prefix.length : 0
  return pad(prefix + digits.padStart(zeros, '0'), conversion)
}

function formatReal(value: Value, conversion: Conversion, specifier: string): string {
  if (!isNumber(value) || isInteger(value))
    return fail('VALUE', `\`${specifier}\` needs a double, not ${typeName(value)}`)
  const double = toNumber(value)
  const isNegative = double < 0 || Object.is(double, -0)
  if (!Number.isFinite(double)) {
    const name = Number.isNaN(double) ? 'NaN' : 'Infinity'
    return withSign(name, isNegative, { ...conversion, flags: conversion.flags.replace('0', '') })
  }
  // Java rounds the shortest digits of a double, not its exact value: 0.15 becomes 0.2.
  const signed = value instanceof Decimal ? value : shortestDecimal(Math.abs(double))
  const size = signed.unscaled < 0n ? new Decimal(-signed.unscaled, signed.scale) : signed
  return withSign(realDigits(size, Math.abs(double), conversion), isNegative, conversion)
}

function realDigits(size: Decimal, double: number, { letter, precision = 6, flags }: Conversion): string {
  const kind = letter.toLowerCase()
  if (kind === 'e') return exponential(size, precision)
  if (kind === 'g') {
    const digits = Math.max(1, precision)
    if (double !== 0 && (double < 1e-4 || double >= 10 ** digits)) return exponential(size, digits - 1)
    const whole = double < 1 ? 0 : Math.floor(Math.log10(double)) + 1
    return fixed(size, Math.max(0, digits - Math.max(1, whole)), flags)
  }
  return fixed(size, precision, flags)
}

function fixed(size: Decimal, precision: number, flags: string): string {
  const rounded = roundHalfUp(size, precision)
    .unscaled.toString()
    .padStart(precision + 1, '0')
  const whole = precision === 0 ? rounded : rounded.slice(0, -precision)
  const fraction = precision === 0 ? '' : `.${rounded.slice(-precision)}`
  return (flags.includes(',') ? group(whole) : whole) + fraction
}

function exponential(size: Decimal, precision: number): string {
  const digits = size.unscaled.toString()
  let exponent = size.unscaled === 0n ? 0 : digits.length - 1 - size.scale
  let mantissa = roundHalfUp(new Decimal(size.unscaled, digits.length - 1), precision).unscaled.toString()
  if (mantissa.length > precision + 1) {
    mantissa = mantissa.slice(0, -1)
    exponent++
  }
  const fraction = precision === 0 ? '' : `.${mantissa.slice(1)}`
  const exponentDigits = String(Math.abs(exponent)).padStart(2, '0')
  return `${mantissa.charAt(0)}${fraction}e${exponent < 0 ? '-' : '+'}${exponentDigits}`
}

function group(digits: string): string {
  return digits.replace(/\B(?=(?:\d{3})+$)/g, ',')
}

function withSign(digits: string, isNegative: boolean, conversion: Conversion): string {
  const { flags, width } = conversion
  const opening = isNegative
    ? flags.includes('(')
      ? '('
      : '-'
    : flags.includes('+')
      ? '+'
      : flags.includes(' ')
        ? ' '
        : ''
  const closing = isNegative && flags.includes('(') ? ')' : ''
  const zeros = flags.includes('0') && width !== undefined ? width - opening.length - closing.length : 0
  return pad(opening + digits.padStart(zeros, '0') + closing, conversion)
}
