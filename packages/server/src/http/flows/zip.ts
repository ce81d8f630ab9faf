// Zip files as flows travel in them: small texts, all of them in memory.
import { crc32, deflateRawSync } from 'node:zlib'
import { readZip as readArchive, type ZipLimits } from '../../namespaces/zip/read-zip.ts'

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
const DEFLATED = 8
/** Names are UTF-8. */
const FLAGS = 0x0800
const VERSION = 20
/** 1 January 1980: what a file holds does not depend on when it was written. */
const DOS_DATE = 0x21
const LIMITS: ZipLimits = { entriesMax: 5_000, unpackedMax: 64 * 2 ** 20 }

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

/** @throws {BatutaError} `file-refused` when it is no zip file, damaged, or too large. */
export function readZip(bytes: Buffer): readonly ZipEntry[] {
  return [...readArchive(bytes, LIMITS)].map(({ path, content }) => ({ name: path, text: content.toString('utf8') }))
}
