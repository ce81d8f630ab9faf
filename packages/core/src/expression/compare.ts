import {
  Bytes,
  DateTime,
  Decimal,
  Double,
  Float,
  isList,
  isMap,
  isNumber,
  mapEntries,
  mapGet,
  mapHas,
  mapSize,
} from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { decimalText, plainText } from '../std/value-text.ts'
import { compareInstants, dateTimeToInstant, parseIsoInstant } from './date/instant.ts'
import type { Instant } from './date/instant.ts'
import { UTC } from './date/zone.ts'
import { fail } from './fault.ts'
import type { Fuel } from './fuel.ts'
import { typeName } from './type-name.ts'
import type { Dialect } from './syntax.ts'

export type Ordering = '>' | '<' | '>=' | '<='

/** `==`: numbers as doubles, dates as moments, everything else by structure and without coercion. */
export function equals(left: Value, right: Value, fuel: Fuel): boolean {
  if (isNumber(left) && isNumber(right)) return asDouble(left) === asDouble(right)
  if (left instanceof DateTime || right instanceof DateTime) {
    const order = compareMoments(left, right)
    if (order !== undefined) return order === 0
  }
  return equalsDeep(left, right, fuel)
}

function asDouble(value: number | bigint | Double | Float | Decimal): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  return value instanceof Decimal ? Number(decimalText(value)) : value.value
}

/** Equality inside lists and maps: an integer never equals a double there. */
export function equalsDeep(left: Value, right: Value, fuel: Fuel): boolean {
  if (left === right) return true
  if (left === null || right === null || typeof left !== 'object' || typeof right !== 'object') {
    return Number.isNaN(left) && Number.isNaN(right)
  }
  fuel.spend(1)
  if (isList(left)) return isList(right) && equalsList(left, right, fuel)
  if (left instanceof Double) return right instanceof Double && left.value === right.value
  if (left instanceof Float) return right instanceof Float && left.value === right.value
  if (left instanceof Decimal) {
    return right instanceof Decimal && left.unscaled === right.unscaled && left.scale === right.scale
  }
  if (left instanceof Bytes) return right instanceof Bytes && plainText(left) === plainText(right)
  if (left instanceof DateTime) return right instanceof DateTime && left.text === right.text
  return isMap(right) && equalsMap(left, right, fuel)
}

function equalsList(left: readonly Value[], right: readonly Value[], fuel: Fuel): boolean {
  return left.length === right.length && left.every((item, index) => equalsDeep(item, right[index] ?? null, fuel))
}

function equalsMap(left: ValueMap, right: ValueMap, fuel: Fuel): boolean {
  if (mapSize(left) !== mapSize(right)) return false
  for (const [key, item] of mapEntries(left)) {
    const other = mapGet(right, key)
    if (other === undefined || !equalsDeep(item, other, fuel)) return false
  }
  return true
}

/** `>` and its kin: null on either side is false, numbers compare as doubles, texts by UTF-16 unit (dialect 2), dates as moments. */
export function isOrdered(operator: Ordering, left: Value, right: Value, dialect: Dialect): boolean {
  if (left === null || right === null) return false
  if (isNumber(left) && isNumber(right)) return holds(operator, asDouble(left), asDouble(right))
  if (dialect === 2 && typeof left === 'string' && typeof right === 'string') return holds(operator, left, right)
  const order = compareMoments(left, right)
  if (order !== undefined) return holds(operator, order, 0)
  return fail('TYPE', `\`${operator}\` cannot compare ${typeName(left)} with ${typeName(right)}`)
}

function holds<T extends number | string>(operator: Ordering, left: T, right: T): boolean {
  switch (operator) {
    case '>':
      return left > right
    case '<':
      return left < right
    case '>=':
      return left >= right
    case '<=':
      return left <= right
  }
}

/** The order of two moments of which at least one is a date-time value, the other perhaps its ISO text. */
function compareMoments(left: Value, right: Value): number | undefined {
  if (!(left instanceof DateTime) && !(right instanceof DateTime)) return undefined
  const first = momentOf(left)
  const second = momentOf(right)
  if (first === undefined || second === undefined) return undefined
  return compareInstants(first, second)
}

function momentOf(value: Value): Instant | undefined {
  if (value instanceof DateTime) return dateTimeToInstant(value, UTC)
  return typeof value === 'string' ? parseIsoInstant(value, UTC) : undefined
}

/** `contains`; a list on the right asks for all of its elements. */
export function contains(left: Value, right: Value, fuel: Fuel): boolean {
  if (isList(left)) {
    if (isList(right)) return right.every(item => hasItem(left, item, fuel))
    return hasItem(left, right, fuel)
  }
  if (typeof left === 'string') return left.includes(plainText(right))
  if (isMap(left)) return mapHas(left, plainText(right))
  return fail('TYPE', `\`contains\` works on lists, maps and texts, not on ${typeName(left)}`)
}

/** `isIn`: the mirror of `contains` for lists and maps; never true in a text. */
export function isIn(left: Value, right: Value, fuel: Fuel): boolean {
  return isList(right) || isMap(right) ? contains(right, left, fuel) : false
}

function hasItem(list: readonly Value[], wanted: Value, fuel: Fuel): boolean {
  fuel.spend(list.length >> 4)
  return list.some(item => equalsDeep(item, wanted, fuel))
}

/** The natural order of `sort`: numbers numerically, texts by UTF-16 unit; everything else has none. */
export function compareNatural(left: Value, right: Value): number {
  if (isNumber(left) && isNumber(right)) return Math.sign(asDouble(left) - asDouble(right)) || 0
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  const order = compareMoments(left, right)
  if (order !== undefined) return order
  return fail('TYPE', `There is no order between ${typeName(left)} and ${typeName(right)}`)
}

/** The truth of a value in `if`, `and`, `or`, `not` and `?`. */
export function isTrue(value: Value): boolean {
  if (typeof value === 'boolean') return value
  if (typeof value === 'string') return value !== ''
  if (isNumber(value)) {
    const number = asDouble(value)
    return number !== 0 && !Number.isNaN(number)
  }
  return fail('TYPE', `A condition needs a boolean, a number or a text, not ${typeName(value)}`)
}

/** What `is empty` and `default` call empty: null, blank text, a list or map without elements. */
export function isEmpty(value: Value): boolean {
  if (value === null) return true
  if (typeof value === 'string') return isBlank(value)
  if (isList(value)) return value.length === 0
  return isMap(value) && mapSize(value) === 0
}

const NOT_BLANK = /[^\t-\r\x1c-\x20\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]/

export function isBlank(text: string): boolean {
  return !NOT_BLANK.test(text)
}
