// The files of a ZIP archive that is whole in memory. What an archive says of itself is not believed: names, sizes and places are checked, and what
// unpacks to more than it may is refused before it is held.
import { crc32, inflateRawSync } from 'node:zlib'
import { BatutaError } from '@batuta/core'

export interface ZipEntry {
  readonly path: string
  readonly content: Buffer
}

const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
const END = 0x06054b50
const END_BYTES = 22
const COMMENT_MAX = 0xffff

/** What an archive may hold. */
export interface ZipLimits {
  readonly entriesMax: number
  readonly unpackedMax: number
}

const LIMITS: ZipLimits = { entriesMax: 10_000, unpackedMax: 1024 * 2 ** 20 }

/** @throws {BatutaError} `file-refused` for what is no archive that can be read. */
export function* readZip(bytes: Buffer, { entriesMax, unpackedMax }: ZipLimits = LIMITS): Generator<ZipEntry> {
  const end = findEnd(bytes)
  const count = bytes.readUInt16LE(end + 10)
  let at = bytes.readUInt32LE(end + 16)
  let left = unpackedMax
  if (count > entriesMax) throw refused(`it has ${count} entries, at most ${entriesMax} are taken`)
  for (let index = 0; index < count; index++) {
    const entry = readHeader(bytes, at)
    at = entry.next
    if (entry.path.endsWith('/')) continue
    if (entry.size > left) throw refused(`it unpacks to more than ${unpackedMax / 2 ** 20} MiB`)
    const content = unpack(bytes, entry)
    left -= content.length
    yield { path: entry.path, content }
  }
}

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

function unpack(bytes: Buffer, { path, method, isEncrypted, crc, packed, size, local }: Header): Buffer {
  if (isEncrypted) throw refused(`"${path}" is encrypted`)
  if (local + 30 > bytes.length || bytes.readUInt32LE(local) !== LOCAL) throw refused(`"${path}" is damaged`)
  const begin = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
  const body = bytes.subarray(begin, begin + packed)
  const content = method === 0 ? body : inflate(path, { body, method, size })
  if (content.length !== size || crc32(content) !== crc) throw refused(`"${path}" is damaged`)
  return content
}

function inflate(path: string, { body, method, size }: { body: Buffer; method: number; size: number }): Buffer {
  if (method !== 8) throw refused(`"${path}" is packed in a way that is not known here (${method})`)
  try {
    return inflateRawSync(body, { maxOutputLength: size + 1 })
  } catch (cause) {
    throw refused(`"${path}" is damaged`, cause)
  }
}

function refused(reason: string, cause?: unknown): BatutaError {
  return new BatutaError('file-refused', `The zip file cannot be read: ${reason}.`, { cause })
}
