// What is deleted while a backup runs is put aside instead, for the backup to find: a row that its copy of the database still has may name a file that
// was born after its first look and is gone before its second. Who deletes asks each time whether there is a hold; nobody else has to know.
import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
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
export async function holdFiles(root: string, nowMs: () => number): Promise<FileHold> {
  await endSilentHolds(root, nowMs)
  await mkdir(join(root, HOLDS), { recursive: true })
  const path = join(root, HOLDS, randomUUID())
  await (await open(path, 'wx')).close()
  const released = new AbortController()
  void sayAgain(path, nowMs, released.signal)
  return {
    aside: join(root, ASIDE),
    release: async () => {
      released.abort()
      await rm(path, { force: true })
      await endSilentHolds(root, nowMs)
    },
  }
}

async function sayAgain(path: string, nowMs: () => number, released: AbortSignal): Promise<void> {
  for (;;) {
    const isDue = await sleep(SAY_EVERY_MS, true, { signal: released, ref: false }).catch(() => false)
    if (!isDue) return
    const now = new Date(nowMs())
    await unlessMissing(utimes(path, now, now))
  }
}

/** Also for the start of a server: a backup that was killed leaves its hold, and then nothing would ever be gone. */
export async function endSilentHolds(root: string, nowMs: () => number): Promise<void> {
  const folder = join(root, HOLDS)
  for (const name of (await unlessMissing(readdir(folder))) ?? []) {
    const stats = await unlessMissing(stat(join(folder, name)))
    if (stats && nowMs() - stats.mtimeMs > SILENT_MAX_MS) await rm(join(folder, name), { force: true })
  }
  if (!(await isHeld(root))) await rm(join(root, ASIDE), { recursive: true, force: true })
}

export async function isHeld(root: string): Promise<boolean> {
  const holds = await unlessMissing(readdir(join(root, HOLDS)))
  return holds !== undefined && holds.length > 0
}

/** False when somebody else has taken it away. */
export async function putAside(root: string, path: string): Promise<boolean> {
  const target = join(root, ASIDE, relative(root, path))
  await mkdir(dirname(target), { recursive: true })
  return (await unlessMissing(rename(path, target).then(() => true))) ?? false
}
