// Copies the files of a folder, each durably: what a copy returns is on disk. A second pass over the same folder takes only what is new.
import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { mkdir, open, readdir, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OF_HOLDS } from '@batuta/plugin-sdk'
import type { BackedUpFile } from './manifest.ts'

/** Of a storage folder: files that are being written, to which nobody refers yet, and what belongs to backups. */
const RESERVED: ReadonlySet<string> = new Set(['.growing', ...OF_HOLDS])
const DEPTH_MAX = 64

export class FolderCopy {
  readonly #from: string
  readonly #to: string
  readonly #prefix: string
  readonly #copied = new Map<string, { readonly mark: string; readonly file: BackedUpFile }>()

  /** The files get the prefix in the manifest. */
  constructor({ from, to, prefix }: { readonly from: string; readonly to: string; readonly prefix: string }) {
    this.#from = from
    this.#to = to
    this.#prefix = prefix
  }

  get files(): readonly BackedUpFile[] {
    return [...this.#copied.values()].map(({ file }) => file)
  }

  /** Takes what was deleted since the hold began and was not seen by any pass. */
  async passAside(folder: string): Promise<void> {
    for await (const { parts, stats } of listFiles(folder, [])) {
      const path = [this.#prefix, ...parts].join('/')
      if (this.#copied.has(path)) continue
      const copied = await copyFile(join(folder, ...parts), join(this.#to, ...parts))
      if (copied) this.#copied.set(path, { mark: markOf(stats), file: { path, ...copied } })
    }
  }

  /** Takes what is there now and was not there, or was another, at the pass before. What was taken and is gone by now is kept. */
  async pass(): Promise<void> {
    for await (const { parts, stats } of listFiles(this.#from, [])) {
      const path = [this.#prefix, ...parts].join('/')
      const mark = markOf(stats)
      if (this.#copied.get(path)?.mark === mark) continue
      const copied = await copyFile(join(this.#from, ...parts), join(this.#to, ...parts))
      if (copied) this.#copied.set(path, { mark, file: { path, ...copied } })
    }
  }
}

function markOf({ ino, size, mtimeMs }: Stats): string {
  return `${ino} ${size} ${mtimeMs}`
}

/** Undefined when the file went away before it was opened; once open it stays as it is, also when it is deleted meanwhile. */
export async function copyFile(from: string, to: string): Promise<Omit<BackedUpFile, 'path'> | undefined> {
  const source = await unlessMissing(open(from, 'r'))
  if (!source) return undefined
  try {
    await mkdir(dirname(to), { recursive: true })
    return await copyBytes(source, to)
  } finally {
    await source.close()
  }
}

async function copyBytes(source: FileHandle, to: string): Promise<Omit<BackedUpFile, 'path'>> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  const target = await open(to, 'w', FILE_MODE)
  try {
    for await (const chunk of source.createReadStream({ highWaterMark: PIECE_BYTES, autoClose: false })) {
      hash.update(chunk)
      sizeBytes += chunk.length
      await target.writeFile(chunk)
    }
    await target.sync()
  } finally {
    await target.close()
  }
  return { sizeBytes, sha256: hash.digest('hex') }
}

const PIECE_BYTES = 256 * 1024
const FILE_MODE = 0o600

/** Names of files survive a power cut once their folders are synced, the deepest first. */
export async function syncFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await syncFolders(join(folder, entry.name))
  await syncFolder(folder)
}

export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

interface Found {
  readonly parts: readonly string[]
  readonly stats: Stats
}

async function* listFiles(root: string, parts: readonly string[]): AsyncGenerator<Found> {
  if (parts.length > DEPTH_MAX) throw new Error(`the folder "${join(root, ...parts)}" is nested too deep`)
  for (const entry of await entriesOf(join(root, ...parts))) {
    const inner = [...parts, entry.name]
    if (entry.isDirectory() && !(parts.length === 0 && RESERVED.has(entry.name))) yield* listFiles(root, inner)
    if (!entry.isFile()) continue
    const stats = await unlessMissing(stat(join(root, ...inner)))
    if (stats) yield { parts: inner, stats }
  }
}

async function entriesOf(folder: string): ReturnType<typeof readEntries> {
  return (await unlessMissing(readEntries(folder))) ?? []
}

function readEntries(folder: string): Promise<readonly Entry[]> {
  return readdir(folder, { withFileTypes: true })
}

interface Entry {
  readonly name: string
  isDirectory(): boolean
  isFile(): boolean
}

async function unlessMissing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
