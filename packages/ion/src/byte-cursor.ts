// The number formats of binary Ion.
import { IonError } from './ion-error.ts'

const SAFE_BYTES = 6
/** More than any length or symbol id of a file can need. */
const VAR_BYTES_MAX = 7

export class ByteCursor {
  readonly bytes: Buffer
  at: number

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  byte(): number {
    const byte = this.bytes[this.at]
    if (byte === undefined) throw new IonError('not Ion: the file ends inside a value')
    this.at++
    return byte
  }

  take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new IonError('not Ion: a value is longer than what holds it')
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  /** Seven bits a byte, the last one marked. */
  varUInt(): number {
    let value = 0
    for (let count = 0; count < VAR_BYTES_MAX; count++) {
      const byte = this.byte()
      value = value * 128 + (byte & 0x7f)
      if (byte >= 0x80) return value
    }
    throw new IonError('not Ion: a length has too many bytes')
  }

  /** As `varUInt`, with a sign in the first byte; −0 stays −0. */
  varInt(): number {
    const first = this.byte()
    const sign = (first & 0x40) === 0 ? 1 : -1
    let value = first & 0x3f
    if (first >= 0x80) return sign * value
    for (let count = 1; count < VAR_BYTES_MAX; count++) {
      const byte = this.byte()
      value = value * 128 + (byte & 0x7f)
      if (byte >= 0x80) return sign * value
    }
    throw new IonError('not Ion: a number has too many bytes')
  }

  /** A magnitude of so many bytes. */
  uInt(length: number): number | bigint {
    if (length === 0) return 0
    const bytes = this.take(length)
    return length <= SAFE_BYTES ? bytes.readUIntBE(0, length) : BigInt(`0x${bytes.toString('hex')}`)
  }

  /** Sign and magnitude. */
  int(length: number): bigint {
    if (length === 0) return 0n
    const bytes = Buffer.from(this.take(length))
    const first = bytes[0] ?? 0
    bytes[0] = first & 0x7f
    const size = BigInt(`0x${bytes.toString('hex')}`)
    return first >= 0x80 ? -size : size
  }
}
