// The tokens of Ion text that begin with a digit or a sign.
import { DateTime, Decimal, toDouble, toInteger } from '@batuta/core'
import type { Value } from '@batuta/core'

const INTEGER = /^-?(?:0|[1-9](?:_?\d)*)$/
const RADIX = /^(-?)(0[xX][0-9a-fA-F](?:_?[0-9a-fA-F])*|0[bB][01](?:_?[01])*)$/
const DECIMAL = /^(-?)(0|[1-9](?:_?\d)*)(?:\.((?:\d(?:_?\d)*)?))?(?:[dD]([+-]?\d{1,6}))?$/
const FLOAT = /^-?(?:0|[1-9](?:_?\d)*)(?:\.(?:\d(?:_?\d)*)?)?[eE][+-]?\d+$/
/** Beyond this a decimal would unfold into megabytes of zeros. */
const SCALE_MAX = 100_000

/** Undefined when the token is no number. */
export function parseIonNumber(token: string): Value | undefined {
  const digits = token.includes('_') ? token.replaceAll('_', '') : token
  if (INTEGER.test(token)) return toInteger(BigInt(digits))
  const decimal = DECIMAL.exec(token)
  if (decimal !== null) return toDecimal(decimal)
  if (FLOAT.test(token)) return toDouble(Number(digits))
  if (token === '+inf') return Number.POSITIVE_INFINITY
  if (token === '-inf') return Number.NEGATIVE_INFINITY
  const radix = RADIX.exec(token)
  if (radix === null) return undefined
  const size = BigInt((radix[2] ?? '0').replaceAll('_', ''))
  return toInteger(radix[1] === '-' ? -size : size)
}

function toDecimal([, sign = '', whole = '0', fraction = '', exponent = '0']: RegExpExecArray): Decimal | undefined {
  const after = fraction.replaceAll('_', '')
  const scale = after.length - Number(exponent)
  if (Math.abs(scale) > SCALE_MAX) return undefined
  return new Decimal(BigInt(`${sign}${whole.replaceAll('_', '')}${after}`), scale)
}

const DAY = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?T?$/
const MOMENT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)$/

/** Undefined when the token is no timestamp. */
export function parseIonTimestamp(token: string): DateTime | undefined {
  const moment = MOMENT.exec(token)
  if (moment !== null) {
    const [, minute, rest = ':00', offset] = moment
    // An unknown offset, -00:00, still names a moment of UTC.
    const isUtc = offset === 'Z' || offset === '-00:00' || offset === '+00:00'
    return new DateTime(isUtc ? 'instant' : 'zoned', `${minute}${rest}${isUtc ? 'Z' : offset}`)
  }
  const day = DAY.exec(token)
  if (day === null || token.length === 4) return undefined
  return new DateTime('local-date', `${day[1]}-${day[2] ?? '01'}-${day[3] ?? '01'}`)
}
