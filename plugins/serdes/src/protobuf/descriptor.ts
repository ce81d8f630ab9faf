// The types that a descriptor set defines; itself a message, as `protoc --descriptor_set_out` writes it.
import { TaskError } from '@batuta/plugin-sdk'
import { wireFields } from './wire.ts'
import type { WireField } from './wire.ts'

export interface MessageType {
  readonly name: string
  readonly fields: ReadonlyMap<number, FieldType>
  readonly isMapEntry: boolean
}

export interface FieldType {
  readonly name: string
  readonly number: number
  /** As numbered by `FieldDescriptorProto.Type`. */
  readonly type: number
  readonly isRepeated: boolean
  /** Of messages and enums, with a dot before. */
  readonly typeName: string
  /** It is there or not, and has no default that would stand for it. */
  readonly hasPresence: boolean
}

export interface Descriptors {
  readonly messages: ReadonlyMap<string, MessageType>
  readonly enums: ReadonlyMap<string, ReadonlyMap<number, string>>
}

export function readDescriptors(bytes: Buffer): Descriptors {
  const messages = new Map<string, MessageType>()
  const enums = new Map<string, ReadonlyMap<number, string>>()
  try {
    for (const file of all(bytes, 1)) readFile(file, messages, enums)
  } catch (cause) {
    throw new TaskError(
      '`descriptorFile` is no descriptor set: make it with `protoc --include_imports --descriptor_set_out`',
      { cause },
    )
  }
  return { messages, enums }
}

function readFile(
  file: Buffer,
  messages: Map<string, MessageType>,
  enums: Map<string, ReadonlyMap<number, string>>,
): void {
  const scope = `.${textOf(file, 2)}`
  const isThree = textOf(file, 12) === 'proto3'
  const readMessage = (message: Buffer, outer: string): void => {
    const name = join(outer, textOf(message, 1))
    const options = all(message, 7)[0]
    const fields = all(message, 2).map(field => fieldOf(field, isThree))
    messages.set(name, {
      name,
      fields: new Map(fields.map(field => [field.number, field] as const)),
      isMapEntry: options !== undefined && numberOf(options, 7) === 1,
    })
    for (const inner of all(message, 3)) readMessage(inner, name)
    for (const inner of all(message, 4)) readEnum(inner, name)
  }
  const readEnum = (type: Buffer, outer: string): void => {
    const values = all(type, 2).map(value => [numberOf(value, 2), textOf(value, 1)] as const)
    enums.set(join(outer, textOf(type, 1)), new Map(values.toReversed()))
  }
  for (const message of all(file, 4)) readMessage(message, scope)
  for (const type of all(file, 5)) readEnum(type, scope)
}

const REPEATED = 3
const MESSAGE = 11

function fieldOf(field: Buffer, isThree: boolean): FieldType {
  const type = numberOf(field, 5)
  const isInOneof = [...wireFields(field)].some(({ number }) => number === 9)
  return {
    name: textOf(field, 1),
    number: numberOf(field, 3),
    type,
    isRepeated: numberOf(field, 4) === REPEATED,
    typeName: textOf(field, 6),
    hasPresence: !isThree || isInOneof || type === MESSAGE,
  }
}

function join(scope: string, name: string): string {
  return scope === '.' ? `.${name}` : `${scope}.${name}`
}

function all(message: Buffer, number: number): readonly Buffer[] {
  return [...wireFields(message)].flatMap(field => (field.number === number && field.wire === 2 ? [field.bytes] : []))
}

function last(message: Buffer, number: number): WireField | undefined {
  return [...wireFields(message)].findLast(field => field.number === number)
}

function textOf(message: Buffer, number: number): string {
  const field = last(message, number)
  return field?.wire === 2 ? field.bytes.toString('utf8') : ''
}

function numberOf(message: Buffer, number: number): number {
  const field = last(message, number)
  return field?.wire === 0 ? Number(BigInt.asIntN(32, field.value)) : 0
}
