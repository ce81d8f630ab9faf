import { Decimal } from '../../std/value.ts'
import { parseDecimal } from '../decimal.ts'

/** The exact binary value of a finite double: every double is a decimal with finitely many digits. */
export function exactDecimal(value: number): Decimal {
  if (value === 0) return new Decimal(0n, 0)
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const exponentBits = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xfffffffffffffn
  const mantissa = exponentBits === 0 ? fraction : fraction | (1n << 52n)
  const exponent = (exponentBits === 0 ? 1 : exponentBits) - 1075
  const sign = bits >> 63n === 1n ? -1n : 1n
  if (exponent >= 0) return new Decimal(sign * (mantissa << BigInt(exponent)), 0)
  return new Decimal(sign * mantissa * 5n ** BigInt(-exponent), -exponent)
}

/** The decimal that the shortest text of a double spells. */
export function shortestDecimal(value: number): Decimal {
  return parseDecimal(String(value)) ?? new Decimal(0n, 0)
}

/** Of a value that is not negative. */
export function roundHalfUp(value: Decimal, scale: number): Decimal {
  if (scale >= value.scale) return new Decimal(value.unscaled * 10n ** BigInt(scale - value.scale), scale)
  const unit = 10n ** BigInt(value.scale - scale)
  const quotient = value.unscaled / unit
  return new Decimal((value.unscaled % unit) * 2n >= unit ? quotient + 1n : quotient, scale)
}
