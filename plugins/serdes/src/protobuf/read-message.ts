// A message as a value. 64-bit numbers stay exact; a timestamp is a moment.
import { Bytes, TaskError, mapFrom, toDouble, toInteger } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { instantOf } from '../epoch.ts'
import type { Descriptors, FieldType, MessageType } from './descriptor.ts'
import { WireCursor, wireFields } from './wire.ts'
import type { WireField } from './wire.ts'

const DEPTH_MAX = 100
const TYPE = { DOUBLE: 1, FLOAT: 2, INT64: 3, UINT64: 4, INT32: 5, FIXED64: 6, FIXED32: 7, BOOL: 8, STRING: 9 } as const
const MORE = {
  MESSAGE: 11,
  BYTES: 12,
  UINT32: 13,
  ENUM: 14,
  SFIXED32: 15,
  SFIXED64: 16,
  SINT32: 17,
  SINT64: 18,
} as const

export interface MessageOptions {
  readonly descriptors: Descriptors
  readonly errorOnUnknownFields: boolean
}

export function readMessage(bytes: Buffer, type: MessageType, options: MessageOptions, depth = 0): Value {
  if (depth > DEPTH_MAX) throw new TaskError(`the message is nested deeper than ${DEPTH_MAX} levels`)
  const found = new Map<number, Value[]>()
  for (const field of wireFields(bytes)) {
    const known = type.fields.get(field.number)
    if (known === undefined) {
      if (options.errorOnUnknownFields)
        throw new TaskError(`the message has the field ${field.number}, which "${type.name.slice(1)}" does not define`)
      continue
    }
    const values = found.get(field.number) ?? []
    found.set(field.number, values)
    const read = valuesOf(field, known, message => readNested(message, known, options, depth))
    values.push(...(known.type === MORE.ENUM ? read.map(value => enumName(value, known, options)) : read))
  }
  return mapFrom(Array.from(type.fields.values()).flatMap(field => entryOf(field, found.get(field.number), options)))
}

/** A number that has no name stays one. */
function enumName(value: Value, { typeName }: FieldType, { descriptors }: MessageOptions): Value {
  return descriptors.enums.get(typeName)?.get(Number(value)) ?? value
}

function readNested(bytes: Buffer, { typeName, name }: FieldType, options: MessageOptions, depth: number): Value {
  const type = options.descriptors.messages.get(typeName)
  if (type === undefined)
    throw new TaskError(
      `the type "${typeName.slice(1)}" of "${name}" is not in the descriptor set; make it with --include_imports`,
    )
  if (type.name !== '.google.protobuf.Timestamp') return readMessage(bytes, type, options, depth + 1)
  let nanos = 0n
  for (const field of wireFields(bytes)) {
    if (field.wire !== 0) continue
    nanos += field.number === 1 ? BigInt.asIntN(64, field.value) * 1_000_000_000n : BigInt.asIntN(32, field.value)
  }
  return instantOf(nanos)
}

/** What is not there is its default, unless it could be told from it. */
function entryOf(
  field: FieldType,
  values: readonly Value[] | undefined,
  { descriptors }: MessageOptions,
): readonly (readonly [string, Value])[] {
  if (field.isRepeated) {
    const isMap = descriptors.messages.get(field.typeName)?.isMapEntry === true
    return [[field.name, isMap ? mapFrom((values ?? []).map(keyAndValue)) : (values ?? [])]]
  }
  const value = values?.at(-1)
  if (value !== undefined) return [[field.name, value]]
  return field.hasPresence ? [] : [[field.name, defaultOf(field, descriptors)]]
}

function keyAndValue(entry: Value): readonly [string, Value] {
  const fields = new Map<string, Value>(entry !== null && typeof entry === 'object' ? Object.entries(entry) : [])
  return [String(fields.get('key') ?? ''), fields.get('value') ?? null]
}

function defaultOf({ type, typeName }: FieldType, descriptors: Descriptors): Value {
  if (type === TYPE.BOOL) return false
  if (type === TYPE.STRING) return ''
  if (type === MORE.BYTES) return new Bytes(new Uint8Array())
  if (type === MORE.ENUM) return descriptors.enums.get(typeName)?.get(0) ?? 0
  return type === TYPE.DOUBLE || type === TYPE.FLOAT ? toDouble(0) : 0
}

function valuesOf(field: WireField, known: FieldType, nested: (bytes: Buffer) => Value): readonly Value[] {
  const { type } = known
  if (type === TYPE.STRING || type === MORE.BYTES || type === MORE.MESSAGE) {
    if (field.wire !== 2) throw mismatch(known)
    if (type === MORE.MESSAGE) return [nested(field.bytes)]
    return [type === TYPE.STRING ? field.bytes.toString('utf8') : new Bytes(Buffer.from(field.bytes))]
  }
  if (field.wire === 2) return packed(field.bytes, known)
  return [field.wire === 0 ? varintValue(field.value, known) : fixedValue(field.bytes, known)]
}

const FIXED: ReadonlyMap<number, number> = new Map([
  [TYPE.DOUBLE, 8],
  [TYPE.FLOAT, 4],
  [TYPE.FIXED64, 8],
  [TYPE.FIXED32, 4],
  [MORE.SFIXED32, 4],
  [MORE.SFIXED64, 8],
])

/** Numbers of a list lie one behind the other. */
function packed(bytes: Buffer, known: FieldType): readonly Value[] {
  const cursor = new WireCursor(bytes)
  const values: Value[] = []
  const size = FIXED.get(known.type)
  while (!cursor.isOver)
    values.push(size === undefined ? varintValue(cursor.varint(), known) : fixedValue(cursor.take(size), known))
  return values
}

function varintValue(value: bigint, known: FieldType): Value {
  switch (known.type) {
    case TYPE.INT64:
      return toInteger(BigInt.asIntN(64, value))
    case TYPE.UINT64:
      return toInteger(value)
    case TYPE.INT32:
      return Number(BigInt.asIntN(32, value))
    case TYPE.BOOL:
      return value !== 0n
    case MORE.UINT32:
      return Number(BigInt.asUintN(32, value))
    case MORE.SINT32:
    case MORE.SINT64:
      return toInteger((value & 1n) === 1n ? -(value >> 1n) - 1n : value >> 1n)
    case MORE.ENUM:
      return Number(BigInt.asIntN(32, value))
    default:
      throw mismatch(known)
  }
}

function fixedValue(bytes: Buffer, known: FieldType): Value {
  if (bytes.length !== FIXED.get(known.type)) throw mismatch(known)
  switch (known.type) {
    case TYPE.DOUBLE:
      return toDouble(bytes.readDoubleLE(0))
    case TYPE.FLOAT:
      return toDouble(bytes.readFloatLE(0))
    case TYPE.FIXED64:
      return toInteger(bytes.readBigUInt64LE(0))
    case TYPE.FIXED32:
      return bytes.readUInt32LE(0)
    case MORE.SFIXED32:
      return bytes.readInt32LE(0)
    default:
      return toInteger(bytes.readBigInt64LE(0))
  }
}

function mismatch({ name }: FieldType): TaskError {
  return new TaskError(
    `the field "${name}" has another form than its type says: is \`typeName\` the type of the message?`,
  )
}
