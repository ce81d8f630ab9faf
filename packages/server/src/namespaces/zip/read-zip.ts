// The files of a ZIP archive that is whole in memory. What an archive says of itself is not believed: names, sizes and places are checked before the first
// file is unpacked, and what unpacks to more than it may, or than it says, is refused before it is held.
import { Readable, Transform, pipeline } from 'node:stream'
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib'
import { BatutaError } from '@batuta/core'

export interface ZipEntry {
  readonly path: string
  readonly content: Buffer
}

/** A file that is not unpacked yet. */
export interface ZipFile {
  readonly path: string
  readonly sizeBytes: number
  /** Ends with `file-refused` when the bytes are not what the archive says of them. */
  open(): Readable
}

const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
const END = 0x06054b50
const END_BYTES = 22
const COMMENT_MAX = 0xffff
const STORED = 0
const DEFLATED = 8

/** What an archive may hold. */
export interface ZipLimits {
  readonly entriesMax: number
  readonly unpackedMax: number
}

const LIMITS: ZipLimits = { entriesMax: 10_000, unpackedMax: 1024 * 2 ** 20 }
/** Files of people shrink to a tenth or so; a thousandth is what an archive comes to that was made to fill a disk. */
const RATIO_MAX = 100
const RATIO_FREE_BYTES = 64 * 2 ** 20

/** One after the other. @throws {BatutaError} `file-refused` for what is no archive that can be read. */
export function listZip(bytes: Buffer, limits: ZipLimits = LIMITS): readonly ZipFile[] {
  return readDirectory(bytes, limits).map(entry => ({
    path: entry.path,
    sizeBytes: entry.size,
    open: () => openStream(entry),
  }))
}

/** The files with what is in them, for small ones. @throws {BatutaError} `file-refused` for what is no archive that can be read. */
export function* readZip(bytes: Buffer, limits: ZipLimits = LIMITS): Generator<ZipEntry> {
  for (const entry of readDirectory(bytes, limits)) yield { path: entry.path, content: unpack(entry) }
}

interface Found extends Header {
  readonly body: Buffer
}

/** Without folders. */
function readDirectory(bytes: Buffer, { entriesMax, unpackedMax }: ZipLimits): readonly Found[] {
  const end = findEnd(bytes)
  const count = bytes.readUInt16LE(end + 10)
  if (count > entriesMax) throw refused(`it has ${count} entries, at most ${entriesMax} are taken`)
  const found: Found[] = []
  let at = bytes.readUInt32LE(end + 16)
  let unpackedBytes = 0
  for (let index = 0; index < count; index++) {
    const entry = readHeader(bytes, at)
    at = entry.next
    if (entry.path.endsWith('/')) continue
    unpackedBytes += entry.size
    if (unpackedBytes > unpackedMax) throw refused(`it unpacks to more than ${unpackedMax / 2 ** 20} MiB`)
    found.push({ ...entry, body: bodyOf(bytes, entry) })
  }
  if (unpackedBytes > Math.max(RATIO_FREE_BYTES, bytes.length * RATIO_MAX))
    throw refused(`it unpacks to more than ${RATIO_MAX} times its size`)
  refuseShared(found)
  return found
}

/** Bytes that are the content of two files are how a small archive holds many large ones. */
function refuseShared(found: readonly Found[]): void {
  const inOrder = found.toSorted((one, other) => one.local - other.local)
  for (const [index, { body, path }] of inOrder.entries()) {
    const next = inOrder[index + 1]
    if (next && body.byteOffset + body.length > next.body.byteOffset - LOCAL_BYTES)
      throw refused(`"${path}" and "${next.path}" are the same bytes`)
  }
}

const LOCAL_BYTES = 30

interface Header {
  readonly path: string
  readonly method: number
  readonly isEncrypted: boolean
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly local: number
  readonly next: number
}

function findEnd(bytes: Buffer): number {
  const first = Math.max(0, bytes.length - END_BYTES - COMMENT_MAX)
  for (let at = bytes.length - END_BYTES; at >= first; at--) if (bytes.readUInt32LE(at) === END) return at
  throw refused('it has no directory at its end')
}

function readHeader(bytes: Buffer, at: number): Header {
  if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) throw refused('its directory is damaged')
  const nameEnd = at + 46 + bytes.readUInt16LE(at + 28)
  const next = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  if (next > bytes.length) throw refused('its directory is damaged')
  return {
    path: bytes.toString('utf8', at + 46, nameEnd),
    isEncrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
    method: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 16),
    packed: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    local: bytes.readUInt32LE(at + 42),
    next,
  }
}

function bodyOf(bytes: Buffer, { path, method, isEncrypted, packed, size, local }: Header): Buffer {
  if (isEncrypted) throw refused(`"${path}" is encrypted`)
  if (method !== STORED && method !== DEFLATED)
    throw refused(`"${path}" is packed in a way that is not known here (${method})`)
  if (local + LOCAL_BYTES > bytes.length || bytes.readUInt32LE(local) !== LOCAL) throw damaged(path)
  const begin = local + LOCAL_BYTES + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
  if (begin + packed > bytes.length || (method === STORED && packed !== size)) throw damaged(path)
  return bytes.subarray(begin, begin + packed)
}

function unpack({ path, body, method, crc, size }: Found): Buffer {
  const content = method === STORED ? body : inflate(path, body, size)
  if (content.length !== size || crc32(content) !== crc) throw damaged(path)
  return content
}

function inflate(path: string, body: Buffer, size: number): Buffer {
  try {
    return inflateRawSync(body, { maxOutputLength: size + 1 })
  } catch (cause) {
    throw damaged(path, cause)
  }
}

function openStream({ path, body, method, crc, size }: Found): Readable {
  let length = 0
  let sum = 0
  const check = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      length += chunk.length
      sum = crc32(chunk, sum)
      if (length > size) done(damaged(path))
      else done(null, chunk)
    },
    flush: done => (length === size && sum === crc ? done() : done(damaged(path))),
  })
  const source = Readable.from([body], { objectMode: false })
  const ended = (): void => undefined // Whoever reads is told by the stream itself.
  if (method === STORED) return pipeline(source, check, ended)
  const inflating = createInflateRaw()
  inflating.on('error', cause => check.destroy(damaged(path, cause)))
  return pipeline(source, inflating, check, ended)
}

function damaged(path: string, cause?: unknown): BatutaError {
  return refused(`"${path}" is damaged`, cause)
}

function refused(reason: string, cause?: unknown): BatutaError {
  return new BatutaError('file-refused', `The zip file cannot be read: ${reason}.`, { cause })
}
