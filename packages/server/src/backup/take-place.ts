// A folder that takes the place of another by renames, and what it replaces is kept beside it.
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { BatutaError } from '@batuta/core'
import { copyFile, isMissing, syncFile, syncFolder, syncFolders } from './copy-folder.ts'
import { STORAGE } from './backup.ts'
import { invalid, type BackedUpFile } from './manifest.ts'

/** Left in the data folder: `doctor` tells of it. */
export const RESTORED = 'restored.json'

/** @throws {BatutaError} `backup-failed` when something is there and may not be replaced. */
export async function expectFree(folder: string, isForced: boolean): Promise<void> {
  if (isForced || (await isEmpty(folder))) return
  throw new BatutaError(
    'backup-failed',
    `The folder "${folder}" is not empty: restore into another with --data, or replace it with --force, which keeps what is there beside it.`,
  )
}

/** Returns where the old folder is kept, if there was one. */
export async function takePlace(growing: string, folder: string, nowMs: number): Promise<string | undefined> {
  await syncFolders(growing)
  const stamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '')
  const kept = `${folder}.before-${stamp}`
  const hasOld = !(await isEmpty(folder))
  if (hasOld) await rename(folder, kept)
  else
    await rmdir(folder).catch((error: unknown) => {
      if (!isMissing(error)) throw error
    })
  await rename(growing, folder)
  await syncFolder(dirname(folder))
  return hasOld ? kept : undefined
}

/** A new folder beside the one that it will become. */
export async function makeGrowing(folder: string): Promise<string> {
  const growing = `${folder}.growing-${process.pid}`
  await mkdir(dirname(folder), { recursive: true })
  await rm(growing, { recursive: true, force: true })
  await mkdir(growing)
  return growing
}

/** Copies a file of the backup and looks whether it arrived as the manifest has it. */
export async function fetchFile(from: string, file: BackedUpFile, to: string): Promise<void> {
  const copied = await copyFile(join(from, ...file.path.split('/')), to)
  if (copied?.sha256 !== file.sha256) throw invalid(`${file.path} changed while it was restored.`)
}

/** The files of the storage folder; returns how many there are. */
export async function fetchStorage(from: string, files: readonly BackedUpFile[], to: string): Promise<number> {
  const stored = files.filter(({ path }) => path.startsWith(`${STORAGE}/`))
  await mkdir(to, { recursive: true })
  for (const file of stored) await fetchFile(from, file, join(to, ...file.path.split('/').slice(1)))
  return stored.length
}

export async function leaveNote(path: string, note: Readonly<Record<string, unknown>>): Promise<void> {
  await writeFile(path, `${JSON.stringify(note, undefined, 2)}\n`)
  await syncFile(path)
}

async function isEmpty(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0
  } catch (error) {
    if (isMissing(error)) return true
    throw error
  }
}
