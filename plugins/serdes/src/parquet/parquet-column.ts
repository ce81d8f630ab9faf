// One column of a row group: values and levels come in, pages go out. Pages are compressed as soon as they are full, so that a row group
// waits in its compressed form.
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { ByteWriter } from '../avro/byte-writer.ts'
import type { Physical } from '../avro/physical.ts'
import { snappyCompress } from '@batuta/plugin-sdk'
import { boolean, i32, i64, list, struct, text, writeStruct } from './thrift.ts'
import type { Thrift } from './thrift.ts'

export type ParquetCodec = 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP' | 'ZSTD'
export type ParquetVersion = 'V1' | 'V2'
export const PHYSICAL = { BOOLEAN: 0, INT32: 1, INT64: 2, FLOAT: 4, DOUBLE: 5, BYTE_ARRAY: 6, FIXED: 7 } as const
export type PhysicalName = keyof typeof PHYSICAL

export interface ColumnOptions {
  readonly path: readonly string[]
  readonly type: PhysicalName
  readonly defMax: number
  readonly repMax: number
  /** Names of the values of an enum. */
  readonly symbols?: readonly string[]
}

export interface PageOptions {
  readonly codec: ParquetCodec
  readonly version: ParquetVersion
  readonly pageBytes: number
}

const CODECS = { UNCOMPRESSED: 0, SNAPPY: 1, GZIP: 2, ZSTD: 6 } as const
const PLAIN = 0
const RLE = 3
const DATA_PAGE = 0
const DATA_PAGE_V2 = 3

export class ParquetColumn {
  readonly #options: ColumnOptions
  readonly #pages: PageOptions
  readonly #values = new ByteWriter()
  #bits: boolean[] = []
  #reps: number[] = []
  #defs: number[] = []
  #rows = 0
  #nulls = 0
  #done: Buffer[] = []
  #count = 0
  #plainBytes = 0
  #packedBytes = 0

  constructor(options: ColumnOptions, pages: PageOptions) {
    this.#options = options
    this.#pages = pages
  }

  /** What the column holds in memory. */
  get bytes(): number {
    return this.#packedBytes + this.#values.length + this.#defs.length * 2
  }

  get plainBytes(): number {
    return this.#plainBytes
  }

  add(value: Physical, rep: number): void {
    if (this.#options.type === 'BOOLEAN') this.#bits.push(value === true)
    else this.#write(value)
    this.#level(rep, this.#options.defMax)
  }

  addNull(rep: number, def: number): void {
    this.#nulls++
    this.#level(rep, def)
  }

  #level(rep: number, def: number): void {
    if (rep === 0) this.#rows++
    this.#reps.push(rep)
    this.#defs.push(def)
  }

  #write(value: Physical): void {
    const { type, symbols } = this.#options
    if (symbols !== undefined) return this.#writeText(symbols[Number(value)] ?? '')
    if (typeof value === 'string') return this.#writeText(value)
    if (value instanceof Uint8Array) {
      if (type === 'BYTE_ARRAY') this.#values.int32(value.length)
      return this.#values.bytes(value)
    }
    const number = typeof value === 'bigint' ? value : Number(value)
    if (type === 'INT32') this.#values.int32(Number(number))
    else if (type === 'INT64') this.#values.int64(BigInt(number))
    else if (type === 'FLOAT') this.#values.float(Number(number))
    else this.#values.double(Number(number))
  }

  #writeText(value: string): void {
    this.#values.int32(Buffer.byteLength(value))
    this.#values.text(value)
  }

  /** Between rows only. */
  endPageIfFull(): void {
    if (this.#values.length >= this.#pages.pageBytes || this.#defs.length >= LEVELS_MAX) this.#endPage()
  }

  #endPage(): void {
    if (this.#defs.length === 0) return
    const { defMax, repMax, type } = this.#options
    const reps = repMax === 0 ? EMPTY : levels(this.#reps, repMax)
    const defs = defMax === 0 ? EMPTY : levels(this.#defs, defMax)
    const values = type === 'BOOLEAN' ? packBits(this.#bits) : this.#values.take()
    const page = this.#pages.version === 'V2' ? this.#pageTwo(reps, defs, values) : this.#pageOne(reps, defs, values)
    this.#done.push(page)
    this.#packedBytes += page.length
    this.#count += this.#defs.length
    this.#reps = []
    this.#defs = []
    this.#bits = []
    this.#rows = 0
    this.#nulls = 0
  }

  #pageOne(reps: Buffer, defs: Buffer, values: Buffer): Buffer {
    const { defMax, repMax } = this.#options
    const plain = Buffer.concat([
      ...(repMax === 0 ? [] : [sized(reps)]),
      ...(defMax === 0 ? [] : [sized(defs)]),
      values,
    ])
    const packed = this.#pack(plain)
    const header = struct([1, i32(this.#defs.length)], [2, i32(PLAIN)], [3, i32(RLE)], [4, i32(RLE)])
    return this.#page({ type: DATA_PAGE, plainSize: plain.length, header, body: [packed] })
  }

  #pageTwo(reps: Buffer, defs: Buffer, values: Buffer): Buffer {
    const packed = this.#pack(values)
    const header = struct(
      [1, i32(this.#defs.length)],
      [2, i32(this.#nulls)],
      [3, i32(this.#rows)],
      [4, i32(PLAIN)],
      [5, i32(defs.length)],
      [6, i32(reps.length)],
      [7, boolean(this.#pages.codec !== 'UNCOMPRESSED')],
    )
    const plainSize = reps.length + defs.length + values.length
    return this.#page({ type: DATA_PAGE_V2, plainSize, header, body: [reps, defs, packed] })
  }

  #page(page: { type: number; plainSize: number; header: Thrift; body: readonly Buffer[] }): Buffer {
    const size = page.body.reduce((sum, part) => sum + part.length, 0)
    const writer = new ByteWriter()
    writeStruct(writer, [
      [1, i32(page.type)],
      [2, i32(page.plainSize)],
      [3, i32(size)],
      [page.type === DATA_PAGE ? 5 : 8, page.header],
    ])
    this.#plainBytes += writer.length + page.plainSize
    return Buffer.concat([writer.take(), ...page.body])
  }

  #pack(bytes: Buffer): Buffer {
    switch (this.#pages.codec) {
      case 'UNCOMPRESSED':
        return bytes
      case 'SNAPPY':
        return snappyCompress(bytes)
      case 'GZIP':
        return gzipSync(bytes)
      case 'ZSTD':
        return zstdCompressSync(bytes)
    }
  }

  /** The pages of the row group and what is said of them; the column begins anew. */
  take(offset: number): { readonly bytes: Buffer; readonly chunk: Thrift } {
    this.#endPage()
    const bytes = Buffer.concat(this.#done)
    const meta = struct(
      [1, i32(PHYSICAL[this.#options.type])],
      [2, list([i32(PLAIN), i32(RLE)])],
      [3, list(this.#options.path.map(text))],
      [4, i32(CODECS[this.#pages.codec])],
      [5, i64(this.#count)],
      [6, i64(this.#plainBytes)],
      [7, i64(bytes.length)],
      [9, i64(offset)],
    )
    this.#done = []
    this.#count = 0
    this.#plainBytes = 0
    this.#packedBytes = 0
    return { bytes, chunk: struct([2, i64(offset)], [3, meta]) }
  }
}

const EMPTY = Buffer.alloc(0)
const LEVELS_MAX = 1_000_000

function sized(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4)
  size.writeInt32LE(bytes.length)
  return Buffer.concat([size, bytes])
}

/** Runs of one level, and stretches of eight that change. */
function levels(values: readonly number[], most: number): Buffer {
  const width = 32 - Math.clz32(most)
  const writer = new ByteWriter()
  let at = 0
  while (at < values.length) {
    const run = runLength(values, at)
    if (run >= 8 || at + run === values.length) {
      writer.varint(run * 2)
      writer.byte(values[at] ?? 0)
      if (width > 8) writer.byte((values[at] ?? 0) >> 8)
      at += run
      continue
    }
    const from = at
    while (at < values.length && (at - from) / 8 < GROUPS_MAX && !(runLength(values, at) >= 16)) at += 8
    if (at === from) at += 8
    const groups = (at - from) / 8
    writer.varint(groups * 2 + 1)
    packGroups(writer, values, { from, groups, width })
  }
  return writer.take()
}

const GROUPS_MAX = 60

function runLength(values: readonly number[], at: number): number {
  let end = at + 1
  while (end < values.length && values[end] === values[at]) end++
  return end - at
}

function packGroups(
  writer: ByteWriter,
  values: readonly number[],
  { from, groups, width }: { from: number; groups: number; width: number },
): void {
  let held = 0
  let bits = 0
  for (let at = from; at < from + groups * 8; at++) {
    held |= (values[at] ?? 0) << bits
    bits += width
    for (; bits >= 8; bits -= 8, held >>>= 8) writer.byte(held & 0xff)
  }
}

function packBits(bits: readonly boolean[]): Buffer {
  const bytes = Buffer.alloc(Math.ceil(bits.length / 8))
  for (const [at, bit] of bits.entries()) if (bit) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7))
  return bytes
}
