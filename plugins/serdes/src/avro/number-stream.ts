import { ByteStream, TaskError } from '@batuta/plugin-sdk'

/** Bytes with numbers of seven bits a byte among them, as Avro and Protobuf write them. */
export class NumberStream extends ByteStream {
  /** The lowest bits first. */
  async varint(): Promise<bigint> {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = (await this.take(1))[0] ?? 0
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw new TaskError(`${this.what} holds a number of more than 64 bits`)
  }

  /** With the sign in the lowest bit. */
  async long(): Promise<bigint> {
    const value = await this.varint()
    return (value & 1n) === 1n ? -(value >> 1n) - 1n : value >> 1n
  }
}
