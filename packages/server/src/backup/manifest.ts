// What a backup says of itself: which program wrote it, and size and hash of every file, so that a restore takes all of it or nothing.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BatutaError, trust } from '@batuta/core'

export const MANIFEST = 'manifest.json'
/** Of the layout of a backup's folder; a restore takes this one only. */
export const BACKUP_FORMAT = 1

export interface Manifest {
  readonly format: number
  readonly kind: 'sqlite' | 'postgres'
  /** The program that wrote it. */
  readonly version: string
  /** Checksums of the migrations of the database, in their order. */
  readonly migrations: readonly string[]
  /** A program must know this many of them to work on the database. */
  readonly floor: number
  /** The moment that the database shows. */
  readonly atMs: number
  readonly database: string
  readonly files: readonly BackedUpFile[]
}

export interface BackedUpFile {
  /** Below the folder of the backup, with `/` between its parts. */
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
}

const HASH = /^[0-9a-f]{64}$/

/** @throws {BatutaError} `backup-invalid` when the folder holds no backup that this program reads. */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch((error: unknown) => {
    throw invalid(
      `There is no backup in "${folder}": it has no ${MANIFEST}. A backup that did not end has none.`,
      error,
    )
  })
  const manifest = parse(text, folder)
  if (manifest.format !== BACKUP_FORMAT)
    throw invalid(
      `The backup in "${folder}" has format ${manifest.format} and was written by Batuta ${manifest.version}; this one reads format ${BACKUP_FORMAT}: restore it with that version.`,
    )
  return manifest
}

/** @throws {BatutaError} `backup-invalid` with the first file that is not as it was written. */
export async function verifyFiles(folder: string, files: readonly BackedUpFile[]): Promise<void> {
  for (const file of files) {
    const path = join(folder, ...file.path.split('/'))
    const found = await stat(path).catch(() => undefined)
    if (!found?.isFile()) throw invalid(`The backup in "${folder}" is not whole: ${file.path} is missing.`)
    if (found.size !== file.sizeBytes || (await hashFile(path)) !== file.sha256)
      throw invalid(`The backup in "${folder}" is damaged: ${file.path} is not as it was written.`)
  }
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: PIECE_BYTES })) hash.update(chunk)
  return hash.digest('hex')
}

const PIECE_BYTES = 256 * 1024

export function invalid(message: string, cause?: unknown): BatutaError {
  return new BatutaError('backup-invalid', message, { cause })
}

function parse(text: string, folder: string): Manifest {
  const value = parseJson(text)
  if (!isManifest(value)) throw invalid(`The ${MANIFEST} in "${folder}" is not one of a backup of Batuta.`)
  return value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // Told by the caller, like every other text that is no manifest.
  }
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false
  const { format, kind, version, migrations, floor, atMs, database, files } =
    trust<Partial<Record<keyof Manifest, unknown>>>(value)
  const isKnown = kind === 'sqlite' || kind === 'postgres'
  const isComplete =
    typeof version === 'string' && typeof floor === 'number' && typeof atMs === 'number' && typeof database === 'string'
  return typeof format === 'number' && isKnown && isComplete && Array.isArray(migrations) && areFiles(files)
}

/** No name of a backup leads out of its folder. */
export function areFiles(value: unknown): boolean {
  if (!Array.isArray(value)) return false
  return value.every((item: unknown) => {
    if (typeof item !== 'object' || item === null) return false
    const { path, sizeBytes, sha256 } = trust<Partial<Record<keyof BackedUpFile, unknown>>>(item)
    if (typeof path !== 'string' || typeof sizeBytes !== 'number' || typeof sha256 !== 'string') return false
    const isInside = path.split('/').every(part => part !== '' && part !== '.' && part !== '..' && !part.includes('\\'))
    return isInside && HASH.test(sha256)
  })
}
