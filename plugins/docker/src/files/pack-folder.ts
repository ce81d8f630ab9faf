// A folder of this machine as a tar archive, written as it is read.
import { createReadStream } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { BLOCK_BYTES, encodeHeader, paddingOf, type TarEntry } from './tar-header.ts'

export interface PackedFolder {
  readonly path: string
  /** What its files are called below, in the archive. Empty for nothing. */
  readonly prefix: string
  /** The container's user is somebody else: all may write. */
  readonly isOpen: boolean
  /** By name relative to the folder. */
  readonly isLeftOut?: (name: string) => boolean
}

/** Everybody, also who runs in the container as somebody else. */
const OPEN_FOLDER = 0o777
const OPEN_FILE = 0o666
const EXECUTABLE = 0o111
const MODE_MASK = 0o7777

/** The names that were packed are added to `names`. */
export async function* packFolders(folders: readonly PackedFolder[], names?: Set<string>): AsyncGenerator<Buffer> {
  for (const folder of folders) yield* packFolder(folder, names)
  yield Buffer.alloc(2 * BLOCK_BYTES)
}

async function* packFolder(folder: PackedFolder, names?: Set<string>): AsyncGenerator<Buffer> {
  const { path, prefix, isLeftOut = () => false } = folder
  if (prefix !== '') yield* packOne(folder, '', names)
  const found = await readdir(path, { recursive: true })
  for (const name of found.sort()) if (!isLeftOut(name)) yield* packOne(folder, name, names)
}

async function* packOne(
  { path, prefix, isOpen }: PackedFolder,
  name: string,
  names: Set<string> | undefined,
): AsyncGenerator<Buffer> {
  const source = join(path, name)
  const stats = await lstat(source)
  const parts = [prefix, name.replaceAll('\\', '/')].filter(part => part !== '')
  const shared = { name: parts.join('/'), modifiedMs: stats.mtimeMs }
  if (stats.isSymbolicLink()) {
    names?.add(name)
    yield encodeHeader({ ...shared, kind: 'link', mode: OPEN_FOLDER, sizeBytes: 0, target: await readlink(source) })
  } else if (stats.isDirectory()) {
    yield encodeHeader({ ...shared, kind: 'folder', mode: isOpen ? OPEN_FOLDER : stats.mode & MODE_MASK, sizeBytes: 0 })
  } else if (stats.isFile()) {
    names?.add(name)
    const own = stats.mode & MODE_MASK
    const mode = isOpen ? OPEN_FILE | (own & EXECUTABLE) : own
    yield* packFile(source, { ...shared, kind: 'file', mode, sizeBytes: stats.size })
  }
}

/** As many bytes as its header says, whatever happens to the file meanwhile. */
async function* packFile(path: string, entry: TarEntry): AsyncGenerator<Buffer> {
  yield encodeHeader(entry)
  let sent = 0
  if (entry.sizeBytes > 0) {
    for await (const piece of createReadStream(path, { end: entry.sizeBytes - 1 })) {
      const bytes = Buffer.from(piece)
      sent += bytes.length
      yield bytes
    }
  }
  if (sent < entry.sizeBytes) yield Buffer.alloc(entry.sizeBytes - sent)
  yield paddingOf(entry.sizeBytes)
}
