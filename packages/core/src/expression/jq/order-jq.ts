// The order of all values: null, false, true, numbers, strings, arrays, objects.
import { isList, isMap, isNumber, mapGet, mapKeys } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { toNumber } from '../arithmetic.ts'
import type { Fuel } from '../fuel.ts'

export function compareJq(left: Value, right: Value, fuel: Fuel): number {
  fuel.spend(1)
  const byType = rank(left) - rank(right)
  if (byType !== 0) return Math.sign(byType)
  if (isNumber(left) && isNumber(right)) {
    const [first, second] = [toNumber(left), toNumber(right)]
    // NaN sorts below every number.
    return Number.isNaN(first) || first < second ? -1 : first > second ? 1 : 0
  }
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right)
  if (isList(left) && isList(right)) return compareLists(left, right, fuel)
  return isMap(left) && isMap(right) ? compareMaps(left, right, fuel) : 0
}

type MapValue = Parameters<typeof mapGet>[0]

function rank(value: Value): number {
  if (value === null) return 0
  if (typeof value === 'boolean') return value ? 2 : 1
  if (typeof value === 'string') return 4
  if (isList(value)) return 5
  return isNumber(value) ? 3 : 6
}

/** By code point; UTF-16 units would put emoji before some letters. */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at++) {
    const first = left.charCodeAt(at)
    const second = right.charCodeAt(at)
    if (first === second) continue
    const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xe000
    if (isSurrogate(first) !== isSurrogate(second)) return isSurrogate(first) ? 1 : -1
    return first < second ? -1 : 1
  }
  return Math.sign(left.length - right.length)
}

function compareLists(left: readonly Value[], right: readonly Value[], fuel: Fuel): number {
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const order = compareJq(left[at] ?? null, right[at] ?? null, fuel)
    if (order !== 0) return order
  }
  return Math.sign(left.length - right.length)
}

/** First by the sorted keys, then by the values in that order. */
function compareMaps(left: MapValue, right: MapValue, fuel: Fuel): number {
  const keys = sortedKeys(left)
  const byKeys = compareLists(keys, sortedKeys(right), fuel)
  if (byKeys !== 0) return byKeys
  for (const key of keys) {
    const order = compareJq(mapGet(left, key) ?? null, mapGet(right, key) ?? null, fuel)
    if (order !== 0) return order
  }
  return 0
}

export function sortedKeys(map: MapValue): readonly string[] {
  return [...mapKeys(map)].sort(compareText)
}
