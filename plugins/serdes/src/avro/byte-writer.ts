/** Bytes that grow, with the numbers that Avro and Parquet write. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(64 * 1024)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** A copy of what was written; the writer begins anew. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    return taken
  }

  /** Forgets what was written after that length. */
  cutTo(length: number): void {
    this.#length = length
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }

  text(value: string): void {
    const size = Buffer.byteLength(value)
    this.#reserve(size)
    this.#bytes.write(value, this.#length)
    this.#length += size
  }

  int32(value: number): void {
    this.#reserve(4)
    this.#length = this.#bytes.writeInt32LE(value, this.#length)
  }

  int64(value: bigint): void {
    this.#reserve(8)
    this.#length = this.#bytes.writeBigInt64LE(value, this.#length)
  }

  float(value: number): void {
    this.#reserve(4)
    this.#length = this.#bytes.writeFloatLE(value, this.#length)
  }

  double(value: number): void {
    this.#reserve(8)
    this.#length = this.#bytes.writeDoubleLE(value, this.#length)
  }

  /** Seven bits a byte, the lowest first. */
  varint(value: number | bigint): void {
    if (typeof value === 'number' && value < 0x80_00_00_00) {
      let rest = value
      for (; rest > 0x7f; rest >>>= 7) this.byte((rest & 0x7f) | 0x80)
      return this.byte(rest)
    }
    let wide = BigInt(value)
    for (; wide > 0x7fn; wide >>= 7n) this.byte(Number(wide & 0x7fn) | 0x80)
    this.byte(Number(wide))
  }

  /** Signed numbers with the small ones first: 0, −1, 1, −2 … */
  zigzag(value: number | bigint): void {
    if (typeof value === 'number' && value >= -0x3f_ff_ff_ff && value <= 0x3f_ff_ff_ff)
      return this.varint(value < 0 ? -value * 2 - 1 : value * 2)
    const wide = BigInt(value)
    this.varint(wide < 0n ? -wide * 2n - 1n : wide * 2n)
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + size))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}
