// Exact where it can be: integers and decimals stay what they are; once a double is among them, doubles are computed with.
import { Decimal, TaskError, isInteger, isNumber, plainText, toDouble, toInteger } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'

const DIGITS = 34

export function isDouble(value: Value): boolean {
  return isNumber(value) && !isInteger(value) && !(value instanceof Decimal)
}

export function doubleOf(value: Value): number {
  return Number(plainText(value))
}

/** Undefined for what is no number; texts of numbers are. */
export function numberOf(value: Value): Value | undefined {
  if (isNumber(value)) return value
  if (typeof value !== 'string') return undefined
  return decimalOf(value)
}

export function decimalOf(value: Value): Decimal | undefined {
  if (value instanceof Decimal) return value
  if (value === null || typeof value === 'boolean' || typeof value === 'object') {
    if (value === null || !isNumber(value)) return undefined
  }
  const match = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?\s*$/i.exec(plainText(value))
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? []
  if (match === null || whole + fraction === '') return undefined
  const unscaled = BigInt(whole + fraction)
  return new Decimal(sign === '-' ? -unscaled : unscaled, fraction.length - Number(exponent))
}

/** An integer where it is one. */
export function simplest(value: Decimal): Value {
  if (value.scale <= 0) return toInteger(value.unscaled * 10n ** BigInt(-value.scale))
  return value
}

export function calculate(operator: '+' | '-' | '*' | '/' | '%', left: Value, right: Value): Value {
  const [one, other] = [numberOf(left), numberOf(right)]
  if (one === undefined || other === undefined)
    throw new TaskError(`\`${operator}\` needs numbers, not ${shown(left)} and ${shown(right)}`)
  if (isDouble(one) || isDouble(other)) return toDouble(calculateDouble(operator, doubleOf(one), doubleOf(other)))
  const [a, b] = [decimalOf(one) ?? new Decimal(0n, 0), decimalOf(other) ?? new Decimal(0n, 0)]
  const scale = Math.max(a.scale, b.scale)
  const [x, y] = [raised(a, scale), raised(b, scale)]
  switch (operator) {
    case '+':
      return simplest(new Decimal(x + y, scale))
    case '-':
      return simplest(new Decimal(x - y, scale))
    case '*':
      return simplest(new Decimal(a.unscaled * b.unscaled, a.scale + b.scale))
    case '/':
      if (y === 0n) throw new TaskError(`${shown(left)} cannot be divided by zero`)
      return divide(x, y)
    case '%':
      if (y === 0n) throw new TaskError(`${shown(left)} cannot be divided by zero`)
      return simplest(new Decimal(x % y, scale))
  }
}

function calculateDouble(operator: '+' | '-' | '*' | '/' | '%', left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    case '%':
      return left % right
  }
}

function raised({ unscaled, scale }: Decimal, to: number): bigint {
  return unscaled * 10n ** BigInt(to - scale)
}

/** Exact where it ends, else with 34 digits. */
function divide(left: bigint, right: bigint): Value {
  if (left % right === 0n) return toInteger(left / right)
  const scale = DIGITS
  const raw = (left * 10n ** BigInt(scale + 1)) / right
  const rounded = (raw + (raw < 0n ? -5n : 5n)) / 10n
  const digits = String(rounded).replace('-', '').replace(/^0+/, '')
  const trimmed = /0*$/.exec(digits)?.[0].length ?? 0
  const drop = Math.min(trimmed, scale)
  return simplest(new Decimal(rounded / 10n ** BigInt(drop), scale - drop))
}

export function compareNumbers(left: Value, right: Value): number {
  if (isDouble(left) || isDouble(right)) return Math.sign(doubleOf(left) - doubleOf(right))
  const [a, b] = [decimalOf(left), decimalOf(right)]
  if (a === undefined || b === undefined) return Number.NaN
  const scale = Math.max(a.scale, b.scale)
  const [x, y] = [raised(a, scale), raised(b, scale)]
  return x < y ? -1 : x > y ? 1 : 0
}

/** Half away from zero. */
export function rounded(value: Value, digits: number): Value {
  const decimal = decimalOf(value)
  if (decimal === undefined) throw new TaskError(`${shown(value)} is no number`)
  const drop = decimal.scale - digits
  if (drop <= 0) return value
  const by = 10n ** BigInt(drop)
  const half = decimal.unscaled < 0n ? -by / 2n : by / 2n
  const result = simplest(new Decimal((decimal.unscaled + half) / by, digits))
  return isDouble(value) ? toDouble(doubleOf(result)) : result
}

export function shown(value: Value): string {
  const text =
    value === null ? 'null' : typeof value === 'object' && !isNumber(value) ? 'a structure' : `"${plainText(value)}"`
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
