// Internal storage in a folder of the local disk. A file appears under its name by a rename after its bytes are on disk, so that
// nobody ever reads half of one and an acknowledged one survives a power cut.
import { constants, createReadStream } from 'node:fs'
import { copyFile, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { FileEntry, FileSource, FileStore } from './file-store.ts'
import { OF_HOLDS, isHeld, putAside } from './file-hold.ts'
import { encodeSegment, parseStorageUri } from './storage-uri.ts'
import { unlessMissing } from './unless-missing.ts'
import { TaskError } from '../task-error.ts'

/** Where files grow before they are renamed; on the same file system, never listed. */
const GROWING = '.growing'
const RESERVED: readonly string[] = [GROWING, ...OF_HOLDS]
const DEPTH_MAX = 64
/** Lists everything; nothing else can be done to it. */
const WHOLE = 'kestra:///'

export function openLocalFileStore(root: string): FileStore {
  const localPath = (uri: string): string => pathOf(root, uri)
  return {
    put: (uri, source) => put(root, uri, source),
    open: uri => openFile(uri, localPath(uri)),
    find: uri => findFile(uri, localPath(uri)),
    delete: uri => deleteFile(root, localPath(uri)),
    list: prefix => (prefix === WHOLE ? listAll(root) : listFiles(prefix, localPath(prefix))),
    deleteFolder: prefix => deleteFolder(root, prefix, localPath(prefix)),
    localPath,
  }
}

function pathOf(root: string, uri: string): string {
  const segments = parseStorageUri(uri)
  const [first = ''] = segments
  if (RESERVED.includes(first)) throw new TaskError(`the storage URI "${uri}" is refused: "${first}" is reserved`)
  return join(root, ...segments)
}

async function put(root: string, uri: string, source: FileSource): Promise<FileEntry> {
  const path = pathOf(root, uri)
  const growing = join(root, GROWING, randomUUID())
  await mkdir(dirname(growing), { recursive: true })
  try {
    await writeDurably(growing, source)
    await mkdir(dirname(path), { recursive: true })
    await rename(growing, path)
  } catch (error) {
    await rm(growing, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
  return entryOf(uri, await stat(path))
}

async function writeDurably(path: string, source: FileSource): Promise<void> {
  const isCopy = typeof source === 'object' && 'path' in source
  if (isCopy) await copyFile(source.path, path, constants.COPYFILE_FICLONE)
  const file = await open(path, isCopy ? 'r+' : 'wx')
  try {
    if (typeof source === 'string' || source instanceof Uint8Array) await file.writeFile(source)
    else if (!isCopy) for await (const chunk of inLargePieces(source)) await file.writeFile(chunk)
    await file.sync()
  } finally {
    await file.close()
  }
}

const PIECE_BYTES = 64 * 1024

/** Sources often give a row at a time; a write for each would be a hundred times slower. */
async function* inLargePieces(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let heldBytes = 0
  for await (const chunk of source) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    held.push(bytes)
    heldBytes += bytes.length
    if (heldBytes < PIECE_BYTES) continue
    yield Buffer.concat(held)
    held = []
    heldBytes = 0
  }
  if (heldBytes > 0) yield Buffer.concat(held)
}

/** The rename itself must survive a power cut too. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, constants.O_RDONLY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function openFile(uri: string, path: string): Promise<AsyncIterable<Uint8Array>> {
  const entry = await findFile(uri, path)
  if (entry === undefined) throw new TaskError(`there is no file "${uri}" in internal storage`)
  return createReadStream(path, { highWaterMark: 256 * 1024 })
}

async function findFile(uri: string, path: string): Promise<FileEntry | undefined> {
  const stats = await unlessMissing(stat(path))
  return stats?.isFile() === true ? entryOf(uri, stats) : undefined
}

async function deleteFile(root: string, path: string): Promise<boolean> {
  const stats = await unlessMissing(stat(path))
  if (stats?.isFile() !== true) return false
  if (await isHeld(root)) return await putAside(root, path)
  return (await unlessMissing(unlink(path).then(() => true))) ?? false
}

async function* listAll(root: string): AsyncGenerator<FileEntry> {
  const hidden = RESERVED.map(name => `${WHOLE}${name}/`)
  for await (const entry of listFiles(WHOLE, root)) if (!hidden.some(name => entry.uri.startsWith(name))) yield entry
}

async function* listFiles(prefix: string, path: string, depth = 0): AsyncGenerator<FileEntry> {
  if (depth > DEPTH_MAX) return
  const entries = (await unlessMissing(readdir(path, { withFileTypes: true }))) ?? []
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const uri = `${prefix.replace(/\/$/, '')}/${encodeSegment(entry.name)}`
    const child = join(path, entry.name)
    if (entry.isDirectory()) yield* listFiles(uri, child, depth + 1)
    else if (entry.isFile()) {
      const stats = await unlessMissing(stat(child))
      if (stats !== undefined) yield entryOf(uri, stats)
    }
  }
}

async function deleteFolder(root: string, prefix: string, path: string): Promise<readonly string[]> {
  const uris: string[] = []
  for await (const { uri } of listFiles(prefix, path)) uris.push(uri)
  if (await isHeld(root)) for (const uri of uris) await putAside(root, pathOf(root, uri))
  await rm(path, { recursive: true, force: true })
  return uris
}

function entryOf(uri: string, stats: Stats): FileEntry {
  return { uri, sizeBytes: stats.size, modifiedMs: stats.mtimeMs }
}
