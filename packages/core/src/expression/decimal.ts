// Decimal arithmetic with at most 34 significant digits, rounded half to even.
import { Decimal } from '../std/value.ts'
import { fail } from './fault.ts'

const DIGITS_MAX = 34
const SCALE_MAX = 10_000

/** Reads `-12.50`, `1.2E7`; undefined when the text is no decimal number. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/.exec(text)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  if (whole === '' && fraction === '') return undefined
  const scale = fraction.length - Number(exponent)
  if (Math.abs(scale) > SCALE_MAX) return undefined
  const unscaled = BigInt(whole + fraction)
  return new Decimal(sign === '-' ? -unscaled : unscaled, scale)
}

export function addDecimals(left: Decimal, right: Decimal): Decimal {
  const scale = Math.max(left.scale, right.scale)
  return new Decimal(unscaledAt(left, scale) + unscaledAt(right, scale), scale)
}

function unscaledAt(value: Decimal, scale: number): bigint {
  return value.unscaled * 10n ** BigInt(scale - value.scale)
}

export function multiplyDecimals(left: Decimal, right: Decimal): Decimal {
  return roundDigits(new Decimal(left.unscaled * right.unscaled, left.scale + right.scale), DIGITS_MAX)
}

export function divideDecimals(left: Decimal, right: Decimal): Decimal {
  if (right.unscaled === 0n) return fail('TYPE', 'A decimal cannot be divided by zero')
  const wanted = left.scale - right.scale
  const extra = DIGITS_MAX + 3 + digitsOf(right.unscaled)
  const shifted = left.unscaled * 10n ** BigInt(extra)
  const quotient = shifted / right.unscaled
  // A sticky last digit keeps the rounding right where the division does not come out even.
  const sticky = shifted % right.unscaled === 0n ? 0n : 1n
  const precise = new Decimal(quotient * 10n + (quotient < 0n ? -sticky : sticky), wanted + extra + 1)
  return stripZeros(roundDigits(precise, DIGITS_MAX), wanted)
}

export function remainderDecimals(left: Decimal, right: Decimal): Decimal {
  if (right.unscaled === 0n) return fail('TYPE', 'A decimal cannot be divided by zero')
  const scale = Math.max(left.scale, right.scale)
  return new Decimal(unscaledAt(left, scale) % unscaledAt(right, scale), scale)
}

function digitsOf(value: bigint): number {
  return (value < 0n ? -value : value).toString().length
}

function roundDigits(value: Decimal, digitsMax: number): Decimal {
  const surplus = digitsOf(value.unscaled) - digitsMax
  return surplus <= 0 ? value : roundScale(value, value.scale - surplus)
}

/** Half to even. */
export function roundScale(value: Decimal, scale: number): Decimal {
  if (scale >= value.scale) return new Decimal(unscaledAt(value, scale), scale)
  const unit = 10n ** BigInt(value.scale - scale)
  const quotient = value.unscaled / unit
  const rest = value.unscaled % unit
  const twice = (rest < 0n ? -rest : rest) * 2n
  const isUp = twice > unit || (twice === unit && quotient % 2n !== 0n)
  const step = value.unscaled < 0n ? -1n : 1n
  return new Decimal(isUp ? quotient + step : quotient, scale)
}

function stripZeros(value: Decimal, scaleMin: number): Decimal {
  let { unscaled, scale } = value
  while (scale > scaleMin && unscaled % 10n === 0n) {
    unscaled /= 10n
    scale--
  }
  return new Decimal(unscaled, scale)
}

/** Whatever the scales. */
export function isSameNumber(left: Decimal, right: Decimal): boolean {
  const scale = Math.max(left.scale, right.scale)
  return left.unscaled * 10n ** BigInt(scale - left.scale) === right.unscaled * 10n ** BigInt(scale - right.scale)
}
