// What the columns of a Parquet file mean. The reader is asked for bare numbers and bytes, as it would round decimals and cut moments;
// their meaning is given here, exactly.
import { Bytes, Decimal, mapFrom, toDouble, toInteger } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import type { SchemaElement } from 'hyparquet'
import { signedNumber } from '../avro/conform.ts'
import { instantOf, localDateOf, localDateTimeOf, localTimeOf } from '../epoch.ts'

export interface ParquetNode {
  readonly element: SchemaElement
  readonly children: readonly ParquetNode[]
}

/** The tree of a schema that is written as a walk through it. */
export function schemaTree(elements: readonly SchemaElement[]): ParquetNode {
  let at = 0
  const read = (): ParquetNode => {
    const element = elements[at++]
    if (element === undefined) throw new Error('the schema ends too early')
    return { element, children: Array.from({ length: element.num_children ?? 0 }, read) }
  }
  return read()
}

const BARE_CONVERTED: ReadonlySet<string> = new Set([
  'DECIMAL',
  'DATE',
  'TIME_MILLIS',
  'TIME_MICROS',
  'TIMESTAMP_MILLIS',
  'TIMESTAMP_MICROS',
  'JSON',
  'BSON',
  'INTERVAL',
])

/** The same schema without the meanings that are given here. */
export function bareSchema(elements: readonly SchemaElement[]): SchemaElement[] {
  return elements.map(element => {
    const { converted_type: converted, logical_type: logical, ...rest } = element
    if (element.num_children !== undefined && element.num_children > 0) return element
    const keepsConverted = converted !== undefined && !BARE_CONVERTED.has(converted)
    const keepsLogical = logical?.type === 'STRING' || logical?.type === 'INTEGER' || logical?.type === 'FLOAT16'
    return {
      ...rest,
      ...(keepsConverted ? { converted_type: converted } : {}),
      ...(keepsLogical ? { logical_type: logical } : {}),
    }
  })
}

export function parquetValue(node: ParquetNode, value: unknown): Value {
  if (value === null || value === undefined) return null
  const { element, children } = node
  if (element.repetition_type === 'REPEATED' && Array.isArray(value))
    return value.map((each: unknown) =>
      parquetValue({ ...node, element: { ...element, repetition_type: 'REQUIRED' } }, each),
    )
  if (children.length === 0) return leafValue(element, value)
  const [first] = children
  if (isList(element) && Array.isArray(value) && first !== undefined) {
    const [inner] = first.children
    const item = inner !== undefined && first.children.length === 1 ? inner : first
    const own = { ...item, element: { ...item.element, repetition_type: 'OPTIONAL' as const } }
    return value.map((each: unknown) => parquetValue(own, each))
  }
  if (isMapType(element) && first?.children[1] !== undefined && typeof value === 'object') {
    const items = first.children[1]
    return mapFrom(Object.entries(value).map(([key, each]) => [key, parquetValue(items, each)] as const))
  }
  const fields = new Map<string, unknown>(typeof value === 'object' ? Object.entries(value) : [])
  return mapFrom(
    children.map(child => [child.element.name, parquetValue(child, fields.get(child.element.name))] as const),
  )
}

function isList({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === 'LIST' || logical?.type === 'LIST'
}

function isMapType({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === 'MAP' || converted === 'MAP_KEY_VALUE' || logical?.type === 'MAP'
}

function leafValue(element: SchemaElement, value: unknown): Value {
  const { converted_type: converted, logical_type: logical } = element
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') {
    const scale = logical?.type === 'DECIMAL' ? logical.scale : (element.scale ?? 0)
    return new Decimal(value instanceof Uint8Array ? signedNumber(value) : wide(value), scale)
  }
  // Twelve bytes, of which the reader has made nanoseconds.
  if (element.type === 'INT96') return instantOf(wide(value))
  if (converted === 'DATE' || logical?.type === 'DATE') return localDateOf(wide(value))
  if (logical?.type === 'TIMESTAMP') {
    const nanos = wide(value) * NANOS[logical.unit]
    return logical.isAdjustedToUTC ? instantOf(nanos) : localDateTimeOf(nanos)
  }
  if (logical?.type === 'TIME') return localTimeOf(wide(value) * NANOS[logical.unit])
  if (converted === 'TIMESTAMP_MILLIS') return instantOf(wide(value) * NANOS.MILLIS)
  if (converted === 'TIMESTAMP_MICROS') return instantOf(wide(value) * NANOS.MICROS)
  if (converted === 'TIME_MILLIS') return localTimeOf(wide(value) * NANOS.MILLIS)
  if (converted === 'TIME_MICROS') return localTimeOf(wide(value) * NANOS.MICROS)
  if (value instanceof Uint8Array) return bytesValue(element, value)
  if (typeof value === 'bigint') return toInteger(value)
  if (typeof value === 'number') return isFraction(element) ? toDouble(value) : value
  return typeof value === 'string' || typeof value === 'boolean' ? value : null
}

const NANOS = { MILLIS: 1_000_000n, MICROS: 1_000n, NANOS: 1n } as const

function wide(value: unknown): bigint {
  return typeof value === 'bigint' ? value : BigInt(Number(value))
}

function isFraction({ type, logical_type: logical }: SchemaElement): boolean {
  return type === 'FLOAT' || type === 'DOUBLE' || logical?.type === 'FLOAT16'
}

function bytesValue({ converted_type: converted, logical_type: logical }: SchemaElement, bytes: Uint8Array): Value {
  const buffer = Buffer.from(bytes)
  if (converted === 'JSON' || converted === 'ENUM' || logical?.type === 'JSON' || logical?.type === 'ENUM')
    return buffer.toString('utf8')
  if (logical?.type === 'UUID')
    return buffer.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return new Bytes(buffer)
}
