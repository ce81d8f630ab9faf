// Snappy, the block form: copies of what was written before, and the bytes between them.
import { TaskError } from './task-error.ts'

const SIZE_MAX = 1 << 30

export function snappyDecompress(input: Uint8Array): Buffer {
  let at = 0
  const next = (): number => {
    const byte = input[at++]
    if (byte === undefined) throw new TaskError('a block of snappy ends too early')
    return byte
  }
  let size = 0
  for (let shift = 0; ; shift += 7) {
    const byte = next()
    size += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) break
    if (shift > 28) throw new TaskError('a block of snappy says no size')
  }
  if (size > SIZE_MAX) throw new TaskError(`a block of snappy would be ${size} bytes large`)
  const output = Buffer.alloc(size)
  let length = 0
  const little = (bytes: number): number => {
    let value = 0
    for (let each = 0; each < bytes; each++) value += next() * 2 ** (8 * each)
    return value
  }
  while (at < input.length) {
    const tag = next()
    if ((tag & 3) === 0) {
      const short = tag >> 2
      const count = (short < 60 ? short : little(short - 59)) + 1
      if (at + count > input.length || length + count > size) throw new TaskError('a block of snappy is broken')
      output.set(input.subarray(at, at + count), length)
      at += count
      length += count
      continue
    }
    const count = (tag & 3) === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
    const offset = (tag & 3) === 1 ? ((tag >> 5) << 8) | next() : little((tag & 3) === 2 ? 2 : 4)
    if (offset === 0 || offset > length || length + count > size) throw new TaskError('a block of snappy is broken')
    for (let each = 0; each < count; each++, length++) output[length] = output[length - offset] ?? 0
  }
  if (length !== size) throw new TaskError('a block of snappy is shorter than it says')
  return output
}

const HASH_BITS = 14
const WINDOW = 1 << 16

export function snappyCompress(input: Uint8Array): Buffer {
  const source = Buffer.from(input.buffer, input.byteOffset, input.byteLength)
  const output = Buffer.alloc(32 + source.length + Math.ceil(source.length / 6))
  let length = 0
  for (let rest = source.length; ; rest = Math.floor(rest / 128)) {
    output[length++] = rest > 127 ? (rest % 128) | 0x80 : rest
    if (rest < 128) break
  }
  const literal = (from: number, to: number): void => {
    const count = to - from - 1
    if (count < 0) return
    if (count < 60) output[length++] = count << 2
    else {
      const bytes = count < 1 << 8 ? 1 : count < 1 << 16 ? 2 : count < 1 << 24 ? 3 : 4
      output[length++] = (59 + bytes) << 2
      length = output.writeUIntLE(count, length, bytes)
    }
    length += source.copy(output, length, from, to)
  }
  const seen = new Int32Array(1 << HASH_BITS).fill(-1)
  let done = 0
  for (let at = 0; at + 4 <= source.length;) {
    const word = source.readInt32LE(at)
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - HASH_BITS)
    const before = seen[slot] ?? -1
    seen[slot] = at
    if (before < 0 || at - before >= WINDOW || source.readInt32LE(before) !== word) {
      at++
      continue
    }
    literal(done, at)
    let end = at + 4
    while (end < source.length && source[end] === source[before + end - at]) end++
    for (let from = at; from < end;) {
      const count = Math.min(64, end - from)
      output[length++] = ((count - 1) << 2) | 2
      length = output.writeUInt16LE(at - before, length)
      from += count
    }
    at = end
    done = end
  }
  literal(done, source.length)
  return output.subarray(0, length)
}
