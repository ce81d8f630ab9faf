// The files of a namespace. The newest content lies where `fileURI` says, so that whoever has the URI reads it; what it replaced lies beside, by
// number. Folders are what the paths of files say; an empty one that somebody made is kept by a file of ours that nobody sees.
import { BatutaError } from '@batuta/core'
import { parseStorageUri, storageUri, type FileEntry, type FileSource, type FileStore } from '@batuta/plugin-sdk'
import { filesFolder, versionsFolder } from './files-folder.ts'
import { matchesPath } from './glob.ts'

export interface NamespaceFile {
  /** Without a slash in front. */
  readonly path: string
  readonly uri: string
  readonly sizeBytes: number
  readonly modifiedMs: number
}

/** What a folder or file looks like from above. */
export interface FileAttributes {
  readonly fileName: string
  readonly type: 'File' | 'Directory'
  readonly size: number
  readonly lastModifiedTime: number
  readonly creationTime: number
}

/** Keeps a folder that has nothing in it. */
const FOLDER_MARK = '.batuta-folder'
const FILES_MAX = 100_000
/** Older ones go with the next that is written. */
export const FILE_VERSIONS_MAX = 100
const PATH_CHARS_MAX = 1_024
/** What file systems take as the name of one file. */
const NAME_BYTES_MAX = 255

export class NamespaceFiles {
  readonly #files: FileStore
  readonly #namespace: string

  constructor(files: FileStore, namespace: string) {
    this.#files = files
    this.#namespace = namespace
  }

  uriOf(path: string): string {
    const relative = relativePath(path)
    if (relative === '') throw refused(path, 'it names no file')
    return storageUri(filesFolder(this.#namespace), relative)
  }

  async find(path: string): Promise<NamespaceFile | undefined> {
    const entry = await this.#files.find(this.uriOf(path))
    return entry && { ...entry, path: relativePath(path) }
  }

  /** The newest content, or that of a version. */
  async findContent(path: string, revision?: number): Promise<FileEntry | undefined> {
    if (revision === undefined) return await this.#files.find(this.uriOf(path))
    const versions = await this.revisions(path)
    if (revision === versions.at(-1)?.revision) return await this.#files.find(this.uriOf(path))
    return await this.#files.find(storageUri(this.#versionsOf(path), String(revision)))
  }

  /** In the order of their paths. */
  async list(folder = ''): Promise<readonly NamespaceFile[]> {
    const found: NamespaceFile[] = []
    for await (const file of this.#walk(folder))
      if (!file.path.endsWith(`/${FOLDER_MARK}`) && file.path !== FOLDER_MARK) found.push(file)
    return found
  }

  /** Those that match one of the patterns, or any when there are none, and none of the others. */
  async match(include: readonly string[], exclude: readonly string[] = []): Promise<readonly NamespaceFile[]> {
    return (await this.list()).filter(
      ({ path }) =>
        (include.length === 0 || include.some(pattern => matchesPath(path, pattern))) &&
        !exclude.some(pattern => matchesPath(path, pattern)),
    )
  }

  /** What is there already becomes a version. */
  async put(path: string, source: FileSource): Promise<FileEntry> {
    const uri = this.uriOf(path)
    const before = await this.#files.find(uri)
    if (before) await this.#keepVersion(path, before)
    return await this.#files.put(uri, source)
  }

  /** Oldest first; the last one is the newest content. */
  async revisions(path: string): Promise<readonly { readonly revision: number; readonly updatedMs: number }[]> {
    const newest = await this.#files.find(this.uriOf(path))
    if (!newest) return []
    const older = await this.#versions(path)
    const last = older.at(-1)?.number ?? 0
    const numbered = older.map(({ number, modifiedMs }) => ({ revision: number, updatedMs: modifiedMs }))
    return [...numbered, { revision: last + 1, updatedMs: newest.modifiedMs }]
  }

  /** A file with its versions, or a folder with all that is in it; false when there was nothing. */
  async delete(path: string): Promise<boolean> {
    const relative = relativePath(path)
    const isFile = relative !== '' && (await this.#files.delete(this.uriOf(path)))
    if (isFile) {
      await this.#files.deleteFolder(this.#versionsOf(path))
      return true
    }
    const gone = await this.#files.deleteFolder(this.#folderUri(filesFolder(this.#namespace), relative))
    await this.#files.deleteFolder(this.#folderUri(versionsFolder(this.#namespace), relative))
    return gone.length > 0
  }

  /** Its versions stay behind: at its new place a file begins anew. */
  async move(from: string, to: string): Promise<boolean> {
    const [source, target] = [relativePath(from), relativePath(to)]
    if (target === source) return (await this.attributes(from)) !== undefined
    if (target.startsWith(`${source}/`)) throw refused(to, `it lies inside of "${from}", which is to be moved`)
    const file = await this.find(from)
    const moving = file ? [file] : await this.#all(source)
    for (const { path, uri } of moving)
      await this.put(file ? target : `${target}${path.slice(source.length)}`, await this.#files.open(uri))
    return moving.length > 0 && (await this.delete(from))
  }

  async createFolder(path: string): Promise<void> {
    const relative = relativePath(path)
    if (relative === '') return
    if (await this.find(path)) throw refused(path, 'there is a file of that name')
    await this.#files.put(this.uriOf(`${relative}/${FOLDER_MARK}`), '')
  }

  /** Of a file or a folder; undefined when there is neither. The folder of all is always there. */
  async attributes(path: string): Promise<FileAttributes | undefined> {
    const relative = relativePath(path)
    const file = relative === '' ? undefined : await this.find(path)
    if (file) return attributesOf(file)
    const inside = await this.#all(relative)
    if (relative !== '' && inside.length === 0) return undefined
    return folderOf(relative.split('/').at(-1) ?? '', inside)
  }

  /** One level: folders first, each by name. */
  async children(path: string): Promise<readonly FileAttributes[] | undefined> {
    const relative = relativePath(path)
    const inside = await this.#all(relative)
    if (relative !== '' && inside.length === 0) return undefined
    const start = relative === '' ? 0 : relative.length + 1
    const byName = Map.groupBy(inside, file => file.path.slice(start).split('/')[0] ?? '')
    const children = [...byName].flatMap(([name, files]) => {
      const [first] = files
      if (name === FOLDER_MARK || first === undefined) return []
      return [first.path.length === start + name.length ? attributesOf(first) : folderOf(name, files)]
    })
    return children.sort(compareAttributes)
  }

  /** Never the newest content. Tells how many versions went. */
  async purgeVersions(
    path: string,
    { beforeMs, keptMin }: { readonly beforeMs: number | null; readonly keptMin: number },
  ): Promise<number> {
    const older = await this.#versions(path)
    const goable = older.slice(0, Math.max(0, older.length + 1 - Math.max(1, keptMin)))
    let count = 0
    for (const { uri, modifiedMs } of goable)
      if ((beforeMs === null || modifiedMs < beforeMs) && (await this.#files.delete(uri))) count++
    return count
  }

  async #keepVersion(path: string, before: FileEntry): Promise<void> {
    const older = await this.#versions(path)
    const number = (older.at(-1)?.number ?? 0) + 1
    await this.#files.put(storageUri(this.#versionsOf(path), String(number)), await this.#files.open(before.uri))
    for (const { uri } of older.slice(0, Math.max(0, older.length + 2 - FILE_VERSIONS_MAX)))
      await this.#files.delete(uri)
  }

  /** Those that were replaced, oldest first. */
  async #versions(path: string): Promise<readonly (FileEntry & { readonly number: number })[]> {
    const found: (FileEntry & { readonly number: number })[] = []
    for await (const entry of this.#files.list(this.#versionsOf(path))) {
      const number = Number(entry.uri.slice(entry.uri.lastIndexOf('/') + 1))
      if (Number.isSafeInteger(number)) found.push({ ...entry, number })
    }
    return found.sort((a, b) => a.number - b.number)
  }

  /** Ends with a name of ours, so that the versions of a file and of one that is called as its folder never mix. */
  #versionsOf(path: string): string {
    return `${storageUri(versionsFolder(this.#namespace), relativePath(path))}/.versions`
  }

  #folderUri(base: string, relative: string): string {
    return relative === '' ? base.replace(/\/$/, '') : storageUri(base, relative)
  }

  /** With the marks of folders. */
  async #all(folder: string): Promise<readonly NamespaceFile[]> {
    const found: NamespaceFile[] = []
    for await (const file of this.#walk(folder)) found.push(file)
    return found
  }

  async *#walk(folder: string): AsyncGenerator<NamespaceFile> {
    const base = parseStorageUri(filesFolder(this.#namespace)).length
    let count = 0
    for await (const entry of this.#files.list(this.#folderUri(filesFolder(this.#namespace), relativePath(folder)))) {
      if (++count > FILES_MAX)
        throw new BatutaError('file-too-large', `The namespace "${this.#namespace}" has more than ${FILES_MAX} files.`)
      yield { ...entry, path: parseStorageUri(entry.uri).slice(base).join('/') }
    }
  }
}

/** Without slashes at its ends; empty for the folder of all. */
export function relativePath(path: string): string {
  const relative = path.replace(/^\/+/, '').replace(/\/+$/, '')
  if (relative === '') return relative
  const parts = relative.split('/')
  const isUnsafe = parts.some(part => part === '' || part === '.' || part === '..' || /[\\\0]/.test(part))
  if (parts.some(part => Buffer.byteLength(part) > NAME_BYTES_MAX))
    throw refused(path, `a name in it has more than ${NAME_BYTES_MAX} bytes`)
  if (isUnsafe || relative.length > PATH_CHARS_MAX)
    throw refused(path, 'it must not contain empty parts, ".", ".." or backslashes, and be of reasonable length')
  return relative
}

function refused(path: string, reason: string): BatutaError {
  return new BatutaError('file-refused', `The path "${path.slice(0, 200)}" is refused: ${reason}.`)
}

function attributesOf({ path, sizeBytes, modifiedMs }: NamespaceFile): FileAttributes {
  const time = Math.round(modifiedMs)
  const fileName = path.split('/').at(-1) ?? path
  return { fileName, type: 'File', size: sizeBytes, lastModifiedTime: time, creationTime: time }
}

function folderOf(fileName: string, inside: readonly NamespaceFile[]): FileAttributes {
  const times = inside.map(({ modifiedMs }) => Math.round(modifiedMs))
  const [oldest, newest] = times.reduce(
    ([low, high], time) => [Math.min(low, time), Math.max(high, time)],
    [times[0] ?? 0, times[0] ?? 0],
  )
  return { fileName, type: 'Directory', size: 0, lastModifiedTime: newest ?? 0, creationTime: oldest ?? 0 }
}

function compareAttributes(a: FileAttributes, b: FileAttributes): number {
  if (a.type !== b.type) return a.type === 'Directory' ? -1 : 1
  return a.fileName < b.fileName ? -1 : 1
}
