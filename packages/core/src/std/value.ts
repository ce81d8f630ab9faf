// The values that flows compute with: JSON's, with the distinctions that JSON readers in JavaScript lose. An integral `number` is an
// integer, wider integers are `bigint`, a `number` with a fraction is a double, and an integral double is the class `Double`, so that
// 4.0 stays 4.0. Maps keep the order of their source. Values are never changed in place.

export type Value =
  null | boolean | string | number | bigint | Double | Float | Decimal | Bytes | DateTime | readonly Value[] | ValueMap

/**
 * Normally a plain object, of which only own keys count. A `ReadonlyMap` where an object would lose the order of its keys, or where
 * a lazy look-up stands behind it: such a map may be huge and is neither copied nor enumerated unless the author asks for that.
 */
export type ValueMap = { readonly [key: string]: Value } | ReadonlyMap<string, Value>

/** A double whose value happens to be integral (or is −0): made by `toDouble` only. */
export class Double {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

/** A number of 32 bits, as the filter `number` makes it. */
export class Float {
  readonly value: number
  constructor(value: number) {
    this.value = Math.fround(value)
  }
}

/** `unscaled` × 10^−`scale`, exact. */
export class Decimal {
  readonly unscaled: bigint
  readonly scale: number
  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled
    this.scale = scale
  }
}

export class Bytes {
  readonly bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

export type DateTimeType = 'instant' | 'zoned' | 'local-date-time' | 'local-date' | 'local-time'

/** A date-time that behaves as its ISO text except where moments are compared and formatted. */
export class DateTime {
  readonly type: DateTimeType
  readonly text: string
  constructor(type: DateTimeType, text: string) {
    this.type = type
    this.text = text
  }
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

export function isMap(value: Value): value is ValueMap {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null || value instanceof Map) return true
  return !isScalarObject(value)
}

/** True for the values that are an object to JavaScript, yet one indivisible value to flows. */
export function isScalarObject(value: Value): value is Double | Float | Decimal | Bytes | DateTime {
  return (
    value instanceof Double ||
    value instanceof Float ||
    value instanceof Decimal ||
    value instanceof Bytes ||
    value instanceof DateTime
  )
}

export function isInteger(value: Value): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
}

export function isNumber(value: Value): value is number | bigint | Double | Float | Decimal {
  return (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    value instanceof Double ||
    value instanceof Float ||
    value instanceof Decimal
  )
}

/** The value of a double: tagged when it is integral. */
export function toDouble(value: number): number | Double {
  return Number.isInteger(value) ? new Double(value) : value
}

/** The value of an integer: a `number` as long as that is exact. */
export function toInteger(value: bigint): number | bigint {
  const narrow = Number(value)
  return Number.isSafeInteger(narrow) ? narrow : value
}

/** The value under a key, or undefined when the key is absent. Never looks at a prototype. */
export function mapGet(map: ValueMap, key: string): Value | undefined {
  if (isKeyed(map)) return map.get(key)
  return Object.hasOwn(map, key) ? map[key] : undefined
}

export function mapHas(map: ValueMap, key: string): boolean {
  return isKeyed(map) ? map.has(key) : Object.hasOwn(map, key)
}

export function mapSize(map: ValueMap): number {
  return isKeyed(map) ? map.size : Object.keys(map).length
}

export function mapKeys(map: ValueMap): Iterable<string> {
  return isKeyed(map) ? map.keys() : Object.keys(map)
}

export function mapEntries(map: ValueMap): Iterable<readonly [string, Value]> {
  return isKeyed(map) ? map.entries() : Object.entries(map)
}

/** A map in the order of the entries; of equal keys the first gives the place, the last the value. */
export function mapFrom(entries: Iterable<readonly [string, Value]>): ValueMap {
  const plain: Record<string, Value> = {}
  let keyed: Map<string, Value> | undefined
  for (const [key, value] of entries) {
    if (keyed === undefined && needsMap(key)) keyed = new Map(Object.entries(plain))
    if (keyed === undefined) plain[key] = value
    else keyed.set(key, value)
  }
  return keyed ?? plain
}

const INTEGER_LIKE = /^(?:0|[1-9]\d*)$/

/** True for a key that a plain object would move to the front or mistake for its prototype. */
export function needsMap(key: string): boolean {
  const first = key.charCodeAt(0)
  if (first >= 48 && first <= 57) return INTEGER_LIKE.test(key)
  return first === 95 && key === '__proto__'
}

/** Whether one of the values is such; makes no list of them. */
export function someValue(map: ValueMap, test: (value: Value) => boolean): boolean {
  if (isKeyed(map)) {
    for (const value of map.values()) if (test(value)) return true
    return false
  }
  for (const key in map) if (test(map[key] ?? null)) return true
  return false
}

export function isEmptyMap(map: ValueMap): boolean {
  return !someValue(map, () => true)
}

function isKeyed(map: ValueMap): map is ReadonlyMap<string, Value> {
  if (map instanceof Map) return true
  const prototype: unknown = Object.getPrototypeOf(map)
  return prototype !== Object.prototype && prototype !== null
}

const FALSE_TEXTS: ReadonlySet<string> = new Set(['', 'false', '0', '-0'])

/** The truth of a rendered text, as `runIf`, `If.condition` and their like see it: exactly four texts are false. */
export function isTruthyText(text: string): boolean {
  return !FALSE_TEXTS.has(text)
}
