// A backup as one file: the folder, packed by the machine's own tar.
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BatutaError } from '@batuta/core'
import { syncFile, syncFolder } from './copy-folder.ts'
import { invalid } from './manifest.ts'
import { runProgram } from './run-program.ts'

const PACKED = /\.(tar\.gz|tgz)$/
const WAY_OUT = 'install tar, or name a folder instead of a file'

export function isPacked(target: string): boolean {
  return PACKED.test(target)
}

/** Fills a folder beside the file and packs it; the file appears when it is whole. */
export async function growPacked<T>(target: string, fill: (folder: string) => Promise<T>): Promise<T> {
  if (existsSync(target))
    throw new BatutaError('backup-failed', `The file "${target}" is there already: name one that does not exist yet.`)
  const folder = `${target}.folder-${process.pid}`
  const growing = `${target}.growing-${process.pid}`
  try {
    const result = await fill(folder)
    await runProgram('tar', ['-czf', growing, '-C', folder, '.'], { wayOut: WAY_OUT })
    await syncFile(growing)
    await rename(growing, target)
    await syncFolder(dirname(target))
    return result
  } finally {
    await rm(folder, { recursive: true, force: true })
    await rm(growing, { force: true })
  }
}

/** Hands on the folder that was packed, or the folder itself where none was. */
export async function withUnpacked<T>(path: string, beside: string, use: (folder: string) => Promise<T>): Promise<T> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return await use(path)
  const folder = `${beside}.unpacked-${process.pid}`
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await unpack(path, folder)
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function unpack(path: string, folder: string): Promise<void> {
  try {
    await runProgram('tar', ['-xzf', path, '-C', folder], { wayOut: WAY_OUT })
  } catch (error) {
    if (!(error instanceof BatutaError) || error.code !== 'backup-failed') throw error
    throw invalid(`The file "${path}" is no backup that tar can unpack: ${error.message}`, error)
  }
}
