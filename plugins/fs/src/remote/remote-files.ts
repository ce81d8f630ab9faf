// Files of another machine, or of this one: what every family can do, so that the tasks are written once.
import { posix } from 'node:path'
import { TaskError } from '@batuta/plugin-sdk'

export interface RemoteFile {
  /** As authors write it. */
  readonly path: string
  readonly name: string
  readonly type: 'FILE' | 'FOLDER' | 'OTHER'
  readonly isLink: boolean
  readonly size: number
  readonly createdMs?: number
  readonly modifiedMs?: number
  readonly accessedMs?: number
  /** What tells this state of the file from another, where no moment does. */
  readonly version?: string
  readonly userId?: number
  readonly groupId?: number
  readonly permissions?: number
}

export interface RemoteFiles {
  /** The files and folders right inside of a folder. */
  list(folder: string): Promise<readonly RemoteFile[]>
  /** Undefined when there is none. */
  find(path: string): Promise<RemoteFile | undefined>
  read(path: string): Promise<AsyncIterable<Uint8Array>>
  write(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void>
  rename(from: string, to: string): Promise<void>
  deleteFile(path: string): Promise<void>
  /** Empty ones only. */
  deleteFolder(path: string): Promise<void>
  makeFolder(path: string): Promise<void>
  /** For outputs: never with a password. */
  uriOf(path: string): string
  close(): Promise<void>
}

const FILES_MAX = 100_000
const DEPTH_MAX = 64

export interface Wanted {
  readonly isRecursive: boolean
  readonly regExp: string | undefined
}

/** The files of a folder, or the one file that the path names. The expression must match the whole path. */
export async function findFiles(
  remote: RemoteFiles,
  from: string,
  { isRecursive, regExp }: Wanted,
): Promise<RemoteFile[]> {
  const expression = regExp === undefined || regExp === '' ? undefined : compile(regExp)
  const found: RemoteFile[] = []
  const seek = async (folder: string, depth: number): Promise<void> => {
    if (depth > DEPTH_MAX) throw new TaskError(`the folders below "${from}" are nested deeper than ${DEPTH_MAX} levels`)
    for (const file of await remote.list(folder)) {
      if (file.type === 'FOLDER' && !file.isLink && isRecursive) await seek(file.path, depth + 1)
      if (file.type !== 'FILE' || expression?.test(file.path) === false) continue
      found.push(file)
      if (found.length > FILES_MAX)
        throw new TaskError(`there are more than ${FILES_MAX} files below "${from}"; name a folder of it`)
    }
  }
  const start = await remote.find(from)
  if (start === undefined) throw new TaskError(`there is no file or folder "${from}" at ${remote.uriOf('/')}`)
  if (start.type !== 'FOLDER') return expression?.test(start.path) === false ? [] : [start]
  await seek(from, 0)
  return found
}

function compile(regExp: string): RegExp {
  try {
    return new RegExp(`^(?:${regExp})$`, 'u')
  } catch (cause) {
    throw new TaskError(`\`regExp\` is no regular expression: ${regExp}`, { cause })
  }
}

export const SORTS = ['NONE', 'LAST_MODIFIED_ASC', 'LAST_MODIFIED_DESC', 'NAME_ASC', 'NAME_DESC'] as const

export function sortFiles(files: readonly RemoteFile[], sort: (typeof SORTS)[number]): readonly RemoteFile[] {
  const byName = (a: RemoteFile, b: RemoteFile): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
  const byAge = (a: RemoteFile, b: RemoteFile): number => (a.modifiedMs ?? 0) - (b.modifiedMs ?? 0)
  switch (sort) {
    case 'NONE':
      return files
    case 'NAME_ASC':
      return files.toSorted(byName)
    case 'NAME_DESC':
      return files.toSorted((a, b) => byName(b, a))
    case 'LAST_MODIFIED_ASC':
      return files.toSorted(byAge)
    case 'LAST_MODIFIED_DESC':
      return files.toSorted((a, b) => byAge(b, a))
  }
}

/** Makes the folders above a path. */
export async function makeParents(remote: RemoteFiles, path: string): Promise<void> {
  const parent = posix.dirname(path)
  if (parent === '/' || parent === '.' || parent === path || (await remote.find(parent)) !== undefined) return
  await makeParents(remote, parent)
  await remote.makeFolder(parent)
}

export async function moveFile(
  remote: RemoteFiles,
  from: string,
  { to, overwrite }: { readonly to: string; readonly overwrite: boolean },
): Promise<string> {
  const target = to.endsWith('/') ? posix.join(to, posix.basename(from)) : to
  if ((await remote.find(from)) === undefined) throw new TaskError(`there is no file "${from}" at ${remote.uriOf('/')}`)
  const there = await remote.find(target)
  if (there !== undefined) {
    if (!overwrite)
      throw new TaskError(`"${target}" is there already; set \`overwrite: true\` to put the file in its place`)
    if (there.type === 'FOLDER')
      throw new TaskError(`"${target}" is a folder; end \`to\` with a slash to move the file into it`)
    await remote.deleteFile(target)
  }
  await makeParents(remote, target)
  await remote.rename(from, target)
  return target
}

/** What becomes of a file that was downloaded. Done again, it finds it done. */
export async function dispose(
  remote: RemoteFiles,
  path: string,
  { action, moveDirectory }: { readonly action: Action; readonly moveDirectory: string | undefined },
): Promise<void> {
  if (action === 'NONE' || (await remote.find(path)) === undefined) return
  if (action === 'DELETE') return await remote.deleteFile(path)
  if (moveDirectory === undefined) throw new TaskError('`action: MOVE` needs `moveDirectory`')
  await moveFile(remote, path, { to: `${moveDirectory.replace(/\/+$/, '')}/`, overwrite: true })
}

export const ACTIONS = ['MOVE', 'DELETE', 'NONE'] as const
export type Action = (typeof ACTIONS)[number]

/** As outputs show a file. */
export function shownFile(file: RemoteFile, path: string): Readonly<Record<string, unknown>> {
  return {
    path,
    name: file.name,
    fileType: file.type,
    symbolicLink: file.isLink,
    size: file.size,
    ...(file.userId === undefined ? {} : { userId: file.userId }),
    ...(file.groupId === undefined ? {} : { groupId: file.groupId }),
    ...(file.permissions === undefined ? {} : { permissions: file.permissions }),
    ...(file.accessedMs === undefined ? {} : { accessDate: new Date(file.accessedMs).toISOString() }),
    ...(file.modifiedMs === undefined ? {} : { updatedDate: new Date(file.modifiedMs).toISOString() }),
  }
}
