// The fields of a message of Protocol Buffers, as they lie on the wire.
import { TaskError } from '@batuta/plugin-sdk'

export type WireField =
  | { readonly number: number; readonly wire: 0; readonly value: bigint }
  | { readonly number: number; readonly wire: 1 | 2 | 5; readonly bytes: Buffer }

export function* wireFields(bytes: Buffer): Generator<WireField> {
  const cursor = new WireCursor(bytes)
  while (!cursor.isOver) {
    const tag = Number(cursor.varint())
    const number = Math.floor(tag / 8)
    if (number === 0) throw new TaskError('the message is broken: a field has the number 0')
    switch (tag & 7) {
      case 0:
        yield { number, wire: 0, value: cursor.varint() }
        break
      case 1:
        yield { number, wire: 1, bytes: cursor.take(8) }
        break
      case 2:
        yield { number, wire: 2, bytes: cursor.take(Number(cursor.varint())) }
        break
      case 5:
        yield { number, wire: 5, bytes: cursor.take(4) }
        break
      default:
        throw new TaskError(`the message is broken, or uses groups: field ${number} has the wire type ${tag & 7}`)
    }
  }
}

export class WireCursor {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isOver(): boolean {
    return this.#at >= this.#bytes.length
  }

  varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.take(1)[0] ?? 0
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new TaskError('the message is broken: a number has more than 64 bits')
  }

  take(size: number): Buffer {
    const from = this.#at
    if (from + size > this.#bytes.length) throw new TaskError('the message is broken: it ends in the middle of a field')
    this.#at += size
    return this.#bytes.subarray(from, this.#at)
  }
}
