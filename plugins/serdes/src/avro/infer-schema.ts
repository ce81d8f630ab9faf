// The schema that some rows agree on. Every field may be null; numbers widen, and what has nothing in common is a text.
import { Bytes, DateTime, Decimal, TaskError, isInteger, isList, isMap, isNumber, mapEntries } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { rowMap } from './conform.ts'

/** What was seen in one place. */
type Seen =
  | { readonly type: 'nothing' | 'boolean' | 'long' | 'double' | 'bytes' | 'string' }
  | { readonly type: 'decimal'; readonly whole: number; readonly scale: number }
  | { readonly type: 'moment'; readonly logical: string }
  | { readonly type: 'list'; readonly items: Seen }
  | { readonly type: 'record'; readonly fields: ReadonlyMap<string, Seen> }

const NOTHING: Seen = { type: 'nothing' }
const TEXT: Seen = { type: 'string' }

/** As JSON of Avro. */
export function inferAvroSchema(rows: readonly Value[]): string {
  let seen: Seen = NOTHING
  for (const row of rows) {
    const map = rowMap(row)
    if (map === undefined) throw new TaskError('a schema can be inferred from rows that are maps or lists only')
    seen = merge(seen, look(map))
  }
  if (seen.type !== 'record') return JSON.stringify({ type: 'record', name: 'root', fields: [] })
  return JSON.stringify(recordSchema(seen.fields, 'root'), undefined, 2)
}

function look(value: Value): Seen {
  if (value === null) return NOTHING
  if (typeof value === 'boolean') return { type: 'boolean' }
  if (typeof value === 'string') return TEXT
  if (isInteger(value))
    return BigInt(value) === BigInt.asIntN(64, BigInt(value))
      ? { type: 'long' }
      : decimalOf(new Decimal(BigInt(value), 0))
  if (value instanceof Decimal) return decimalOf(value)
  if (isNumber(value)) return { type: 'double' }
  if (value instanceof Bytes) return { type: 'bytes' }
  if (value instanceof DateTime) return { type: 'moment', logical: LOGICAL[value.type] }
  if (isList(value)) return { type: 'list', items: value.map(look).reduce(merge, NOTHING) }
  if (!isMap(value)) return TEXT
  return { type: 'record', fields: new Map(Array.from(mapEntries(value), ([key, item]) => [key, look(item)] as const)) }
}

const LOGICAL = {
  instant: 'timestamp-micros',
  zoned: 'timestamp-micros',
  'local-date-time': 'local-timestamp-micros',
  'local-date': 'date',
  'local-time': 'time-micros',
} as const

function decimalOf({ unscaled, scale }: Decimal): Seen {
  const digits = String(unscaled).replace('-', '').length
  return { type: 'decimal', whole: Math.max(digits - scale, 1), scale: Math.max(scale, 0) }
}

const LONG_DIGITS = 19

function merge(one: Seen, other: Seen): Seen {
  if (one.type === 'nothing') return other
  if (other.type === 'nothing') return one
  if (one.type === 'record' && other.type === 'record')
    return { type: 'record', fields: mergeFields(one.fields, other.fields) }
  if (one.type === 'list' && other.type === 'list') return { type: 'list', items: merge(one.items, other.items) }
  if (one.type === 'moment' && other.type === 'moment') return one.logical === other.logical ? one : TEXT
  if (isNumeric(one) && isNumeric(other)) return mergeNumbers(one, other)
  return one.type === other.type ? one : TEXT
}

function isNumeric(seen: Seen): boolean {
  return seen.type === 'long' || seen.type === 'double' || seen.type === 'decimal'
}

function mergeNumbers(one: Seen, other: Seen): Seen {
  if (one.type === 'double' || other.type === 'double') return { type: 'double' }
  if (one.type === 'long' && other.type === 'long') return one
  const [a, b] = [one, other].map(seen => (seen.type === 'decimal' ? seen : { whole: LONG_DIGITS, scale: 0 }))
  return {
    type: 'decimal',
    whole: Math.max(a?.whole ?? 1, b?.whole ?? 1),
    scale: Math.max(a?.scale ?? 0, b?.scale ?? 0),
  }
}

function mergeFields(one: ReadonlyMap<string, Seen>, other: ReadonlyMap<string, Seen>): ReadonlyMap<string, Seen> {
  const fields = new Map(one)
  for (const [name, seen] of other) fields.set(name, merge(fields.get(name) ?? NOTHING, seen))
  return fields
}

const PRECISION_MIN = 38

function schemaOf(seen: Seen, name: string): unknown {
  switch (seen.type) {
    case 'nothing':
      return 'string'
    case 'decimal':
      return {
        type: 'bytes',
        logicalType: 'decimal',
        precision: Math.max(PRECISION_MIN, seen.whole + seen.scale),
        scale: seen.scale,
      }
    case 'moment':
      return { type: seen.logical === 'date' ? 'int' : 'long', logicalType: seen.logical }
    case 'list':
      return { type: 'array', items: nullable(schemaOf(seen.items, `${name}_items`)) }
    case 'record':
      return recordSchema(seen.fields, name)
    case 'boolean':
    case 'long':
    case 'double':
    case 'bytes':
    case 'string':
      return seen.type
  }
}

function recordSchema(fields: ReadonlyMap<string, Seen>, name: string): unknown {
  return {
    type: 'record',
    name,
    fields: Array.from(fields, ([field, seen]) => {
      const own = nameOf(field)
      const type = nullable(schemaOf(seen, `${name}_${own}`))
      return own === field ? { name: own, type, default: null } : { name: own, aliases: [field], type, default: null }
    }),
  }
}

function nullable(schema: unknown): unknown {
  return ['null', schema]
}

/** Avro has letters, digits and underscores only. */
function nameOf(field: string): string {
  const name = field.replace(/[^A-Za-z0-9_]/g, '_')
  return /^[A-Za-z_]/.test(name) ? name : `_${name}`
}
