// LZ4: blocks of literals and copies, bare or in frames.
import { TaskError } from '@batuta/plugin-sdk'
import type { ByteStream } from '@batuta/plugin-sdk'

const MAGIC = 0x184d2204
const BLOCK = 4 * 1024 * 1024
const WINDOW = 65_535
const BARE_BYTES_MAX = 256 * 1024 * 1024

function broken(): TaskError {
  return new TaskError('the LZ4 data is broken')
}

/** `history` is what earlier blocks of the frame gave: copies may reach into it. */
export function lz4Decompress(input: Buffer, most: number, history: Buffer = Buffer.alloc(0)): Buffer {
  let output = Buffer.allocUnsafe(history.length + Math.min(most, Math.max(input.length * 4, 65_536)))
  let length = history.copy(output)
  let at = 0
  const reserve = (count: number): void => {
    if (length + count - history.length > most) throw new TaskError(`a block of LZ4 would be larger than ${most} bytes`)
    if (length + count > output.length) output = Buffer.concat([output], Math.max(output.length * 2, length + count))
  }
  const lengthOf = (nibble: number): number => {
    let count = nibble
    if (nibble < 15) return count
    for (;;) {
      const byte = input[at++]
      if (byte === undefined) throw broken()
      count += byte
      if (byte < 255) return count
    }
  }
  while (at < input.length) {
    const token = input[at++] ?? 0
    const literals = lengthOf(token >> 4)
    if (at + literals > input.length) throw broken()
    reserve(literals)
    length += input.copy(output, length, at, at + literals)
    at += literals
    if (at >= input.length) break
    const offset = (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8)
    at += 2
    const count = lengthOf(token & 15) + 4
    if (offset === 0 || offset > length) throw broken()
    reserve(count)
    for (let each = 0; each < count; each++, length++) output[length] = output[length - offset] ?? 0
  }
  return output.subarray(history.length, length)
}

const HASH_BITS = 16
/** A block ends with five literals, and no copy begins in its last twelve bytes. */
const TAIL = 12

export function lz4Compress(source: Buffer): Buffer {
  const output = Buffer.allocUnsafe(source.length + Math.ceil(source.length / 255) + 16)
  const seen = new Int32Array(1 << HASH_BITS).fill(-1)
  let length = 0
  let done = 0
  const writeLength = (count: number): void => {
    for (let rest = count; ; rest -= 255) {
      output[length++] = Math.min(rest, 255)
      if (rest < 255) return
    }
  }
  const write = (from: number, match: number, offset: number): void => {
    const literals = from - done
    output[length++] = (Math.min(literals, 15) << 4) | (match === 0 ? 0 : Math.min(match - 4, 15))
    if (literals >= 15) writeLength(literals - 15)
    length += source.copy(output, length, done, from)
    if (match === 0) return
    length = output.writeUInt16LE(offset, length)
    if (match - 4 >= 15) writeLength(match - 19)
  }
  for (let at = 0; at + TAIL < source.length;) {
    const word = source.readInt32LE(at)
    const slot = Math.imul(word, -1640531535) >>> (32 - HASH_BITS)
    const before = seen[slot] ?? -1
    seen[slot] = at
    if (before < 0 || at - before > WINDOW || source.readInt32LE(before) !== word) {
      at++
      continue
    }
    let end = at + 4
    while (end < source.length - 5 && source[end] === source[before + end - at]) end++
    write(at, end - at, at - before)
    at = end
    done = end
  }
  write(source.length, 0, 0)
  return output.subarray(0, length)
}

export async function* lz4FrameDecode(stream: ByteStream): AsyncGenerator<Uint8Array> {
  for (let frame = 0; frame === 0 || !(await stream.isOver()); frame++) {
    const magic = (await stream.take(4)).readUInt32LE(0)
    if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) {
      await skipBytes(stream, (await stream.take(4)).readUInt32LE(0))
      continue
    }
    if (magic !== MAGIC) throw new TaskError('the file is no LZ4 frame')
    const [flags = 0, descriptor = 0] = await stream.take(2)
    if (flags >> 6 !== 1 || (flags & 1) === 1)
      throw new TaskError('the LZ4 frame is of a version, or has a dictionary, that is not known')
    await stream.skip(((flags & 8) === 0 ? 0 : 8) + 1)
    const most = 2 ** (8 + 2 * ((descriptor >> 4) & 7))
    yield* readBlocks(stream, { most, isLinked: (flags & 0x20) === 0, isChecked: (flags & 0x10) !== 0 })
    if ((flags & 4) !== 0) await stream.skip(4)
  }
}

async function* readBlocks(
  stream: ByteStream,
  { most, isLinked, isChecked }: { most: number; isLinked: boolean; isChecked: boolean },
): AsyncGenerator<Uint8Array> {
  let history: Buffer = Buffer.alloc(0)
  for (;;) {
    const word = (await stream.take(4)).readUInt32LE(0)
    if (word === 0) return
    const size = word & 0x7fffffff
    if (size > most + 16) throw broken()
    const block = await stream.take(size)
    const plain = word >>> 31 === 1 ? Buffer.from(block) : lz4Decompress(block, most, history)
    if (isChecked) await stream.skip(4)
    if (isLinked) history = Buffer.from(Buffer.concat([history, plain]).subarray(-WINDOW - 1))
    yield plain
  }
}

async function skipBytes(stream: ByteStream, count: number): Promise<void> {
  for (let left = count; left > 0;) {
    const some = await stream.some(left)
    if (some === undefined) throw broken()
    left -= some.length
  }
}

export async function* lz4FrameEncode(stream: ByteStream): AsyncGenerator<Uint8Array> {
  // Version 1, blocks that stand alone, of 4 MB.
  const descriptor = Buffer.from([0x60, 0x70])
  const head = Buffer.alloc(7)
  head.writeUInt32LE(MAGIC)
  descriptor.copy(head, 4)
  head[6] = (xxHash32(descriptor) >>> 8) & 0xff
  yield head
  for (let plain = await stream.peek(BLOCK); plain.length > 0; plain = await stream.peek(BLOCK)) {
    const packed = lz4Compress(plain)
    const size = Buffer.alloc(4)
    const isSmaller = packed.length < plain.length
    size.writeUInt32LE(isSmaller ? packed.length : (plain.length | 0x80000000) >>> 0)
    yield size
    yield isSmaller ? Buffer.from(packed) : Buffer.from(plain)
    await stream.skip(plain.length)
  }
  yield Buffer.alloc(4)
}

/** Of fewer than sixteen bytes: all that a frame needs. */
function xxHash32(bytes: Buffer): number {
  let hash = (0x165667b1 + bytes.length) >>> 0
  for (const byte of bytes) {
    hash = (hash + Math.imul(byte, 0x165667b1)) >>> 0
    hash = Math.imul((hash << 11) | (hash >>> 21), 0x9e3779b1) >>> 0
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca77) >>> 0
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae3d) >>> 0
  return (hash ^ (hash >>> 16)) >>> 0
}

/** A bare block says nothing of its size: it is read at once. */
export async function* lz4BlockDecode(stream: ByteStream): AsyncGenerator<Uint8Array> {
  yield lz4Decompress(await wholeOf(stream), BARE_BYTES_MAX * 4)
}

export async function* lz4BlockEncode(stream: ByteStream): AsyncGenerator<Uint8Array> {
  yield lz4Compress(await wholeOf(stream))
}

export async function wholeOf(stream: ByteStream): Promise<Buffer> {
  const whole = await stream.peek(BARE_BYTES_MAX + 1)
  if (whole.length > BARE_BYTES_MAX)
    throw new TaskError(`a file of one block may have ${BARE_BYTES_MAX} bytes; use LZ4_FRAME, SNAPPY_FRAME or ZSTD`)
  return whole
}
