// Whether a value is what an assertion says of it. Texts and numbers compare by what they read as, for a rendered value is often a text.
import { isList, isMap, isNumber, mapGet, mapHas, mapKeys, mapSize } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import { jsonText, plainText, printValue } from '../std/value-text.ts'
import type { Operator } from './test-suite.ts'

export function holds(operator: Operator, actual: Value, expected: Value): boolean {
  switch (operator) {
    case 'equalTo':
      return isSame(actual, expected)
    case 'notEqualTo':
      return !isSame(actual, expected)
    case 'contains':
      return contains(actual, expected)
    case 'startsWith':
      return actual !== null && textOf(actual).startsWith(textOf(expected))
    case 'endsWith':
      return actual !== null && textOf(actual).endsWith(textOf(expected))
    case 'greaterThan':
      return compares(actual, expected, order => order > 0)
    case 'greaterThanOrEqualTo':
      return compares(actual, expected, order => order >= 0)
    case 'lessThan':
      return compares(actual, expected, order => order < 0)
    case 'lessThanOrEqualTo':
      return compares(actual, expected, order => order <= 0)
    case 'in':
      return listOf(expected).some(item => isSame(actual, item))
    case 'notIn':
      return !listOf(expected).some(item => isSame(actual, item))
    // `isNull: false` asks for the opposite.
    case 'isNull':
      return (actual === null) === (expected !== false)
    case 'isNotNull':
      return (actual !== null) === (expected !== false)
  }
}

function isSame(actual: Value, expected: Value): boolean {
  if (actual === null || expected === null) return actual === expected
  if (isList(actual) && isList(expected))
    return actual.length === expected.length && actual.every((item, index) => isSame(item, expected[index] ?? null))
  if (isMap(actual) && isMap(expected)) {
    if (mapSize(actual) !== mapSize(expected)) return false
    return Array.from(mapKeys(expected)).every(
      key => mapHas(actual, key) && isSame(mapGet(actual, key) ?? null, mapGet(expected, key) ?? null),
    )
  }
  const numbers = [numberOf(actual), numberOf(expected)]
  if (numbers[0] !== undefined && numbers[0] === numbers[1] && (isNumber(actual) || isNumber(expected))) return true
  return textOf(actual) === textOf(expected)
}

function contains(actual: Value, expected: Value): boolean {
  if (actual === null) return false
  if (isList(actual)) return actual.some(item => isSame(item, expected))
  if (isMap(actual)) return mapHas(actual, textOf(expected))
  return textOf(actual).includes(textOf(expected))
}

function compares(actual: Value, expected: Value, judge: (order: number) => boolean): boolean {
  if (actual === null || expected === null) return false
  const [a, b] = [numberOf(actual), numberOf(expected)]
  if (a !== undefined && b !== undefined) return judge(a - b)
  const [from, to] = [textOf(actual), textOf(expected)]
  return judge(from < to ? -1 : from > to ? 1 : 0)
}

function listOf(value: Value): readonly Value[] {
  return isList(value) ? value : [value]
}

function numberOf(value: Value): number | undefined {
  if (isNumber(value)) return Number(plainText(value))
  return typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value)) ? Number(value) : undefined
}

function textOf(value: Value): string {
  return typeof value === 'object' && value !== null && (isList(value) || isMap(value))
    ? jsonText(value)
    : printValue(value)
}
