// Numbers widen as in Java: decimal over double over float over integer. Integers have no fixed width, so nothing wraps.
import { Decimal, Double, Float, isList, isNumber, toDouble, toInteger } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import { decimalText, doubleText } from '../std/value-text.ts'
import {
  addDecimals,
  divideDecimals,
  isSameNumber,
  multiplyDecimals,
  parseDecimal,
  remainderDecimals,
} from './decimal.ts'
import { equalsDeep } from './compare.ts'
import { fail } from './fault.ts'
import type { Fuel } from './fuel.ts'
import { typeName } from './type-name.ts'

export type Numeric = number | bigint | Double | Float | Decimal
export type Operation = '+' | '-' | '*' | '/' | '%'

/** Wider integers are refused: a loop of squarings would double their size with every step. */
const INTEGER_BITS_MAX = 4096n
const INTEGER_MAX = 1n << INTEGER_BITS_MAX

export function add(left: Value, right: Value, fuel: Fuel): Value {
  if (typeof left === 'number' && typeof right === 'number') return calculate('+', left, right)
  if (typeof left === 'string' || typeof right === 'string') {
    const text = fuel.textOf(left) + fuel.textOf(right)
    fuel.checkText(text.length)
    return text
  }
  if (isList(left)) {
    fuel.spend(left.length)
    return isList(right) ? [...left, ...right] : [...left, right]
  }
  return calculate('+', requireNumber(left, '+'), requireNumber(right, '+'))
}

export function subtract(left: Value, right: Value, fuel: Fuel): Value {
  if (!isList(left)) return arithmetic('-', left, right)
  if (isList(right)) return left.filter(item => !right.some(other => equalsDeep(item, other, fuel)))
  const index = left.findIndex(item => equalsDeep(item, right, fuel))
  return index < 0 ? left : left.toSpliced(index, 1)
}

export function arithmetic(operation: Operation, left: Value, right: Value): Value {
  return calculate(operation, readNumber(left, operation), readNumber(right, operation))
}

function requireNumber(value: Value, operation: Operation): Numeric {
  if (isNumber(value)) return value
  return fail('TYPE', `\`${operation}\` needs numbers, not ${typeName(value)}`)
}

/** A number, or the number that a text spells. */
function readNumber(value: Value, operation: Operation): Numeric {
  if (typeof value !== 'string') return requireNumber(value, operation)
  if (/^[+-]?\d+$/.test(value)) return toInteger(BigInt(value.replace('+', '')))
  const trimmed = value.trim()
  if (/[.eE]/.test(trimmed) && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?$/.test(trimmed)) {
    return toDouble(Number.parseFloat(trimmed))
  }
  return fail('TYPE', `\`${operation}\` needs numbers, not the text "${value.slice(0, 40)}"`)
}

export function calculate(operation: Operation, left: Numeric, right: Numeric): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    if (Number.isInteger(left) && Number.isInteger(right)) return integers(operation, left, right)
    return toDouble(doubles(operation, left, right))
  }
  if (left instanceof Decimal || right instanceof Decimal) return decimals(operation, toDecimal(left), toDecimal(right))
  if (isDouble(left) || isDouble(right)) return toDouble(doubles(operation, toNumber(left), toNumber(right)))
  if (left instanceof Float || right instanceof Float) {
    return new Float(doubles(operation, toNumber(left), toNumber(right)))
  }
  return wideIntegers(operation, toBig(left), toBig(right))
}

function toBig(value: Numeric): bigint {
  return typeof value === 'bigint' ? value : BigInt(toNumber(value))
}

function isDouble(value: Numeric): boolean {
  return value instanceof Double || (typeof value === 'number' && !Number.isInteger(value))
}

/** The nearest double of any number. */
export function toNumber(value: Numeric): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  return value instanceof Decimal ? Number(decimalText(value)) : value.value
}

function integers(operation: Operation, left: number, right: number): Value {
  if (right === 0 && (operation === '/' || operation === '%'))
    return fail('TYPE', 'An integer cannot be divided by zero')
  const result = operation === '/' ? Math.trunc(left / right) : doubles(operation, left, right)
  if (Number.isSafeInteger(result)) return result + 0
  return wideIntegers(operation, BigInt(left), BigInt(right))
}

function wideIntegers(operation: Operation, left: bigint, right: bigint): Value {
  if (right === 0n && (operation === '/' || operation === '%'))
    return fail('TYPE', 'An integer cannot be divided by zero')
  const result = bigResult(operation, left, right)
  if (result >= INTEGER_MAX || result <= -INTEGER_MAX) {
    return fail('LIMIT', `An integer of more than ${INTEGER_BITS_MAX} bits`)
  }
  return toInteger(result)
}

function bigResult(operation: Operation, left: bigint, right: bigint): bigint {
  switch (operation) {
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

function doubles(operation: Operation, left: number, right: number): number {
  switch (operation) {
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

function decimals(operation: Operation, left: Decimal, right: Decimal): Value {
  switch (operation) {
    case '+':
      return addDecimals(left, right)
    case '-':
      return addDecimals(left, new Decimal(-right.unscaled, right.scale))
    case '*':
      return multiplyDecimals(left, right)
    case '/':
      return divideDecimals(left, right)
    case '%':
      return remainderDecimals(left, right)
  }
}

/** The scale follows the text of the double, as long as the double is exact: 2.50 counts as 2.5 and 3 as 3.0. */
function toDecimal(value: Numeric): Decimal {
  const double = toNumber(value)
  if (!Number.isFinite(double)) return fail('TYPE', 'A decimal cannot be combined with an infinite number')
  const short = parseDecimal(doubleText(double))
  if (!(value instanceof Decimal) || short === undefined) return short ?? fail('TYPE', 'not a decimal')
  return isSameNumber(short, value) ? short : value
}
