// From the JSON of a column to a value, by the type that ClickHouse names: `Nullable(Array(Decimal(9, 2)))`.
import { Float, fromPlain, mapFrom, toDouble } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { readDate, readDecimal, readInteger, readMoment } from '@batuta/sql-kit'
import type { Zone } from '@batuta/sql-kit'

export type ReadJson = (json: unknown) => Value

const DEPTH_MAX = 32

export function clickhouseReader(type: string, zone: Zone, depth = 0): ReadJson {
  const reader = depth > DEPTH_MAX ? readOther : readerOf(type.trim(), zone, depth)
  return json => (json === null || json === undefined ? null : reader(json))
}

function readerOf(type: string, zone: Zone, depth: number): ReadJson {
  const [, name = type, inner = ''] = /^(\w+)\((.*)\)$/s.exec(type) ?? []
  const nested = (text: string): ReadJson => clickhouseReader(text, zone, depth + 1)
  switch (name) {
    case 'Nullable':
    case 'LowCardinality':
      return nested(inner)
    case 'SimpleAggregateFunction':
      return nested(splitTypes(inner).slice(1).join(', '))
    case 'Array':
      return listReader(nested(inner))
    case 'Map':
      return mapReader(nested(splitTypes(inner)[1] ?? 'String'))
    case 'Tuple':
    case 'Nested':
      return tupleReader(splitTypes(inner), nested)
    case 'Date':
    case 'Date32':
      return json => readDate(String(json))
    case 'DateTime':
    case 'DateTime64':
      return json => readMoment(String(json), zone)
    case 'Float32':
      return json => new Float(Number(json))
    case 'Float64':
    case 'BFloat16':
      return json => readNumber(json)
    case 'Bool':
      return json => json === true
    default:
      return readOfName(name)
  }
}

function readOfName(name: string): ReadJson {
  if (name.startsWith('Decimal')) return json => readDecimal(String(json))
  if (/^U?Int\d+$/.test(name)) return json => readInteger(String(json))
  return readOther
}

/** Infinities and NaN come as text. */
function readNumber(json: unknown): Value {
  if (json === 'inf' || json === '+inf') return Infinity
  if (json === '-inf') return -Infinity
  return json === 'nan' ? Number.NaN : toDouble(Number(json))
}

function readOther(json: unknown): Value {
  return fromPlain(json)
}

function listReader(item: ReadJson): ReadJson {
  return json => (Array.isArray(json) ? json.map(item) : readOther(json))
}

function mapReader(item: ReadJson): ReadJson {
  return json => mapFrom(Object.entries(Object(json)).map(([key, value]) => [key, item(value)] as const))
}

/** With names it is a map, without it is a list. */
function tupleReader(parts: readonly string[], nested: (type: string) => ReadJson): ReadJson {
  const fields = parts.map(part => /^(?:`([^`]+)`|([A-Za-z_]\w*)) (.+)$/s.exec(part))
  if (fields.every(field => field !== null)) {
    const readers = new Map(fields.map(field => [field[1] ?? field[2] ?? '', nested(field[3] ?? '')]))
    return json =>
      mapFrom(Object.entries(Object(json)).map(([key, value]) => [key, readers.get(key)?.(value) ?? null] as const))
  }
  const readers = parts.map(nested)
  return json => (Array.isArray(json) ? json.map((value, at) => readers[at]?.(value) ?? null) : readOther(json))
}

/** `A, B(C, D)` → `A`, `B(C, D)`. */
export function splitTypes(text: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const character of text) {
    if (character === '(') depth++
    if (character === ')') depth--
    if (character === ',' && depth === 0) {
      parts.push(part.trim())
      part = ''
    } else part += character
  }
  return part.trim() === '' ? parts : [...parts, part.trim()]
}
