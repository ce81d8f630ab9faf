// A schema of Avro as types that know one another. Rows that become Avro or Parquet are first brought into the form that a schema says;
// both files are then written without a thought about what the author gave.
import { decodeValue, isList, isMap, mapGet, TaskError } from '@batuta/plugin-sdk'
import type { Value, ValueMap } from '@batuta/plugin-sdk'

export type PrimitiveName = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string'
export type LogicalName =
  | 'date'
  | 'time-millis'
  | 'time-micros'
  | 'timestamp-millis'
  | 'timestamp-micros'
  | 'timestamp-nanos'
  | 'local-timestamp-millis'
  | 'local-timestamp-micros'
  | 'local-timestamp-nanos'
  | 'uuid'
  | 'decimal'

export interface AvroPrimitive {
  readonly type: PrimitiveName
  readonly logical?: LogicalName
  readonly precision?: number
  readonly scale?: number
}
export interface AvroFixed {
  readonly type: 'fixed'
  readonly size: number
  readonly logical?: LogicalName
  readonly precision?: number
  readonly scale?: number
}
export interface AvroEnum {
  readonly type: 'enum'
  readonly symbols: readonly string[]
  readonly fallback?: string
}
export interface AvroArray {
  readonly type: 'array'
  readonly items: AvroType
}
export interface AvroMap {
  readonly type: 'map'
  readonly values: AvroType
}
export interface AvroField {
  readonly name: string
  readonly aliases: readonly string[]
  readonly schema: AvroType
  /** What the schema says instead of a missing value. */
  readonly defaultValue?: Value
}
export interface AvroRecord {
  readonly type: 'record'
  readonly name: string
  readonly fields: AvroField[]
}
export interface AvroUnion {
  readonly type: 'union'
  readonly branches: readonly AvroType[]
}
export type AvroType = AvroPrimitive | AvroFixed | AvroEnum | AvroArray | AvroMap | AvroRecord | AvroUnion

const PRIMITIVES: readonly PrimitiveName[] = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']
const LOGICAL: readonly LogicalName[] = [
  'date',
  'time-millis',
  'time-micros',
  'timestamp-millis',
  'timestamp-micros',
  'timestamp-nanos',
  'local-timestamp-millis',
  'local-timestamp-micros',
  'local-timestamp-nanos',
  'uuid',
  'decimal',
]
const DEPTH_MAX = 100

export function parseAvroSchema(text: string): AvroType {
  let value: Value
  try {
    value = decodeValue(text)
  } catch (cause) {
    throw new TaskError('the Avro schema is not JSON', { cause })
  }
  return new SchemaReader().read(value, '', 0)
}

class SchemaReader {
  readonly #named = new Map<string, AvroType>()

  read(value: Value, namespace: string, depth: number): AvroType {
    if (depth > DEPTH_MAX) throw new TaskError(`the Avro schema is nested deeper than ${DEPTH_MAX} levels`)
    if (typeof value === 'string') return this.#find(value, namespace)
    if (isList(value)) return { type: 'union', branches: value.map(each => this.read(each, namespace, depth + 1)) }
    if (!isMap(value)) throw new TaskError(`the Avro schema holds ${String(value)} where a type is expected`)
    const type = mapGet(value, 'type') ?? null
    if (typeof type !== 'string') return this.read(type, namespace, depth + 1)
    switch (type) {
      case 'record':
      case 'error':
        return this.#record(value, namespace, depth)
      case 'enum':
        return this.#enum(value, namespace)
      case 'fixed':
        return this.#fixed(value, namespace)
      case 'array':
        return { type, items: this.read(mapGet(value, 'items') ?? null, namespace, depth + 1) }
      case 'map':
        return { type, values: this.read(mapGet(value, 'values') ?? null, namespace, depth + 1) }
      default:
        return { ...this.#find(type, namespace), ...logicalOf(value) }
    }
  }

  #find(name: string, namespace: string): AvroType {
    const primitive = PRIMITIVES.find(each => each === name)
    if (primitive !== undefined) return { type: primitive }
    const found = this.#named.get(fullName(name, namespace)) ?? this.#named.get(name)
    if (found === undefined) throw new TaskError(`the Avro schema names the type "${name}", which it does not define`)
    return found
  }

  #record(value: ValueMap, outer: string, depth: number): AvroRecord {
    const name = this.#nameOf(value, outer)
    const namespace = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : ''
    const fields: AvroField[] = []
    const record: AvroRecord = { type: 'record', name, fields }
    this.#named.set(name, record)
    const written = mapGet(value, 'fields') ?? null
    if (!isList(written)) throw new TaskError(`the record "${name}" of the Avro schema has no list \`fields\``)
    for (const each of written) {
      if (!isMap(each)) throw new TaskError(`a field of the record "${name}" of the Avro schema is no map`)
      const defaultValue = mapGet(each, 'default')
      fields.push({
        name: textOf(each, 'name'),
        aliases: textsOf(each, 'aliases'),
        schema: this.read(mapGet(each, 'type') ?? null, namespace, depth + 1),
        ...(defaultValue === undefined ? {} : { defaultValue }),
      })
    }
    return record
  }

  #enum(value: ValueMap, namespace: string): AvroEnum {
    const fallback = mapGet(value, 'default')
    const symbols = textsOf(value, 'symbols')
    const type: AvroEnum = {
      type: 'enum',
      symbols,
      ...(typeof fallback === 'string' ? { fallback } : {}),
    }
    this.#named.set(this.#nameOf(value, namespace), type)
    return type
  }

  #fixed(value: ValueMap, namespace: string): AvroFixed {
    const size = Number(mapGet(value, 'size') ?? Number.NaN)
    if (!Number.isSafeInteger(size) || size < 0) throw new TaskError('a fixed type of the Avro schema has no `size`')
    const type: AvroFixed = { type: 'fixed', size, ...logicalOf(value) }
    this.#named.set(this.#nameOf(value, namespace), type)
    return type
  }

  #nameOf(value: ValueMap, outer: string): string {
    const own = mapGet(value, 'namespace')
    return fullName(textOf(value, 'name'), typeof own === 'string' ? own : outer)
  }
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
}

function logicalOf(value: ValueMap): Pick<AvroPrimitive, 'logical' | 'precision' | 'scale'> {
  const logical = LOGICAL.find(name => name === mapGet(value, 'logicalType'))
  if (logical === undefined) return {}
  if (logical !== 'decimal') return { logical }
  return { logical, precision: Number(mapGet(value, 'precision') ?? 38), scale: Number(mapGet(value, 'scale') ?? 0) }
}

function textOf(value: ValueMap, key: string): string {
  const text = mapGet(value, key)
  if (typeof text !== 'string') throw new TaskError(`a type or field of the Avro schema has no \`${key}\``)
  return text
}

function textsOf(value: ValueMap, key: string): readonly string[] {
  const list = mapGet(value, key) ?? null
  return isList(list) ? list.filter(each => typeof each === 'string') : []
}
