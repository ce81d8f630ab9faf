// What is deleted while a backup runs is put aside instead, for the backup to find: a row that its copy of the database still has may name a file that
// was born after its first look and is gone before its second. Who deletes asks each time whether there is a hold; nobody else has to know.
import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { unlessMissing } from './unless-missing.ts'

const HOLDS = '.holds'
const ASIDE = '.aside'
/** A hold whose owner says nothing for so long belongs to nobody. */
const SILENT_MAX_MS = 60_000
const SAY_EVERY_MS = 10_000

/** Names in the root of a store that are no files of it. */
export const OF_HOLDS: readonly string[] = [HOLDS, ASIDE]

export interface FileHold {
  /** Where deleted files are, by their path in the store. */
  readonly aside: string
  /** The last one to let go removes what was put aside. */
  release(): Promise<void>
}

/** Until it is released nothing that is deleted in the store is gone. */
export async function holdFiles(root: string): Promise<FileHold> {
  const folder = join(root, HOLDS)
  await mkdir(folder, { recursive: true })
  if (!(await isHeld(root))) await rm(join(root, ASIDE), { recursive: true, force: true })
  const path = join(folder, randomUUID())
  await (await open(path, 'wx')).close()
  const beat = setInterval(() => void say(path), SAY_EVERY_MS)
  return {
    aside: join(root, ASIDE),
    release: async () => {
      clearInterval(beat)
      await rm(path, { force: true })
      if (!(await isHeld(root))) await rm(join(root, ASIDE), { recursive: true, force: true })
    },
  }
}

async function say(path: string): Promise<void> {
  const now = new Date()
  await unlessMissing(utimes(path, now, now))
}

export async function isHeld(root: string): Promise<boolean> {
  const folder = join(root, HOLDS)
  for (const name of (await unlessMissing(readdir(folder))) ?? []) {
    const stats = await unlessMissing(stat(join(folder, name)))
    if (stats === undefined) continue
    if (Date.now() - stats.mtimeMs < SILENT_MAX_MS) return true
    await rm(join(folder, name), { force: true })
  }
  return false
}

/** False when somebody else has taken it away. */
export async function putAside(root: string, path: string): Promise<boolean> {
  const target = join(root, ASIDE, relative(root, path))
  await mkdir(dirname(target), { recursive: true })
  return (await unlessMissing(rename(path, target).then(() => true))) ?? false
}
