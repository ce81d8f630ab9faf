// Writes what a container left into a folder of this machine. The archive was made by whatever ran in the container, so nothing of it is
// believed: no entry leaves the folder, be it by its name or by a link that an earlier entry made.
import { createWriteStream } from 'node:fs'
import { link, lstat, mkdir, rm, symlink, utimes } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { readTar } from './read-tar.ts'
import type { TarEntry } from './tar-header.ts'

export interface Unpacked {
  /** Names of files and links, relative to the folder. */
  readonly names: ReadonlySet<string>
}

const MODE_MASK = 0o777
/** Whoever made it in there, we must read and remove it here. */
const OWN_FILE = 0o600
const MS_PER_SECOND = 1_000
const ENTRIES_MAX = 1_000_000

export interface UnpackOptions {
  /** A file of the folder that is older, and is as the archive says, is left alone. */
  readonly startedMs: number
}

/** The first part of every name is the folder's own and is left out. */
export async function unpackInto(
  folder: string,
  source: AsyncIterable<Uint8Array>,
  options: UnpackOptions,
): Promise<Unpacked> {
  const names = new Set<string>()
  const folders = new Set<string>([''])
  let count = 0
  await readTar(source, async (entry, bytes) => {
    count++
    if (count > ENTRIES_MAX) throw new RangeError(`the container left more than ${ENTRIES_MAX} files`)
    const name = innerName(entry.name)
    if (name === undefined || name === '') return
    if (entry.kind === 'folder') return await openFolder(folder, name, folders)
    if (entry.kind === 'other') return
    await openFolder(folder, parentOf(name), folders)
    if (await writeEntry(folder, name, { entry, bytes, ...options })) names.add(name)
  })
  return { names }
}

function parentOf(name: string): string {
  const parent = dirname(name)
  return parent === '.' ? '' : parent
}

/** Undefined for a name that leaves the folder. */
function innerName(name: string): string | undefined {
  const inner = normalize(name.split('/').slice(1).join('/') || '.')
  if (inner === '.') return ''
  return isAbsolute(inner) || inner === '..' || inner.startsWith('../') || inner.includes('\0') ? undefined : inner
}

/** Each part must be a folder and no link to one. */
async function openFolder(base: string, name: string, known: Set<string>): Promise<void> {
  if (known.has(name)) return
  await openFolder(base, parentOf(name), known)
  const path = join(base, name)
  const stats = await lstat(path).catch(() => undefined)
  if (stats !== undefined && !stats.isDirectory()) await rm(path)
  if (stats === undefined || !stats.isDirectory()) await mkdir(path)
  known.add(name)
}

interface ReadEntry extends UnpackOptions {
  readonly entry: TarEntry
  readonly bytes: AsyncIterable<Buffer>
}

/** False for what is not kept. */
async function writeEntry(base: string, name: string, read: ReadEntry): Promise<boolean> {
  const path = join(base, name)
  const target = read.entry.target ?? ''
  switch (read.entry.kind) {
    case 'link':
      if (!staysInside(name, target)) return false
      await rm(path, { recursive: true, force: true })
      await symlink(target, path)
      return true
    case 'hard link':
      return await writeHardLink(base, name, innerName(target))
    case 'file':
      await writeFile(path, read)
      return true
    case 'folder':
    case 'other':
      return false
  }
}

/** `..` only at its beginning, and not more of them than there are folders above: so that no chain of links leads out. */
function staysInside(name: string, target: string): boolean {
  if (target === '' || isAbsolute(target) || target.includes('\0')) return false
  const parts = target.split('/').filter(part => part !== '' && part !== '.')
  const names = parts.findIndex(part => part !== '..')
  const up = names < 0 ? parts.length : names
  return up < name.split('/').length && !parts.slice(up).includes('..')
}

async function writeHardLink(base: string, name: string, other: string | undefined): Promise<boolean> {
  if (other === undefined || other === '' || other === name) return false
  await rm(join(base, name), { recursive: true, force: true })
  // To a link, it would be one to wherever that leads.
  if (!(await lstat(join(base, other)).catch(() => undefined))?.isFile()) return false
  await link(join(base, other), join(base, name))
  return true
}

/** What is copied in and out within this time may have been changed without a trace: times are whole seconds. */
const SURE_MS = 2_000

async function writeFile(path: string, { entry, bytes, startedMs }: ReadEntry): Promise<void> {
  const there = await lstat(path).catch(() => undefined)
  const isSame =
    there?.isFile() === true &&
    there.size === entry.sizeBytes &&
    Math.floor(there.mtimeMs / MS_PER_SECOND) === Math.floor(entry.modifiedMs / MS_PER_SECOND) &&
    there.mtimeMs < startedMs - SURE_MS
  if (isSame) return
  await rm(path, { recursive: true, force: true })
  const mode = (entry.mode & MODE_MASK) | OWN_FILE
  await pipeline(Readable.from(bytes), createWriteStream(path, { flags: 'wx', mode }))
  const seconds = entry.modifiedMs / MS_PER_SECOND
  await utimes(path, seconds, seconds)
}
