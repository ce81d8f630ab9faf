// The code of a task that is a file of a namespace, put where a process can import it: in a folder that bears the hash of what is in it, so that the
// same code is written once, and an attempt that runs keeps the code it began with.
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export interface TaskFileCode {
  /** Below the files of the namespace, as the paths of `files`. */
  readonly path: string
  readonly revision: number
  /** The file and what it imports of the namespace, by path. */
  readonly files: ReadonlyMap<string, string>
}

export interface StagedTaskFile {
  readonly hash: string
  readonly folder: string
  /** The module to import. */
  readonly file: string
}

/** What was used longest ago goes when there is more. */
const STAGED_MAX = 500

export async function stageTaskFile(cacheDir: string, code: TaskFileCode): Promise<StagedTaskFile> {
  const hash = hashOf(code)
  const root = join(cacheDir, 'task-files')
  const folder = join(root, hash)
  if (existsSync(folder)) {
    const now = new Date()
    await utimes(folder, now, now)
  } else {
    await write(root, folder, code)
    await trim(root)
  }
  return { hash, folder, file: join(folder, code.path) }
}

function hashOf({ path, files }: TaskFileCode): string {
  const hash = createHash('sha256').update(path)
  for (const [name, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`\0${name}\0${Buffer.byteLength(text)}\0${text}`)
  return hash.digest('hex')
}

/** By renaming: whoever finds the folder finds all of it. */
async function write(root: string, folder: string, { files }: TaskFileCode): Promise<void> {
  const work = join(root, `.new-${randomUUID()}`)
  await mkdir(work, { recursive: true })
  await writeFile(join(work, 'package.json'), '{ "type": "module" }\n')
  for (const [name, text] of files) {
    await mkdir(dirname(join(work, name)), { recursive: true })
    await writeFile(join(work, name), text)
  }
  try {
    await rename(work, folder)
  } catch (error) {
    await rm(work, { recursive: true, force: true })
    // Somebody else has put the same there.
    if (!existsSync(folder)) throw error
  }
}

async function trim(root: string): Promise<void> {
  const names = (await readdir(root)).filter(name => !name.startsWith('.'))
  if (names.length <= STAGED_MAX) return
  const aged = await Promise.all(names.map(async name => ({ name, usedMs: (await stat(join(root, name))).mtimeMs })))
  aged.sort((a, b) => a.usedMs - b.usedMs)
  for (const { name } of aged.slice(0, aged.length - STAGED_MAX))
    await rm(join(root, name), { recursive: true, force: true })
}
