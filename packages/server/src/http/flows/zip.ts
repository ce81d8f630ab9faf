// Zip files as flows travel in them: small texts, all of them in memory.
import { Readable } from 'node:stream'
import { readZip as readArchive, type ZipLimits } from '../../namespaces/zip/read-zip.ts'
import { writeZip as writeArchive } from '../../namespaces/zip/write-zip.ts'

export interface ZipEntry {
  readonly name: string
  readonly text: string
}

/** 1 January 1980, where the time of an archive begins: what a file holds does not depend on when it was written. */
const MODIFIED_MS = Date.UTC(1980, 0)
const LIMITS: ZipLimits = { entriesMax: 5_000, unpackedMax: 64 * 2 ** 20 }

/** The bytes of the archive as they come. */
export function writeZip(entries: readonly ZipEntry[]): AsyncGenerator<Uint8Array> {
  const open = (text: string): Promise<Readable> => Promise.resolve(Readable.from([Buffer.from(text)]))
  return writeArchive(
    entries.map(({ name, text }) => ({ path: name, modifiedMs: MODIFIED_MS, open: () => open(text) })),
  )
}

/** @throws {BatutaError} `file-refused` when it is no zip file, damaged, or too large. */
export function readZip(bytes: Buffer): readonly ZipEntry[] {
  return [...readArchive(bytes, LIMITS)].map(({ path, content }) => ({ name: path, text: content.toString('utf8') }))
}
