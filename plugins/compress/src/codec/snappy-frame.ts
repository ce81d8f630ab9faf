// Snappy: bare, which is one block, or as a stream of chunks, each with its checksum.
import { snappyCompress, snappyDecompress, TaskError } from '@batuta/plugin-sdk'
import type { ByteStream } from '@batuta/plugin-sdk'
import { wholeOf } from './lz4.ts'

const IDENTIFIER = Buffer.from('\xff\x06\x00\x00sNaPpY', 'latin1')
const CHUNK = 65_536

export async function* snappyDecode(stream: ByteStream): AsyncGenerator<Uint8Array> {
  yield snappyDecompress(await wholeOf(stream))
}

export async function* snappyEncode(stream: ByteStream): AsyncGenerator<Uint8Array> {
  yield snappyCompress(await wholeOf(stream))
}

export async function* snappyFrameDecode(stream: ByteStream): AsyncGenerator<Uint8Array> {
  if (!(await stream.peek(IDENTIFIER.length)).equals(IDENTIFIER))
    throw new TaskError('the file is no framed snappy file')
  while (!(await stream.isOver())) {
    const head = await stream.take(4)
    const type = head[0] ?? 0
    const body = await stream.take(head.readUIntLE(1, 3))
    if (type > 1) {
      if (type < 0x80) throw new TaskError(`the snappy file has a part of the kind ${type}, which must not be skipped`)
      continue
    }
    const plain = type === 0 ? snappyDecompress(body.subarray(4)) : Buffer.from(body.subarray(4))
    if (plain.length > CHUNK || masked(plain) !== body.readUInt32LE(0))
      throw new TaskError('the snappy file is broken: a checksum does not fit')
    yield plain
  }
}

export async function* snappyFrameEncode(stream: ByteStream): AsyncGenerator<Uint8Array> {
  yield IDENTIFIER
  for (let plain = await stream.peek(CHUNK); plain.length > 0; plain = await stream.peek(CHUNK)) {
    const packed = snappyCompress(plain)
    const isSmaller = packed.length < plain.length
    const head = Buffer.alloc(8)
    head[0] = isSmaller ? 0 : 1
    head.writeUIntLE((isSmaller ? packed.length : plain.length) + 4, 1, 3)
    head.writeUInt32LE(masked(plain), 4)
    yield head
    yield Buffer.from(isSmaller ? packed : plain)
    await stream.skip(plain.length)
  }
}

const CRC32C = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc >>> 0
})

function masked(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC32C[(crc ^ byte) & 0xff] ?? 0)
  const sum = ~crc >>> 0
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0
}
