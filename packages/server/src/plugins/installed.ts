// Plugins that somebody installed: a folder for each version of each, with what it needs of others, and one lock that says what was checked when it came.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { trust } from '@batuta/core'
import type { PluginManifest } from './manifests.ts'

export interface InstalledPlugin {
  /** `name@version`. */
  readonly key: string
  readonly integrity: string
  readonly manifest: PluginManifest
  /** Address of the module to import; another one for other content. */
  readonly module: string
}

export interface LockEntry {
  readonly name: string
  readonly version: string
  /** What was asked for. */
  readonly source: string
  /** Of the package as it was packed. */
  readonly integrity: string
  /** Of the files of its folder, those of other packages left out: their own lock holds them. */
  readonly contents: string
  readonly entry: string
}

export const LOCK_FILE = 'plugins.lock.json'
export const MANIFEST_FILE = 'manifest.json'
const FILES_MAX = 20_000

/** The oldest version of each first. What is not as it was when it came is left out, and told. */
export function readInstalled(folder: string, onNotice: (message: string) => void): readonly InstalledPlugin[] {
  const installed: InstalledPlugin[] = []
  for (const entry of readLock(folder)) {
    const key = keyOf(entry)
    const place = join(folder, folderOf(entry))
    if (!existsSync(join(place, MANIFEST_FILE)))
      onNotice(`the plugin ${key} is in the lock and not on the disk: install it again`)
    else if (contentsOf(place) !== entry.contents)
      onNotice(`the plugin ${key} is not used: its files are not those that were installed. Install it again`)
    else {
      const manifest = trust<PluginManifest>(JSON.parse(readFileSync(join(place, MANIFEST_FILE), 'utf8')))
      const module = `${pathToFileURL(join(place, entry.entry)).href}?v=${entry.contents.slice(0, 16)}`
      installed.push({ key, integrity: entry.contents, manifest, module })
    }
  }
  return installed.sort((a, b) => compareVersions(a.manifest.version, b.manifest.version))
}

export function readLock(folder: string): readonly LockEntry[] {
  const file = join(folder, LOCK_FILE)
  if (!existsSync(file)) return []
  const { plugins } = trust<{ readonly plugins: readonly LockEntry[] }>(JSON.parse(readFileSync(file, 'utf8')))
  return plugins
}

export function keyOf({ name, version }: Pick<LockEntry, 'name' | 'version'>): string {
  return `${name}@${version}`
}

/** One level, also for names with a scope. */
export function folderOf(entry: Pick<LockEntry, 'name' | 'version'>): string {
  return keyOf(entry).replace('/', '+')
}

export function contentsOf(place: string): string {
  const hash = createHash('sha256')
  for (const file of filesOf(place)) {
    hash.update(`${relative(place, file).replaceAll('\\', '/')}\n`)
    hash.update(createHash('sha256').update(readFileSync(file)).digest())
  }
  return hash.digest('hex')
}

function filesOf(place: string): readonly string[] {
  const files: string[] = []
  const folders = [place]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && entry.name !== 'node_modules') folders.push(join(folder, entry.name))
      else if (entry.isFile()) files.push(join(folder, entry.name))
    }
    if (files.length > FILES_MAX) break
  }
  return files.sort()
}

/** By numbers; what comes before a version (`1.0.0-beta`) is older than it. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [left, right].map(version => version.split('+')[0] ?? '')
  const [coreA = '', ...preA] = (a ?? '').split('-')
  const [coreB = '', ...preB] = (b ?? '').split('-')
  const byNumber = compareParts(coreA.split('.'), coreB.split('.'))
  if (byNumber !== 0) return byNumber
  if (preA.length === 0 || preB.length === 0) return preB.length - preA.length
  return compareParts(preA.join('-').split('.'), preB.join('-').split('.'))
}

function compareParts(left: readonly string[], right: readonly string[]): number {
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [a = '', b = ''] = [left[index], right[index]]
    const [x, y] = [Number(a), Number(b)]
    const order = Number.isNaN(x) || Number.isNaN(y) ? (a < b ? -1 : a > b ? 1 : 0) : x - y
    if (order !== 0) return order
  }
  return 0
}
