// The compact form of Thrift, in which Parquet describes its files.
import type { ByteWriter } from '../avro/byte-writer.ts'

export type Thrift =
  | { readonly type: 'i32' | 'i64'; readonly value: number }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'list'; readonly items: readonly Thrift[] }
  | { readonly type: 'struct'; readonly fields: ThriftFields }

/** By their numbers, in order; what is undefined is not written. */
export type ThriftFields = readonly (readonly [id: number, value: Thrift | undefined])[]

export const i32 = (value: number): Thrift => ({ type: 'i32', value })
export const i64 = (value: number): Thrift => ({ type: 'i64', value })
export const text = (value: string): Thrift => ({ type: 'text', value })
export const boolean = (value: boolean): Thrift => ({ type: 'boolean', value })
export const list = (items: readonly Thrift[]): Thrift => ({ type: 'list', items })
export const struct = (...fields: ThriftFields): Thrift => ({ type: 'struct', fields })

const CODES = { i32: 5, i64: 6, text: 8, list: 9, struct: 12 } as const

export function writeStruct(writer: ByteWriter, fields: ThriftFields): void {
  let before = 0
  for (const [id, value] of fields) {
    if (value === undefined) continue
    const code = value.type === 'boolean' ? (value.value ? 1 : 2) : CODES[value.type]
    writer.byte(((id - before) << 4) | code)
    before = id
    write(writer, value)
  }
  writer.byte(0)
}

function write(writer: ByteWriter, value: Thrift): void {
  switch (value.type) {
    case 'i32':
    case 'i64':
      return writer.zigzag(value.value)
    case 'boolean':
      // Its code has said it.
      return
    case 'text':
      writer.varint(Buffer.byteLength(value.value))
      return writer.text(value.value)
    case 'list': {
      const [first] = value.items
      const code = first === undefined || first.type === 'boolean' ? CODES.i32 : CODES[first.type]
      const { length } = value.items
      writer.byte((Math.min(length, 15) << 4) | code)
      if (length >= 15) writer.varint(length)
      for (const item of value.items) write(writer, item)
      return
    }
    case 'struct':
      return writeStruct(writer, value.fields)
  }
}
