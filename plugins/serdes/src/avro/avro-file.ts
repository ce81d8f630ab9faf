// Avro's files: a header with the schema, then blocks of values, each compressed for itself and closed by the mark of the file.
import { randomBytes } from 'node:crypto'
import { zstdDecompressSync, deflateRawSync, inflateRawSync } from 'node:zlib'
import { snappyDecompress, TaskError } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { AvroReader, writeAvro } from './avro-binary.ts'
import { parseAvroSchema } from './avro-schema.ts'
import type { AvroType } from './avro-schema.ts'
import { NumberStream } from './number-stream.ts'
import { ByteWriter } from './byte-writer.ts'
import type { Physical } from './physical.ts'

const MAGIC = Buffer.from([0x4f, 0x62, 0x6a, 1])
const MARK_BYTES = 16
const BLOCK_BYTES = 64 * 1024
const BLOCK_BYTES_MAX = 1 << 30
const META_BYTES_MAX = 16 * 1024 * 1024

/** The values of a file, block by block. */
export async function* readAvroFile(stream: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Value[]> {
  const bytes = new NumberStream(stream, 'the Avro file')
  try {
    if (!(await bytes.take(4).catch(() => MAGIC.subarray(1))).equals(MAGIC))
      throw new TaskError('the file is no Avro file: those begin with "Obj" and a version of 1')
    const meta = await readMeta(bytes)
    const schema = parseAvroSchema(meta.get('avro.schema')?.toString('utf8') ?? '')
    const expand = decompressor(meta.get('avro.codec')?.toString('utf8') ?? 'null')
    const mark = await bytes.take(MARK_BYTES)
    while (!(await bytes.isOver())) {
      const count = Number(await bytes.long())
      const block = expand(await bytes.take(await sizeOf(bytes, BLOCK_BYTES_MAX)))
      if (!(await bytes.take(MARK_BYTES)).equals(mark)) throw new TaskError('a block of the Avro file is broken')
      yield readBlock(block, schema, count)
    }
  } finally {
    await bytes.close()
  }
}

function readBlock(block: Buffer, schema: AvroType, count: number): readonly Value[] {
  const reader = new AvroReader(block)
  const values: Value[] = []
  // A record without fields takes no bytes at all: what is read is bounded by the count, and the count by the block.
  if (count < 0 || count > BLOCK_BYTES_MAX) throw new TaskError('a block of the Avro file is broken')
  for (let at = 0; at < count; at++) values.push(reader.read(schema))
  return values
}

async function readMeta(bytes: NumberStream): Promise<ReadonlyMap<string, Buffer>> {
  const meta = new Map<string, Buffer>()
  for (;;) {
    let count = Number(await bytes.long())
    if (count === 0) return meta
    if (count < 0) {
      count = -count
      await bytes.long()
    }
    for (let at = 0; at < count; at++) {
      const key = (await bytes.take(await sizeOf(bytes, META_BYTES_MAX))).toString('utf8')
      meta.set(key, Buffer.from(await bytes.take(await sizeOf(bytes, META_BYTES_MAX))))
    }
  }
}

async function sizeOf(bytes: NumberStream, most: number): Promise<number> {
  const size = Number(await bytes.long())
  if (size < 0 || size > most) throw new TaskError(`a part of the Avro file says that it is ${size} bytes large`)
  return size
}

function decompressor(codec: string): (block: Buffer) => Buffer {
  switch (codec) {
    case 'null':
      return block => block
    case 'deflate':
      return block => inflateRawSync(block, { maxOutputLength: BLOCK_BYTES_MAX })
    case 'snappy':
      // Four bytes of a checksum follow.
      return block => snappyDecompress(block.subarray(0, -4))
    case 'zstandard':
      return block => zstdDecompressSync(block, { maxOutputLength: BLOCK_BYTES_MAX })
    default:
      throw new TaskError(
        `the Avro file is compressed with "${codec}"; null, deflate, snappy and zstandard can be read`,
      )
  }
}

/** Writes values as they come; `schemaText` is what stands in the header. */
export class AvroFileWriter {
  readonly #schema: AvroType
  readonly #mark = randomBytes(MARK_BYTES)
  readonly #block = new ByteWriter()
  #count = 0

  constructor(schema: AvroType) {
    this.#schema = schema
  }

  header(schemaText: string): Buffer {
    const writer = new ByteWriter()
    const text = (value: string): void => {
      writer.zigzag(Buffer.byteLength(value))
      writer.text(value)
    }
    writer.bytes(MAGIC)
    writer.zigzag(2)
    for (const part of ['avro.schema', schemaText, 'avro.codec', 'deflate']) text(part)
    writer.byte(0)
    writer.bytes(this.#mark)
    return writer.take()
  }

  add(value: Physical): void {
    const before = this.#block.length
    try {
      writeAvro(this.#block, this.#schema, value)
      this.#count++
    } catch (error) {
      this.#block.cutTo(before)
      throw error
    }
  }

  /** A block when enough has come together, or when it is the last one. */
  takeBlock(isLast = false): Buffer | undefined {
    if (this.#count === 0 || (!isLast && this.#block.length < BLOCK_BYTES)) return undefined
    const packed = deflateRawSync(this.#block.take())
    const writer = new ByteWriter()
    writer.zigzag(this.#count)
    writer.zigzag(packed.length)
    writer.bytes(packed)
    writer.bytes(this.#mark)
    this.#count = 0
    return writer.take()
  }
}
