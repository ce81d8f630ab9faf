// A folder that appears whole or not at all: it grows under another name beside its place and takes its name when it is on disk.
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BatutaError } from '@batuta/core'
import { isMissing, syncFolder, syncFolders } from './copy-folder.ts'

/** @throws {BatutaError} `backup-failed` when the place is taken; whatever `fill` throws leaves nothing behind. */
export async function growFolder<T>(target: string, fill: (growing: string) => Promise<T>): Promise<T> {
  await expectFree(target)
  const growing = `${target}.growing-${process.pid}`
  try {
    await mkdir(dirname(target), { recursive: true })
    await mkdir(growing, { mode: 0o700 })
    const result = await fill(growing)
    await syncFolders(growing)
    await removeEmpty(target)
    await rename(growing, target)
    await syncFolder(dirname(target))
    return result
  } catch (error) {
    await rm(growing, { recursive: true, force: true })
    throw error
  }
}

async function expectFree(target: string): Promise<void> {
  const entries = await readdir(target).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  if (entries.length > 0)
    throw new BatutaError('backup-failed', `The folder "${target}" is not empty: name one that does not exist yet.`)
}

/** Windows does not rename over a folder. */
async function removeEmpty(target: string): Promise<void> {
  await rmdir(target).catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
}
