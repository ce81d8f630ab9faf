// batuta namespace files …: the files of a namespace.
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import type { Client } from '@batuta/api'
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'

const FILES_MAX = 10_000
const IGNORE_FILE = '.kestraignore'

export async function filesList(namespace: string, options: GlobalOptions): Promise<ExitCode> {
  const paths = await connect(options).namespaceFiles.search({ params: { namespace }, query: { q: '' } })
  if (options.json) printJson(paths)
  else for (const path of paths) printLine(path)
  return EXIT.ok
}

export interface FilesGetOptions extends GlobalOptions {
  readonly output?: string
  readonly revision?: string
}

export async function filesGet(namespace: string, path: string, options: FilesGetOptions): Promise<ExitCode> {
  const { output, revision } = options
  const query = { path: absolute(path), ...(revision !== undefined && { revision: Number(revision) }) }
  const bytes = Buffer.from(await connect(options).namespaceFiles.get({ params: { namespace }, query }))
  if (output === undefined) process.stdout.write(bytes)
  else await writeFile(output, bytes)
  return EXIT.ok
}

export async function filesDelete(namespace: string, path: string, options: GlobalOptions): Promise<ExitCode> {
  await connect(options).namespaceFiles.delete({ params: { namespace }, query: { path: absolute(path) } })
  if (!options.json) printLine(`deleted ${absolute(path)}`)
  return EXIT.ok
}

export async function filesExport(namespace: string, file: string, options: GlobalOptions): Promise<ExitCode> {
  await writeFile(file, Buffer.from(await connect(options).namespaceFiles.export({ params: { namespace } })))
  if (!options.json) printLine(`wrote ${file}`)
  return EXIT.ok
}

export interface FilesUpdateOptions extends GlobalOptions {
  readonly delete?: boolean
}

/** A file, or all files of a folder; with `--delete` what is not among them goes. */
export async function filesUpdate(
  { namespace, from, to }: { readonly namespace: string; readonly from: string; readonly to: string },
  options: FilesUpdateOptions,
): Promise<ExitCode> {
  const client = connect(options)
  const sources = await sourcesOf(from)
  const targets = new Set<string>()
  for (const { file, path } of sources) {
    const target = absolute(`${to}/${path}`)
    targets.add(target)
    await upload(client, { namespace, file, target })
    if (!options.json) printLine(`wrote ${target}`)
  }
  if (options.delete)
    for (const path of await client.namespaceFiles.search({ params: { namespace }, query: { q: absolute(to) } })) {
      if (targets.has(path) || !path.startsWith(absolute(`${to}/`))) continue
      await client.namespaceFiles.delete({ params: { namespace }, query: { path } })
      if (!options.json) printLine(`deleted ${path}`)
    }
  if (options.json) printJson([...targets])
  return EXIT.ok
}

async function upload(
  client: Client,
  { namespace, file, target }: { readonly namespace: string; readonly file: string; readonly target: string },
): Promise<void> {
  const body = new FormData()
  // An archive is a file like any other here: its name would have it unpacked.
  body.append('fileContent', new Blob([await readFile(file)]), 'content')
  await client.namespaceFiles.put({ params: { namespace }, query: { path: target }, body })
}

async function sourcesOf(from: string): Promise<readonly { readonly file: string; readonly path: string }[]> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined
    throw error
  })
  if (entries === undefined) return [{ file: from, path: basename(from) }]
  const ignored = await ignoredOf(from)
  const files = entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .map(file => ({ file, path: relative(from, file).split(sep).join('/') }))
    .filter(({ path }) => !ignored.some(pattern => pattern.test(path)))
  if (files.length > FILES_MAX)
    throw new CommandError(EXIT.usage, `there are ${files.length} files in "${from}", at most ${FILES_MAX} are sent`)
  return files
}

/** As in a .gitignore, as far as it is names, stars and folders. */
async function ignoredOf(from: string): Promise<readonly RegExp[]> {
  const text = await readFile(join(from, IGNORE_FILE), 'utf8').catch(() => '')
  const lines = text.split(/\r?\n/).map(line => line.trim())
  return [IGNORE_FILE, ...lines].filter(line => line !== '' && !line.startsWith('#')).map(patternOf)
}

function patternOf(line: string): RegExp {
  const isAnchored = line.startsWith('/')
  const text = line.replace(/^\//, '').replace(/\/$/, '')
  const body = text
    .split('**')
    .map(part =>
      part
        .split('*')
        .map(piece => piece.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
        .join('[^/]*'),
    )
    .join('.*')
  return new RegExp(`${isAnchored ? '^' : '(?:^|/)'}${body}(?:/|$)`)
}

function absolute(path: string): string {
  return `/${path}`.replace(/\/+/g, '/')
}
