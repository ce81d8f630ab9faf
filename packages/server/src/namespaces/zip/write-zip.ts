// A ZIP archive as a stream: each file deflated and described behind its bytes, so that nothing is held but the directory.
import { crc32, createDeflateRaw } from 'node:zlib'
import { BatutaError } from '@batuta/core'

export interface ZipSource {
  readonly path: string
  readonly modifiedMs: number
  open(): Promise<AsyncIterable<Uint8Array>>
}

const LOCAL = 0x04034b50
const DESCRIPTOR = 0x08074b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
/** Sizes follow the bytes (bit 3), names are UTF-8 (bit 11). */
const FLAGS = 0x0808
const DEFLATED = 8
const VERSION = 20
/** What 32 bits can say; more would need another form of archive. */
const BYTES_MAX = 0xffff_ffff
const ENTRIES_MAX = 0xffff

interface Written {
  readonly name: Buffer
  readonly time: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly at: number
}

export async function* writeZip(sources: Iterable<ZipSource>): AsyncGenerator<Uint8Array> {
  const written: Written[] = []
  let at = 0
  for (const source of sources) {
    if (written.length >= ENTRIES_MAX) throw tooLarge()
    const name = Buffer.from(source.path)
    const time = dosTime(source.modifiedMs)
    const begin = at
    const header = localHeader(name, time)
    yield header
    const entry = { crc: 0, packed: 0, size: 0 }
    for await (const chunk of deflated(source, entry)) {
      entry.packed += chunk.length
      yield chunk
    }
    yield descriptor(entry)
    at += header.length + entry.packed + DESCRIPTOR_BYTES
    if (at > BYTES_MAX || entry.size > BYTES_MAX) throw tooLarge()
    written.push({ name, time, ...entry, at: begin })
  }
  const directory = Buffer.concat(written.map(centralHeader))
  yield directory
  yield endOf(written.length, directory.length, at)
}

async function* deflated(source: ZipSource, entry: { crc: number; size: number }): AsyncGenerator<Uint8Array> {
  const deflate = createDeflateRaw()
  const input = await source.open()
  const feed = async (): Promise<void> => {
    for await (const chunk of input) {
      entry.crc = crc32(chunk, entry.crc)
      entry.size += chunk.length
      if (!deflate.write(chunk)) await new Promise(resolve => deflate.once('drain', resolve))
    }
    deflate.end()
  }
  const fed = feed().catch((error: unknown) => void deflate.destroy(error instanceof Error ? error : undefined))
  yield* deflate
  await fed
}

const DESCRIPTOR_BYTES = 16

function localHeader(name: Buffer, time: number): Buffer {
  const header = Buffer.alloc(30)
  header.writeUInt32LE(LOCAL, 0)
  header.writeUInt16LE(VERSION, 4)
  header.writeUInt16LE(FLAGS, 6)
  header.writeUInt16LE(DEFLATED, 8)
  header.writeUInt32LE(time, 10)
  header.writeUInt16LE(name.length, 26)
  return Buffer.concat([header, name])
}

function descriptor({ crc, packed, size }: Pick<Written, 'crc' | 'packed' | 'size'>): Buffer {
  const bytes = Buffer.alloc(DESCRIPTOR_BYTES)
  bytes.writeUInt32LE(DESCRIPTOR, 0)
  bytes.writeUInt32LE(crc, 4)
  bytes.writeUInt32LE(packed, 8)
  bytes.writeUInt32LE(size, 12)
  return bytes
}

function centralHeader({ name, time, crc, packed, size, at }: Written): Buffer {
  const header = Buffer.alloc(46)
  header.writeUInt32LE(CENTRAL, 0)
  header.writeUInt16LE(VERSION, 4)
  header.writeUInt16LE(VERSION, 6)
  header.writeUInt16LE(FLAGS, 8)
  header.writeUInt16LE(DEFLATED, 10)
  header.writeUInt32LE(time, 12)
  header.writeUInt32LE(crc, 16)
  header.writeUInt32LE(packed, 20)
  header.writeUInt32LE(size, 24)
  header.writeUInt16LE(name.length, 28)
  header.writeUInt32LE(at, 42)
  return Buffer.concat([header, name])
}

function endOf(entries: number, directoryBytes: number, at: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(END, 0)
  end.writeUInt16LE(entries, 8)
  end.writeUInt16LE(entries, 10)
  end.writeUInt32LE(directoryBytes, 12)
  end.writeUInt32LE(at, 16)
  return end
}

/** Time and date of DOS, in UTC: two seconds fine, from 1980 on. */
function dosTime(atMs: number): number {
  const date = new Date(atMs)
  const year = Math.max(0, date.getUTCFullYear() - 1980)
  const day = (year << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate()
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1)
  return ((day << 16) | time) >>> 0
}

function tooLarge(): BatutaError {
  return new BatutaError('file-too-large', 'The archive would be larger than 4 GiB, or hold more than 65,535 files.')
}
