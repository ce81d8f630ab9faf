// Zip files as flows travel in them: small texts, all of them in memory. Written with deflate, read with deflate or stored; nothing else is known.
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib'
import { unprocessable } from '../request-error.ts'

export interface ZipEntry {
  readonly name: string
  readonly text: string
}

const LOCAL = 0x04034b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
const LOCAL_BYTES = 30
const CENTRAL_BYTES = 46
const END_BYTES = 22
const COMMENT_BYTES_MAX = 65_535
const DEFLATED = 8
const STORED = 0
/** Names are UTF-8. */
const FLAGS = 0x0800
const VERSION = 20
/** 1 January 1980: what a file holds does not depend on when it was written. */
const DOS_DATE = 0x21
const ENTRIES_MAX = 5_000
const TEXT_BYTES_MAX = 64 * 2 ** 20

export function writeZip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, text } of entries) {
    const nameBytes = Buffer.from(name, 'utf8')
    const bytes = Buffer.from(text, 'utf8')
    const packed = deflateRawSync(bytes)
    const facts = { crc: crc32(bytes), packed: packed.length, size: bytes.length, name: nameBytes.length }
    const local = Buffer.alloc(LOCAL_BYTES)
    local.writeUInt32LE(LOCAL, 0)
    writeFacts(local, 4, facts)
    const central = Buffer.alloc(CENTRAL_BYTES)
    central.writeUInt32LE(CENTRAL, 0)
    central.writeUInt16LE(VERSION, 4)
    writeFacts(central, 6, facts)
    central.writeUInt32LE(offset, 42)
    parts.push(local, nameBytes, packed)
    directory.push(central, nameBytes)
    offset += LOCAL_BYTES + nameBytes.length + packed.length
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0)
  const end = Buffer.alloc(END_BYTES)
  end.writeUInt32LE(END, 0)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, ...directory, end])
}

interface Facts {
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly name: number
}

/** What the header of an entry and its line in the directory have in common. */
function writeFacts(header: Buffer, at: number, { crc, packed, size, name }: Facts): void {
  header.writeUInt16LE(VERSION, at)
  header.writeUInt16LE(FLAGS, at + 2)
  header.writeUInt16LE(DEFLATED, at + 4)
  header.writeUInt16LE(DOS_DATE, at + 8)
  header.writeUInt32LE(crc, at + 10)
  header.writeUInt32LE(packed, at + 14)
  header.writeUInt32LE(size, at + 18)
  header.writeUInt16LE(name, at + 22)
}

/** @throws {RequestError} when it is no zip file, damaged, or too large. */
export function readZip(bytes: Buffer): readonly ZipEntry[] {
  const end = findEnd(bytes)
  const count = end < 0 ? -1 : bytes.readUInt16LE(end + 10)
  if (count < 0 || count > ENTRIES_MAX) throw broken(count < 0 ? 'it has no directory' : `it has ${count} entries`)
  const entries: ZipEntry[] = []
  let left = TEXT_BYTES_MAX
  let at = bytes.readUInt32LE(end + 16)
  for (let index = 0; index < count; index++) {
    if (at + CENTRAL_BYTES > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) throw broken('its directory is cut')
    const name = bytes.toString('utf8', at + CENTRAL_BYTES, at + CENTRAL_BYTES + bytes.readUInt16LE(at + 28))
    if (!name.endsWith('/')) {
      const content = readEntry(bytes, at, left)
      left -= content.length
      entries.push({ name, text: content.toString('utf8') })
    }
    at += CENTRAL_BYTES + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return entries
}

function findEnd(bytes: Buffer): number {
  const from = Math.max(0, bytes.length - END_BYTES - COMMENT_BYTES_MAX)
  for (let at = bytes.length - END_BYTES; at >= from; at--) if (bytes.readUInt32LE(at) === END) return at
  return -1
}

function readEntry(bytes: Buffer, central: number, sizeMax: number): Buffer {
  const method = bytes.readUInt16LE(central + 10)
  const packed = bytes.readUInt32LE(central + 20)
  const local = bytes.readUInt32LE(central + 42)
  if (local + LOCAL_BYTES > bytes.length) throw broken('an entry lies outside of it')
  const from = local + LOCAL_BYTES + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
  const content = bytes.subarray(from, from + packed)
  if (content.length < packed) throw broken('an entry is cut')
  if (method === STORED && content.length <= sizeMax) return content
  if (method !== DEFLATED) throw broken('an entry is packed in another way than deflate, or too large')
  try {
    return inflateRawSync(content, { maxOutputLength: Math.max(1, sizeMax) })
  } catch (cause) {
    throw broken(`an entry cannot be unpacked (${cause instanceof Error ? cause.message : String(cause)})`)
  }
}

function broken(why: string): Error {
  return unprocessable('zip-broken', `The zip file cannot be read: ${why}.`)
}
