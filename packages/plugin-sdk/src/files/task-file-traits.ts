// The file properties that scripts and their like share: files written before the command, files kept after it, and `kestra://` URIs
// inside commands, which become paths of local copies.
import { glob, lstat, mkdir, readdir, realpath, writeFile } from 'node:fs/promises'
import { dirname, extname, join, relative, sep } from 'node:path'
import { decodeValue, isMap, mapEntries, printValue } from '@batuta/core'
import type { Value, ValueMap } from '@batuta/core'
import type { RunContext } from '../run-context.ts'
import { TaskError } from '../task-error.ts'
import { isStorageUri, parseStorageUri } from './storage-uri.ts'

/** A folder inside the working directory for what we put there ourselves; never collected as output. */
export const PRIVATE_FOLDER = '.batuta'
const OUTPUT_FILES_MAX = 10_000

/** Writes `inputFiles`: a map from relative path to content or storage URI, or the JSON text of such a map. */
export async function writeInputFiles(ctx: RunContext, inputFiles: Value): Promise<void> {
  for (const [name, content] of mapEntries(toFileMap(inputFiles))) {
    const path = await ctx.workingDir.resolve(name)
    await mkdir(dirname(path), { recursive: true })
    const text = content === null ? '' : printValue(content)
    if (isStorageUri(text.trim())) await ctx.files.copyTo(text.trim(), path)
    else await writeFile(path, text)
  }
}

function toFileMap(inputFiles: Value): ValueMap {
  if (typeof inputFiles === 'object' && isMap(inputFiles)) return inputFiles
  const parsed = typeof inputFiles === 'string' ? parseMap(inputFiles) : undefined
  if (parsed !== undefined) return parsed
  throw new TaskError(
    `property "inputFiles" must be a map from file name to content or URI, not ${printValue(inputFiles).slice(0, 200)}`,
  )
}

function parseMap(text: string): ValueMap | undefined {
  try {
    const value = decodeValue(text)
    return isMap(value) ? value : undefined
  } catch {
    // The caller says what was expected.
    return undefined
  }
}

/** Stores the files that match the globs and returns their URIs by path relative to the working directory. */
export async function storeOutputFiles(
  ctx: RunContext,
  patterns: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const base = await ctx.workingDir.path()
  const names = new Set<string>()
  for (const pattern of patterns) {
    for await (const name of glob(pattern.replace(/^(?:\.?\/)+/, ''), { cwd: base })) {
      if (!name.split(sep).includes(PRIVATE_FOLDER)) names.add(name)
    }
  }
  return storeFiles(ctx, base, names)
}

/** Stores all files of a folder and returns their URIs by path relative to it. */
export async function storeFolder(ctx: RunContext, folder: string): Promise<Readonly<Record<string, string>>> {
  return storeFiles(ctx, folder, await readdir(folder, { recursive: true }))
}

async function storeFiles(ctx: RunContext, base: string, names: Iterable<string>): Promise<Record<string, string>> {
  const stored: Record<string, string> = {}
  const sorted = [...names].sort()
  if (sorted.length === 0) return stored
  const root = await realpath(await ctx.workingDir.path())
  for (const name of sorted) {
    const path = await findInside(root, join(base, name))
    if (path === undefined) continue
    if (Object.keys(stored).length >= OUTPUT_FILES_MAX) {
      throw new TaskError(`more than ${OUTPUT_FILES_MAX} output files; narrow the patterns or pack the files`)
    }
    const key = name.split(sep).join('/')
    stored[key] = await ctx.files.put({ path }, { name: key })
  }
  return stored
}

/** The real path of a regular file, unless a link leads out of the working directory. */
async function findInside(root: string, path: string): Promise<string | undefined> {
  const target = await realpath(path).catch(() => undefined)
  if (target === undefined || !(await lstat(target)).isFile()) return undefined
  const inside = relative(root, target)
  return inside.startsWith('..') ? undefined : target
}

const URI_IN_TEXT = /kestra:\/\/\/[-\p{L}\p{N}._+~#=/%@]+/gu

/** Copies every storage file that a text names into the working directory and puts the local path in its place. */
export async function localizeUris(ctx: RunContext, text: string): Promise<string> {
  const uris = new Set(text.match(URI_IN_TEXT))
  const paths = new Map<string, string>()
  for (const uri of uris) paths.set(uri, await copyHere(ctx, uri))
  return text.replace(URI_IN_TEXT, uri => paths.get(uri) ?? uri)
}

async function copyHere(ctx: RunContext, uri: string): Promise<string> {
  const name = parseStorageUri(uri).at(-1) ?? ''
  const path = await ctx.workingDir.resolve(`${PRIVATE_FOLDER}/in/${crypto.randomUUID().slice(0, 8)}${extname(name)}`)
  await ctx.files.copyTo(uri, path)
  return path
}

export interface NamespaceFilesOptions {
  readonly enabled: boolean
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  readonly namespaces?: readonly string[]
  readonly folderPerNamespace: boolean
  readonly ifExists: 'OVERWRITE' | 'FAIL' | 'WARN' | 'IGNORE'
}

/** Copies the namespace's files into the working directory. The server answers which there are; the bytes come from storage. */
export async function copyNamespaceFiles(ctx: RunContext, options: NamespaceFilesOptions): Promise<number> {
  if (!options.enabled) return 0
  const namespaces = options.namespaces ?? [ctx.flow.namespace]
  let count = 0
  for (const namespace of namespaces) {
    const { include, exclude } = options
    const found = await ctx.ports.ask('namespaceFiles', { namespace, include, exclude })
    if (!isMap(found)) throw new TaskError(`the files of namespace "${namespace}" cannot be listed`)
    for (const [name, uri] of mapEntries(found)) {
      const target = options.folderPerNamespace ? `${namespace}/${name}` : name
      if (await copyNamespaceFile(ctx, target, printValue(uri), options.ifExists)) count++
    }
  }
  return count
}

async function copyNamespaceFile(
  ctx: RunContext,
  name: string,
  uri: string,
  ifExists: NamespaceFilesOptions['ifExists'],
): Promise<boolean> {
  const path = await ctx.workingDir.resolve(name.replace(/^\/+/, ''))
  const isThere = (await lstat(path).catch(() => undefined)) !== undefined
  if (isThere && ifExists === 'FAIL') throw new TaskError(`the file "${name}" already exists in the working directory`)
  if (isThere && ifExists === 'WARN') ctx.logger.warn(`the file "${name}" already exists and is kept`)
  if (isThere && ifExists !== 'OVERWRITE') return false
  await ctx.files.copyTo(uri, path)
  return true
}
