// Operators of jq. Numbers that come out whole are integers again, as long as no function of mathematics made them.
import { isInteger, isList, isMap, isNumber, mapEntries, mapFrom, mapGet, toDouble } from '../../std/value.ts'
import type { Value, ValueMap } from '../../std/value.ts'
import { calculate, toNumber } from '../arithmetic.ts'
import type { Numeric, Operation } from '../arithmetic.ts'
import type { Fuel } from '../fuel.ts'
import { describe, raise } from './jq-error.ts'
import { compareJq } from './order-jq.ts'
import type { JqOperator } from './syntax-jq.ts'

export function operate(operator: JqOperator, left: Value, right: Value, fuel: Fuel): Value {
  switch (operator) {
    case '+':
      return add(left, right, fuel)
    case '-':
      return subtract(left, right, fuel)
    case '*':
      return multiply(left, right, fuel)
    case '/':
      return divide(left, right, fuel)
    case '%':
      return remainder(left, right)
    case '==':
      return compareJq(left, right, fuel) === 0
    case '!=':
      return compareJq(left, right, fuel) !== 0
    case '<':
      return compareJq(left, right, fuel) < 0
    case '<=':
      return compareJq(left, right, fuel) <= 0
    case '>':
      return compareJq(left, right, fuel) > 0
    case '>=':
      return compareJq(left, right, fuel) >= 0
  }
}

/** An integer where the double is one exactly. */
export function narrow(value: number): Value {
  return Number.isSafeInteger(value) ? value + 0 : toDouble(value)
}

function numeric(operation: Operation, left: Numeric, right: Numeric): Value {
  if (isInteger(left) && isInteger(right)) return calculate(operation, left, right)
  const [first, second] = [toNumber(left), toNumber(right)]
  return narrow(operation === '+' ? first + second : operation === '-' ? first - second : first * second)
}

export function add(left: Value, right: Value, fuel: Fuel): Value {
  if (left === null) return right
  if (right === null) return left
  if (isNumber(left) && isNumber(right)) return numeric('+', left, right)
  if (typeof left === 'string' && typeof right === 'string') {
    fuel.checkText(left.length + right.length)
    return left + right
  }
  if (isList(left) && isList(right)) {
    fuel.spend((left.length + right.length) >> 3)
    return [...left, ...right]
  }
  if (isMap(left) && isMap(right)) return mapFrom([...mapEntries(left), ...mapEntries(right)])
  return raise(`${describe(left)} and ${describe(right)} cannot be added`)
}

function subtract(left: Value, right: Value, fuel: Fuel): Value {
  if (isNumber(left) && isNumber(right)) return numeric('-', left, right)
  if (isList(left) && isList(right)) {
    return left.filter(item => !right.some(other => compareJq(item, other, fuel) === 0))
  }
  return raise(`${describe(left)} and ${describe(right)} cannot be subtracted`)
}

function multiply(left: Value, right: Value, fuel: Fuel): Value {
  if (isNumber(left) && isNumber(right)) return numeric('*', left, right)
  if (typeof left === 'string' && isNumber(right)) return repeat(left, toNumber(right), fuel)
  if (isNumber(left) && typeof right === 'string') return repeat(right, toNumber(left), fuel)
  if (isMap(left) && isMap(right)) return mergeDeep(left, right, fuel)
  return raise(`${describe(left)} and ${describe(right)} cannot be multiplied`)
}

function repeat(text: string, count: number, fuel: Fuel): Value {
  if (!(count > 0)) return null
  const times = Math.max(1, Math.trunc(count))
  fuel.checkText(text.length * times)
  return text.repeat(times)
}

function mergeDeep(left: ValueMap, right: ValueMap, fuel: Fuel): ValueMap {
  fuel.spend(1)
  const merged = Array.from(mapEntries(right), ([key, value]) => {
    const other = mapGet(left, key)
    const isBoth = other !== undefined && isMap(other) && isMap(value)
    return [key, isBoth ? mergeDeep(other, value, fuel) : value] as const
  })
  return mapFrom([...mapEntries(left), ...merged])
}

function divide(left: Value, right: Value, fuel: Fuel): Value {
  if (isNumber(left) && isNumber(right)) {
    const divisor = toNumber(right)
    if (divisor === 0) {
      return raise(`${describe(left)} and ${describe(right)} cannot be divided because the divisor is zero`)
    }
    return narrow(toNumber(left) / divisor)
  }
  if (typeof left === 'string' && typeof right === 'string') return splitText(left, right, fuel)
  return raise(`${describe(left)} and ${describe(right)} cannot be divided`)
}

export function splitText(text: string, separator: string, fuel: Fuel): readonly string[] {
  if (text === '') return []
  const parts = text.split(separator)
  fuel.spend(parts.length)
  return parts
}

function remainder(left: Value, right: Value): Value {
  if (!isNumber(left) || !isNumber(right)) {
    return raise(`${describe(left)} and ${describe(right)} cannot be divided (remainder)`)
  }
  const divisor = Math.trunc(toNumber(right))
  if (Number.isNaN(divisor)) return narrow(Math.trunc(toNumber(left)))
  if (divisor === 0) {
    return raise(`${describe(left)} and ${describe(right)} cannot be divided (remainder) because the divisor is zero`)
  }
  if (isInteger(left) && isInteger(right)) return calculate('%', left, right)
  return narrow(Math.trunc(toNumber(left)) % divisor)
}
