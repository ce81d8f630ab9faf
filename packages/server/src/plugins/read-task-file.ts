// The code of a task that is a file of a namespace: the file, and what it imports of the namespace, in the state of one moment.
import { posix } from 'node:path'
import { BatutaError } from '@batuta/core'
import type { FileStore, TaskFileCode } from '@batuta/plugin-sdk'
import { NamespaceFiles } from '../namespaces/namespace-files.ts'

export interface WantedTaskFile {
  readonly namespace: string
  /** Below the files of the namespace. */
  readonly path: string
  /** As an author wrote it; the newest unless said. What it imports is always the newest. */
  readonly revision?: string | undefined
}

const FILES_MAX = 100
const CODE_BYTES_MAX = 1024 * 1024
/** As far as imports can be told without reading the language: what is missed here, Node does not find either, and says so. */
const IMPORT = /\b(?:from|import)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g

/** @throws {BatutaError} that names the file and the way out. */
export async function readTaskFile(files: FileStore, wanted: WantedTaskFile): Promise<TaskFileCode> {
  const own = new NamespaceFiles(files, wanted.namespace)
  const { text, revision } = await readEntry(files, own, wanted)
  const found = new Map([[wanted.path, text]])
  let bytes = Buffer.byteLength(text)
  for (const [path, code] of found) {
    for (const { target, line } of importsOf(path, code)) {
      if (found.has(target)) continue
      const entry = target.startsWith('..') ? undefined : await own.find(target)
      if (entry === undefined) throw notFound(`${path}:${line} imports "${target}", which`, wanted.namespace)
      bytes += entry.sizeBytes
      if (found.size >= FILES_MAX || bytes > CODE_BYTES_MAX) throw tooLarge(wanted.path)
      found.set(target, await textOf(files, entry.uri))
    }
  }
  return { path: wanted.path, revision, files: found }
}

async function readEntry(
  files: FileStore,
  own: NamespaceFiles,
  { namespace, path, revision }: WantedTaskFile,
): Promise<{ readonly text: string; readonly revision: number }> {
  const newest = (await own.revisions(path)).at(-1)?.revision
  if (newest === undefined) throw notFound(path, namespace)
  const number = revision === undefined ? newest : Number(revision)
  const entry = Number.isSafeInteger(number) && number > 0 ? await own.findContent(path, number) : undefined
  if (entry === undefined)
    throw new BatutaError(
      'file-not-found',
      `${path} has no revision "${revision}", the newest is ${newest}: \`version\` names a revision of the file.`,
    )
  if (entry.sizeBytes > CODE_BYTES_MAX) throw tooLarge(path)
  return { text: await textOf(files, entry.uri), revision: number }
}

function importsOf(path: string, code: string): readonly { readonly target: string; readonly line: number }[] {
  return Array.from(code.matchAll(IMPORT), ({ 2: specifier = '', index }) => ({
    target: posix.join(posix.dirname(path), specifier),
    line: code.slice(0, index).split('\n').length,
  }))
}

async function textOf(files: FileStore, uri: string): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of await files.open(uri)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function notFound(what: string, namespace: string): BatutaError {
  const message = `${what} is not among the files of the namespace "${namespace}": upload it, or correct the path.`
  return new BatutaError('file-not-found', message)
}

function tooLarge(path: string): BatutaError {
  const message = `${path} and what it imports are more than ${FILES_MAX} files or ${CODE_BYTES_MAX} bytes: make it a plugin.`
  return new BatutaError('file-too-large', message)
}
