// A column as an array in PostgreSQL's binary format. As text each element would be quoted here and read byte by byte there, which was a fifth of
// the main thread's time and a sixth of the database's.

export type ElementType = 'text' | 'bigint' | 'integer' | 'smallint' | 'double precision'

export type Element = string | number | null

interface Format {
  /** By which the server knows the type. */
  readonly oid: number
  /** Of one element; texts have one each. */
  readonly bytes: number
}

const FORMATS: Readonly<Record<ElementType, Format>> = {
  text: { oid: 25, bytes: 0 },
  bigint: { oid: 20, bytes: 8 },
  integer: { oid: 23, bytes: 4 },
  smallint: { oid: 21, bytes: 2 },
  'double precision': { oid: 701, bytes: 8 },
}
/** Dimensions, "has nulls", the type of the elements, their number, the index of the first. */
const HEADER_BYTES = 20
const LENGTH_BYTES = 4
const NULL_LENGTH = -1
const TWO_TO_32 = 2 ** 32

/** @throws {RangeError} for a number that the type does not hold. */
export function packArray(type: ElementType, elements: readonly Element[]): Buffer {
  const { oid, bytes } = FORMATS[type]
  const buffer = Buffer.allocUnsafe(sizeOf(elements, bytes))
  let at = 0
  for (const word of [1, elements.includes(null) ? 1 : 0, oid, elements.length, 1]) at = buffer.writeInt32BE(word, at)
  for (const element of elements) {
    if (element === null) at = buffer.writeInt32BE(NULL_LENGTH, at)
    else if (typeof element === 'string') at = writeText(buffer, element, at)
    else at = writeNumber(buffer, element, { type, at: buffer.writeInt32BE(bytes, at) })
  }
  return buffer
}

function sizeOf(elements: readonly Element[], bytes: number): number {
  let size = HEADER_BYTES + elements.length * LENGTH_BYTES
  for (const element of elements) {
    if (element !== null) size += typeof element === 'string' ? Buffer.byteLength(element) : bytes
  }
  return size
}

function writeText(buffer: Buffer, text: string, at: number): number {
  const length = buffer.write(text, at + LENGTH_BYTES)
  return buffer.writeInt32BE(length, at) + length
}

function writeNumber(
  buffer: Buffer,
  value: number,
  { type, at }: { readonly type: ElementType; readonly at: number },
): number {
  if (type === 'double precision') return buffer.writeDoubleBE(value, at)
  if (!Number.isSafeInteger(value) || type === 'text') throw new RangeError(`${value} is no ${type}`)
  if (type === 'integer') return buffer.writeInt32BE(value, at)
  if (type === 'smallint') return buffer.writeInt16BE(value, at)
  const high = Math.floor(value / TWO_TO_32)
  return buffer.writeUInt32BE(value - high * TWO_TO_32, buffer.writeInt32BE(high, at))
}
