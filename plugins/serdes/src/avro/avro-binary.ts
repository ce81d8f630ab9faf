// Values in Avro's binary form, both ways.
import { Bytes, Decimal, TaskError, mapFrom, toDouble, toInteger } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { instantOf, localDateOf, localDateTimeOf, localTimeOf } from '../epoch.ts'
import type { AvroPrimitive, AvroType } from './avro-schema.ts'
import type { ByteWriter } from './byte-writer.ts'
import { signedNumber } from './conform.ts'
import { Branch } from './physical.ts'
import type { Physical } from './physical.ts'

const DEPTH_MAX = 200
const ITEMS_MAX = 10_000_000

export function writeAvro(writer: ByteWriter, schema: AvroType, value: Physical): void {
  switch (schema.type) {
    case 'union': {
      if (!(value instanceof Branch)) throw new Error('a union without its branch')
      const branch = schema.branches[value.at]
      writer.zigzag(value.at)
      if (branch !== undefined) writeAvro(writer, branch, value.value)
      return
    }
    case 'record':
      if (Array.isArray(value))
        for (const [at, field] of schema.fields.entries()) writeAvro(writer, field.schema, value[at])
      return
    case 'array': {
      const items: readonly Physical[] = Array.isArray(value) ? value : []
      if (items.length > 0) writer.zigzag(items.length)
      for (const item of items) writeAvro(writer, schema.items, item)
      return writer.byte(0)
    }
    case 'map': {
      const entries: ReadonlyMap<string, Physical> = value instanceof Map ? value : new Map()
      if (entries.size > 0) writer.zigzag(entries.size)
      for (const [key, item] of entries) {
        writer.zigzag(Buffer.byteLength(key))
        writer.text(key)
        writeAvro(writer, schema.values, item)
      }
      return writer.byte(0)
    }
    case 'fixed':
      if (value instanceof Uint8Array) writer.bytes(value)
      return
    default:
      writeScalar(writer, schema.type, value)
  }
}

function writeScalar(writer: ByteWriter, type: AvroPrimitive['type'] | 'enum', value: Physical): void {
  if (typeof value === 'boolean') writer.byte(value ? 1 : 0)
  else if (typeof value === 'string') {
    writer.zigzag(Buffer.byteLength(value))
    writer.text(value)
  } else if (value instanceof Uint8Array) {
    writer.zigzag(value.length)
    writer.bytes(value)
  } else if (typeof value === 'bigint') writer.zigzag(value)
  else if (typeof value === 'number') {
    if (type === 'float') writer.float(value)
    else if (type === 'double') writer.double(value)
    else writer.zigzag(value)
  }
}

/** Reads values out of one block of a file. */
export class AvroReader {
  readonly #bytes: Buffer
  #at = 0
  #depth = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isOver(): boolean {
    return this.#at >= this.#bytes.length
  }

  read(schema: AvroType): Value {
    switch (schema.type) {
      case 'union': {
        const branch = schema.branches[Number(this.#long())]
        if (branch === undefined) throw new TaskError('a union names a branch that the schema does not have')
        return this.read(branch)
      }
      case 'record':
        return this.#deeper(() =>
          mapFrom(schema.fields.map(({ name, schema: type }) => [name, this.read(type)] as const)),
        )
      case 'array':
        return this.#deeper(() => this.#blocks(() => this.read(schema.items)))
      case 'map':
        return this.#deeper(() => mapFrom(this.#blocks(() => [this.#text(), this.read(schema.values)] as const)))
      case 'enum':
        return schema.symbols[Number(this.#long())] ?? null
      case 'fixed': {
        const bytes = this.#take(schema.size)
        return schema.logical === 'decimal'
          ? new Decimal(signedNumber(bytes), schema.scale ?? 0)
          : new Bytes(Buffer.from(bytes))
      }
      default:
        return this.#primitive(schema)
    }
  }

  #primitive(schema: AvroPrimitive): Value {
    switch (schema.type) {
      case 'null':
        return null
      case 'boolean':
        return this.#take(1)[0] === 1
      case 'int':
      case 'long':
        return momentOf(schema, this.#long())
      case 'float':
        return toDouble(this.#take(4).readFloatLE(0))
      case 'double':
        return toDouble(this.#take(8).readDoubleLE(0))
      case 'bytes': {
        const bytes = this.#take(this.#size())
        return schema.logical === 'decimal'
          ? new Decimal(signedNumber(bytes), schema.scale ?? 0)
          : new Bytes(Buffer.from(bytes))
      }
      case 'string':
        return this.#text()
    }
  }

  /** Lists and maps come in blocks; a negative count is followed by the size of its block. */
  #blocks<T>(read: () => T): T[] {
    const items: T[] = []
    for (;;) {
      let count = Number(this.#long())
      if (count === 0) return items
      if (count < 0) {
        count = -count
        this.#long()
      }
      if (items.length + count > ITEMS_MAX) throw new TaskError(`a list or map has more than ${ITEMS_MAX} items`)
      for (let at = 0; at < count; at++) items.push(read())
    }
  }

  #deeper<T>(read: () => T): T {
    if (++this.#depth > DEPTH_MAX) throw new TaskError(`a value is nested deeper than ${DEPTH_MAX} levels`)
    const value = read()
    this.#depth--
    return value
  }

  #text(): string {
    return this.#take(this.#size()).toString('utf8')
  }

  #size(): number {
    const size = Number(this.#long())
    if (size < 0) throw new TaskError('a value has a negative size')
    return size
  }

  #take(size: number): Buffer {
    const from = this.#at
    this.#at += size
    if (this.#at > this.#bytes.length) throw new TaskError('a block of the file ends in the middle of a value')
    return this.#bytes.subarray(from, this.#at)
  }

  #long(): bigint {
    let low = 0
    let byte = this.#take(1)[0] ?? 0
    for (let shift = 0; shift < 28; shift += 7) {
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) return BigInt((low >>> 1) ^ -(low & 1))
      byte = this.#take(1)[0] ?? 0
    }
    let value = BigInt(low)
    for (let shift = 28n; shift < 70n; shift += 7n) {
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return (value & 1n) === 1n ? -(value >> 1n) - 1n : value >> 1n
      byte = this.#take(1)[0] ?? 0
    }
    throw new TaskError('a number has more than 64 bits')
  }
}

/** A whole number, or the moment that it counts. */
export function momentOf({ logical }: Pick<AvroPrimitive, 'logical'>, value: bigint): Value {
  if (logical === undefined) return toInteger(value)
  switch (logical) {
    case 'date':
      return localDateOf(value)
    case 'time-millis':
      return localTimeOf(value * 1_000_000n)
    case 'time-micros':
      return localTimeOf(value * 1_000n)
    case 'timestamp-millis':
      return instantOf(value * 1_000_000n)
    case 'timestamp-micros':
      return instantOf(value * 1_000n)
    case 'timestamp-nanos':
      return instantOf(value)
    case 'local-timestamp-millis':
      return localDateTimeOf(value * 1_000_000n)
    case 'local-timestamp-micros':
      return localDateTimeOf(value * 1_000n)
    case 'local-timestamp-nanos':
      return localDateTimeOf(value)
    case 'uuid':
    case 'decimal':
      return toInteger(value)
  }
}
