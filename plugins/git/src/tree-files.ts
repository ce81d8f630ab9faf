// The files of a folder of a repository: which there are, which are to be passed over, and which a pattern names.
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, matchesGlob, relative, resolve, sep } from 'node:path'
import { isList, printValue, TaskError, type Value } from '@batuta/plugin-sdk'
import type { WorkTree } from './repository/work-tree.ts'

const IGNORE_FILE = '.kestraignore'
const FILES_MAX = 20_000

/** A folder inside of the repository; the repository itself for an empty name. */
export function folderOf({ folder }: Pick<WorkTree, 'folder'>, name: string): string {
  const path = resolve(folder, `./${name}`)
  const inside = relative(folder, path)
  if (inside === '..' || inside.startsWith(`..${sep}`) || inside.split(sep)[0] === '.git')
    throw new TaskError(`the folder "${name}" does not lie inside of the repository`)
  return path
}

/** Their paths below the folder, those left out that `.kestraignore` names; undefined where there is no such folder. */
export async function listTree(tree: WorkTree, name: string): Promise<readonly string[] | undefined> {
  const folder = folderOf(tree, name)
  if (!existsSync(folder)) return undefined
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter(entry => entry.isFile() && !entry.parentPath.split(sep).includes('.git') && entry.name !== '.git')
    .map(entry => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(path => path !== IGNORE_FILE)
    .sort()
  if (paths.length > FILES_MAX) throw new TaskError(`the folder "${name}" has more than ${FILES_MAX} files`)
  const ignored = await ignoredOf(folder, paths)
  return paths.filter(path => !ignored.has(path))
}

async function ignoredOf(folder: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const rules = join(folder, IGNORE_FILE)
  if (paths.length === 0 || !existsSync(rules)) return new Set()
  const isIgnored = ignoring(await readFile(rules, 'utf8'))
  return new Set(paths.filter(isIgnored))
}

/** The rules of `.gitignore`: the last one that fits decides, `!` takes back, a slash binds to the folder. */
export function ignoring(text: string): (path: string) => boolean {
  const rules = text
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => {
      const isBack = line.startsWith('!')
      const pattern = (isBack ? line.slice(1) : line).replace(/\/+$/, '')
      const bound = pattern.includes('/') ? pattern.replace(/^\//, '') : `**/${pattern}`
      return { isBack, patterns: [bound, `${bound}/**`] }
    })
  return path => {
    const last = rules.findLast(({ patterns }) => patterns.some(pattern => matchesGlob(path, pattern)))
    return last !== undefined && !last.isBack
  }
}

/** One pattern, a list of them, or the JSON text of a list; everything without. */
export function patternsOf(written: Value | undefined): readonly string[] | undefined {
  if (written === undefined || written === null) return undefined
  if (isList(written)) return written.map(printValue)
  const text = printValue(written).trim()
  if (text === '') return undefined
  if (!text.startsWith('[')) return [text]
  const parsed: unknown = JSON.parse(text)
  return Array.isArray(parsed) ? parsed.map(String) : [text]
}

/** A pattern without a slash fits names at any depth. */
export function isNamed(path: string, patterns: readonly string[] | undefined): boolean {
  if (patterns === undefined) return true
  return patterns.some(pattern => {
    const clean = pattern.replace(/^\/+/, '')
    return matchesGlob(path, clean) || (!clean.includes('/') && matchesGlob(path, `**/${clean}`))
  })
}
