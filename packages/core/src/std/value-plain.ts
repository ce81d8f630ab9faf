// The border between values and what plugins write in ordinary JavaScript.
import { BatutaError } from './errors.ts'
import { Bytes, DateTime, Decimal, Double, Float, isList, mapEntries, mapFrom } from './value.ts'
import type { Value } from './value.ts'
import { checkDepth, decimalText } from './value-text.ts'

/** Plain JavaScript: doubles are numbers, maps are objects, bytes are `Uint8Array`, date-times their ISO text; wide integers stay `bigint`. */
export function toPlain(value: Value): unknown {
  return plain(value, 0, { left: NODES_MAX })
}

/** Values may share their parts; written out, few of them can become more than memory holds. */
const NODES_MAX = 5_000_000

function plain(value: Value, depth: number, nodes: { left: number }): unknown {
  if (value === null || typeof value !== 'object') return value
  checkDepth(depth)
  if (--nodes.left < 0) throw new BatutaError('value-too-large', `a value has more than ${NODES_MAX} parts`)
  if (isList(value)) return value.map(item => plain(item, depth + 1, nodes))
  if (value instanceof Double || value instanceof Float) return value.value
  if (value instanceof Decimal) return Number(decimalText(value))
  if (value instanceof Bytes) return value.bytes
  if (value instanceof DateTime) return value.text
  const object: Record<string, unknown> = {}
  for (const [key, item] of mapEntries(value)) {
    Object.defineProperty(object, key, {
      value: plain(item, depth + 1, nodes),
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }
  return object
}

/** The value of whatever a plugin returned. Entries that are undefined are left out, elsewhere undefined is null. */
export function fromPlain(js: unknown): Value {
  return fromUnknown(js, 0)
}

function fromUnknown(js: unknown, depth: number): Value {
  switch (typeof js) {
    case 'undefined':
      return null
    case 'boolean':
    case 'string':
      return js
    case 'number':
      return fromNumber(js)
    case 'bigint':
      return Number.isSafeInteger(Number(js)) ? Number(js) : js
    case 'object':
      return js === null ? null : fromObject(js, depth)
    case 'function':
    case 'symbol':
      throw new BatutaError('value-unsupported', `a ${typeof js} is not a value that flows can use`)
  }
}

function fromNumber(js: number): Value {
  if (Object.is(js, -0)) return 0
  return Number.isInteger(js) && !Number.isSafeInteger(js) ? new Double(js) : js
}

function fromObject(js: object, depth: number): Value {
  checkDepth(depth)
  if (js instanceof Double || js instanceof Float || js instanceof Decimal || js instanceof Bytes) return js
  if (js instanceof DateTime) return js
  if (js instanceof Uint8Array) return new Bytes(js)
  if (js instanceof Date) return Number.isNaN(js.getTime()) ? null : js.toISOString()
  if (Array.isArray(js) || js instanceof Set) return Array.from(js, item => fromUnknown(item, depth + 1))
  const entries: [string, Value][] = []
  for (const [key, item] of js instanceof Map ? js : Object.entries(js)) {
    if (item !== undefined) entries.push([String(key), fromUnknown(item, depth + 1)])
  }
  return mapFrom(entries)
}
