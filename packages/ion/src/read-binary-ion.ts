import type { Value } from '@batuta/core'
import { ByteCursor } from './byte-cursor.ts'
import { IonBinaryReader, readHeader } from './ion-binary-reader.ts'
import { IonError } from './ion-error.ts'
import type { IonOptions } from './ion-text-reader.ts'

const VALUE_BYTES_MAX = 64 * 1024 * 1024
/** Of a value's first bytes, these are enough to learn its length. */
const HEADER_BYTES_MAX = 8

export async function* readBinaryIon(
  stream: AsyncIterable<Uint8Array>,
  options: IonOptions = {},
): AsyncGenerator<readonly Value[]> {
  const reader = new IonBinaryReader(options)
  let held: Uint8Array = new Uint8Array()
  let wanted = 0
  for await (const chunk of stream) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    if (held.length < wanted) continue
    const { values, end, needed } = readWhole(reader, asBuffer(held), false)
    held = held.subarray(end)
    wanted = needed
    if (values.length > 0) yield values
  }
  const { values } = readWhole(reader, asBuffer(held), true)
  if (values.length > 0) yield values
}

interface Portion {
  readonly values: readonly Value[]
  readonly end: number
  /** How many bytes the value that is not whole needs. */
  readonly needed: number
}

function readWhole(reader: IonBinaryReader, bytes: Buffer, isLast: boolean): Portion {
  const cursor = new ByteCursor(bytes)
  const values: Value[] = []
  while (cursor.at < bytes.length) {
    if (!isLast && bytes.length - cursor.at < HEADER_BYTES_MAX) break
    const needed = sizeOfValue(bytes, cursor.at)
    if (needed > VALUE_BYTES_MAX) throw new IonError(`a value is longer than ${VALUE_BYTES_MAX} bytes`)
    if (cursor.at + needed > bytes.length && !isLast) return { values, end: cursor.at, needed }
    const value = reader.readTop(cursor)
    if (value !== undefined) values.push(value)
  }
  return { values, end: cursor.at, needed: 0 }
}

function sizeOfValue(bytes: Buffer, at: number): number {
  const cursor = new ByteCursor(bytes, at)
  const { length } = readHeader(cursor)
  return cursor.at - at + length
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
