// Reads a tar archive as it comes: entry by entry, the bytes of each as pieces, so that no file is ever held whole.
import { BLOCK_BYTES, decodeHeader, decodeRecords, trimSlashes, type TarEntry } from './tar-header.ts'

/** Takes one entry. Its bytes must be read to the end before the promise is kept. */
export type TakeEntry = (entry: TarEntry, bytes: AsyncIterable<Buffer>) => Promise<void>

const RECORDS_BYTES_MAX = 1024 * 1024

/** @throws {RangeError} for what is no archive, or breaks off. */
export async function readTar(source: AsyncIterable<Uint8Array>, take: TakeEntry): Promise<void> {
  const reader = new BlockReader(source)
  let records = new Map<string, string>()
  for (let block = await reader.block(); block !== undefined; block = await reader.block()) {
    const header = decodeHeader(block)
    if (header === undefined) break
    const { type, ...entry } = header
    if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
      records = new Map([...records, ...recordsOf(type, await reader.body(entry.sizeBytes))])
      continue
    }
    const whole = withRecords(entry, records)
    records = new Map()
    await take(whole, reader.pieces(whole.sizeBytes))
    await reader.skipRest()
  }
  await reader.drain()
}

function recordsOf(type: string, body: Buffer): ReadonlyMap<string, string> {
  if (type === 'x') return decodeRecords(body)
  if (type === 'g') return new Map()
  return new Map([[type === 'L' ? 'path' : 'linkpath', body.toString('utf8').replace(/\0.*$/s, '')]])
}

function withRecords(entry: TarEntry, records: ReadonlyMap<string, string>): TarEntry {
  const path = records.get('path')
  const target = records.get('linkpath')
  const size = records.get('size')
  return {
    ...entry,
    ...(path === undefined ? {} : { name: trimSlashes(path) }),
    ...(target === undefined ? {} : { target }),
    ...(size === undefined ? {} : { sizeBytes: Number(size) }),
  }
}

class BlockReader {
  readonly #source: AsyncIterator<Uint8Array>
  #held: Buffer = Buffer.alloc(0)
  /** Of the entry at hand, its padding included. */
  #rest = 0

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** Undefined at the end of the source. */
  async block(): Promise<Buffer | undefined> {
    while (this.#held.length < BLOCK_BYTES) {
      const piece = await this.#next()
      if (piece !== undefined) this.#held = Buffer.concat([this.#held, piece])
      else if (this.#held.length === 0) return undefined
      else throw new RangeError('the archive breaks off')
    }
    return this.#cut(BLOCK_BYTES)
  }

  async body(sizeBytes: number): Promise<Buffer> {
    if (sizeBytes > RECORDS_BYTES_MAX) throw new RangeError(`a header of the archive has ${sizeBytes} bytes`)
    const pieces: Buffer[] = []
    for await (const piece of this.pieces(sizeBytes)) pieces.push(piece)
    await this.skipRest()
    return Buffer.concat(pieces)
  }

  /** Nobody needs to read them. */
  pieces(sizeBytes: number): AsyncIterable<Buffer> {
    const padding = (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES
    this.#rest = sizeBytes + padding
    return this.#piecesBefore(padding)
  }

  async *#piecesBefore(padding: number): AsyncGenerator<Buffer> {
    while (this.#rest > padding) yield await this.#take(this.#rest - padding)
  }

  /** What nobody has read of the entry. */
  async skipRest(): Promise<void> {
    while (this.#rest > 0) await this.#take(this.#rest)
  }

  /** An archive may be longer than its end mark. */
  async drain(): Promise<void> {
    while ((await this.#next()) !== undefined) this.#held = Buffer.alloc(0)
  }

  async #take(bytesMax: number): Promise<Buffer> {
    if (this.#held.length === 0) {
      const piece = await this.#next()
      if (piece === undefined) throw new RangeError('the archive breaks off')
      this.#held = piece
    }
    const piece = this.#cut(Math.min(bytesMax, this.#held.length))
    this.#rest -= piece.length
    return piece
  }

  #cut(bytes: number): Buffer {
    const piece = this.#held.subarray(0, bytes)
    this.#held = this.#held.subarray(bytes)
    return piece
  }

  async #next(): Promise<Buffer | undefined> {
    const { done, value } = await this.#source.next()
    return done === true ? undefined : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  }
}
