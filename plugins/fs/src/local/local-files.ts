// Files of the machine that the worker runs on: only below the folders that the installation names.
import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, lstat, mkdir, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pipeline } from 'node:stream/promises'
import { TaskError } from '@batuta/plugin-sdk'
import type { RemoteFile, RemoteFiles } from '../remote/remote-files.ts'

/** Folders, parted as in PATH. */
export const ALLOWED_VARIABLE = 'BATUTA_LOCAL_FILES_ALLOWED'

export interface LocalFiles extends RemoteFiles {
  copy(from: string, to: string): Promise<void>
}

export function openLocalFiles(allowed = process.env[ALLOWED_VARIABLE] ?? ''): LocalFiles {
  const folders = allowed
    .split(process.platform === 'win32' ? ';' : ':')
    .filter(folder => folder.trim() !== '')
    .map(folder => resolve(folder.trim()))
  const guard = async (path: string): Promise<string> => await allowedPath(folders, path)
  const find = async (path: string): Promise<RemoteFile | undefined> => {
    const own = await guard(path)
    const link = await lstat(own).catch(missing)
    if (link === undefined) return undefined
    const info = link.isSymbolicLink() ? ((await stat(own).catch(missing)) ?? link) : link
    return {
      ...{ path, name: own.split(sep).at(-1) ?? '', isLink: link.isSymbolicLink(), size: info.size },
      type: info.isDirectory() ? 'FOLDER' : info.isFile() ? 'FILE' : 'OTHER',
      ...{
        // Not every file system tells when a file was made.
        createdMs: Math.trunc(info.birthtimeMs > 0 ? info.birthtimeMs : info.mtimeMs),
        modifiedMs: Math.trunc(info.mtimeMs),
        accessedMs: Math.trunc(info.atimeMs),
        version: `${info.mtimeMs}_${info.size}`,
      },
      ...{ userId: info.uid, groupId: info.gid, permissions: info.mode & 0o7777 },
    }
  }
  return {
    find,
    list: async folder => {
      const names = await readdir(await guard(folder))
      const files: RemoteFile[] = []
      for (const name of names.toSorted()) {
        // A link that leads out of what is allowed is not shown.
        const file = await find(join(folder, name)).catch((error: unknown) => {
          if (error instanceof TaskError) return undefined
          throw error
        })
        if (file !== undefined) files.push(file)
      }
      return files
    },
    read: async path => createReadStream(await guard(path)),
    write: async (path, bytes) => {
      const own = await guard(path)
      // Seen whole or not at all.
      const part = `${own}.part`
      await pipeline(bytes, createWriteStream(part))
      await rename(part, own)
    },
    copy: async (from, to) => await copyFile(await guard(from), await guard(to)),
    rename: async (from, to) => {
      const [one, other] = [await guard(from), await guard(to)]
      try {
        await rename(one, other)
      } catch (error) {
        if (!isOf(error, 'EXDEV')) throw error
        // Onto another disk.
        await copyFile(one, other)
        await rm(one)
      }
    },
    deleteFile: async path => await rm(await guard(path)),
    deleteFolder: async path => await rmdir(await guard(path)),
    makeFolder: async path => await mkdir(await guard(path)),
    uriOf: path => pathToFileURL(path).href,
    close: () => Promise.resolve(),
  }
}

function missing(error: unknown): undefined {
  if (isOf(error, 'ENOENT') || isOf(error, 'ENOTDIR')) return undefined
  throw error
}

function isOf(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** Links are followed before a path is judged; of what is not there yet, the folder above it. */
async function allowedPath(folders: readonly string[], path: string): Promise<string> {
  if (folders.length === 0)
    throw new TaskError(
      `no folder of the worker may be used: name those that may in ${ALLOWED_VARIABLE}, e.g. ${ALLOWED_VARIABLE}=/data/in:/data/out`,
    )
  if (!isAbsolute(path) || path.includes('\0')) throw new TaskError(`"${path}" must be a whole path, from / on`)
  const own = resolve(path)
  const real = await realOf(own)
  for (const folder of folders) {
    const base = await realOf(folder)
    const inside = relative(base, real)
    if (inside === '' || (!inside.startsWith('..') && !isAbsolute(inside))) return own
  }
  throw new TaskError(`"${path}" is not in a folder that may be used (${ALLOWED_VARIABLE})`)
}

async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (!isOf(error, 'ENOENT') && !isOf(error, 'ENOTDIR')) throw error
    const parent = dirname(path)
    return parent === path ? path : join(await realOf(parent), path.slice(parent.length).replace(/^[/\\]/, ''))
  }
}
