// The containers of LZMA: xz with its blocks and checks, and the bare file of older days.
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { TaskError } from '@batuta/plugin-sdk'
import type { ByteStream } from '@batuta/plugin-sdk'
import { LzmaDecoder, brokenLzma } from './lzma-decoder.ts'

const MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])
const LZMA2 = 0x21
const CHECK_BYTES: Readonly<Record<number, number>> = { 0: 0, 1: 4, 4: 8, 10: 32 }
const PIECE = 256 * 1024

export async function* xzDecode(stream: ByteStream): AsyncGenerator<Uint8Array> {
  for (let member = 0; member === 0 || !(await stream.isOver()); member++) {
    // Streams of a file may be padded with zeros.
    if (member > 0 && (await stream.peek(4)).every(byte => byte === 0)) {
      await stream.skip((await stream.peek(4)).length)
      continue
    }
    const header = await stream.take(12)
    if (!header.subarray(0, 6).equals(MAGIC)) throw new TaskError('the file is no xz file')
    const check = (header[7] ?? 0) & 0x0f
    const checkBytes = CHECK_BYTES[check]
    if (checkBytes === undefined) throw new TaskError(`the xz file is checked in a way that is not known: ${check}`)
    while (((await stream.peek(1))[0] ?? 0) !== 0) yield* readBlock(stream, { check, checkBytes })
    await skipIndex(stream)
    await stream.skip(12)
  }
}

async function* readBlock(
  stream: ByteStream,
  { check, checkBytes }: { readonly check: number; readonly checkBytes: number },
): AsyncGenerator<Uint8Array> {
  const size = (((await stream.peek(1))[0] ?? 0) + 1) * 4
  const header = await stream.take(size)
  if (crc32(header.subarray(0, -4)) !== header.readUInt32LE(size - 4)) throw brokenLzma()
  const decoder = new LzmaDecoder(windowSizeOf(header))
  const hash = newCheck(check)
  let packedBytes = 0
  for await (const { bytes, taken } of lzma2(stream, decoder)) {
    packedBytes += taken
    hash.update(bytes)
    if (bytes.length > 0) yield bytes
  }
  await stream.skip((4 - ((size + packedBytes) % 4)) % 4)
  const wanted = await stream.take(checkBytes)
  if (!hash.matches(wanted)) throw new TaskError('the xz file is broken: its check does not fit')
}

function windowSizeOf(header: Buffer): number {
  const flags = header[1] ?? 0
  let at = 2
  for (const bit of [0x40, 0x80]) if ((flags & bit) !== 0) while (((header[at++] ?? 0) & 0x80) !== 0);
  if ((flags & 3) !== 0 || header[at] !== LZMA2)
    throw new TaskError('the xz file uses a filter beside LZMA2, which is not read; compress it without one')
  const bits = header[at + 2] ?? 0
  return bits >= 40 ? 0xffffffff : (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11)
}

async function* lzma2(
  stream: ByteStream,
  decoder: LzmaDecoder,
): AsyncGenerator<{ readonly bytes: Buffer; readonly taken: number }> {
  for (;;) {
    const control = (await stream.take(1))[0] ?? 0
    if (control === 0) return yield { bytes: Buffer.alloc(0), taken: 1 }
    if (control === 1 || control >= 0xe0) decoder.resetWindow()
    if (control < 0x80) {
      if (control > 2) throw brokenLzma()
      const size = (await stream.take(2)).readUInt16BE(0) + 1
      decoder.copy(await stream.take(size))
      yield { bytes: decoder.take(), taken: 3 + size }
      continue
    }
    const head = await stream.take(control >= 0xc0 ? 5 : 4)
    const plain = ((control & 0x1f) << 16) + head.readUInt16BE(0) + 1
    const packed = head.readUInt16BE(2) + 1
    if (control >= 0xc0) decoder.setProperties(head[4] ?? 255)
    else if (control >= 0xa0) decoder.resetState()
    decoder.begin(await stream.take(packed))
    decoder.decode(plain, true)
    const bytes = decoder.take()
    if (bytes.length !== plain) throw brokenLzma()
    yield { bytes, taken: 1 + head.length + packed }
  }
}

async function skipIndex(stream: ByteStream): Promise<void> {
  let size = 1
  await stream.skip(1)
  const number = async (): Promise<number> => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = (await stream.take(1))[0] ?? 0
      size++
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
      if (shift > 56) throw brokenLzma()
    }
  }
  for (let left = await number(); left > 0; left--) {
    await number()
    await number()
  }
  await stream.skip(((4 - (size % 4)) % 4) + 4)
}

interface Check {
  update(bytes: Uint8Array): void
  matches(wanted: Buffer): boolean
}

function newCheck(check: number): Check {
  if (check === 1) {
    let sum = 0
    return { update: bytes => void (sum = crc32(bytes, sum)), matches: wanted => wanted.readUInt32LE(0) === sum }
  }
  if (check === 4) {
    let sum = 0xffffffffffffffffn
    return {
      update: bytes => void (sum = crc64(bytes, sum)),
      matches: wanted => wanted.readBigUInt64LE(0) === (sum ^ 0xffffffffffffffffn),
    }
  }
  const hash = createHash('sha256')
  return {
    update: bytes => void hash.update(bytes),
    matches: wanted => wanted.length === 0 || hash.digest().equals(wanted),
  }
}

const CRC64 = ((): { readonly high: Uint32Array; readonly low: Uint32Array } => {
  const high = new Uint32Array(256)
  const low = new Uint32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte)
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1n) === 1n ? (crc >> 1n) ^ 0xc96c5795d7870f42n : crc >> 1n
    high[byte] = Number(crc >> 32n)
    low[byte] = Number(crc & 0xffffffffn)
  }
  return { high, low }
})()

/** In two halves: numbers without bound would take ten times as long. */
function crc64(bytes: Uint8Array, before: bigint): bigint {
  let high = Number(before >> 32n)
  let low = Number(before & 0xffffffffn)
  for (const byte of bytes) {
    const at = (low ^ byte) & 0xff
    low = (((low >>> 8) | (high << 24)) ^ (CRC64.low[at] ?? 0)) >>> 0
    high = ((high >>> 8) ^ (CRC64.high[at] ?? 0)) >>> 0
  }
  return (BigInt(high) << 32n) | BigInt(low)
}

/** The bare file: properties, window, size, and data. */
export async function* lzmaDecode(stream: ByteStream): AsyncGenerator<Uint8Array> {
  const head = await stream.take(13)
  const decoder = new LzmaDecoder(head.readUInt32LE(1))
  decoder.setProperties(head[0] ?? 255)
  const size = head.readBigUInt64LE(5)
  let left = size === 0xffffffffffffffffn ? Number.POSITIVE_INFINITY : Number(size)
  decoder.begin(await stream.take(5))
  while (left > 0 && !decoder.isEnded) {
    const input = await stream.peek(PIECE)
    const isLast = input.length < PIECE
    decoder.continueWith(input)
    decoder.decode(left, isLast)
    await stream.skip(input.length - decoder.unusedBytes)
    const bytes = decoder.take()
    if (bytes.length === 0 && !decoder.isEnded) throw brokenLzma()
    left -= bytes.length
    yield bytes
  }
}
