// batuta namespace files update|pull: a folder and the files of a namespace, made equal one way or the other.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ApiError, type Client } from '@batuta/api'
import { connect, explain } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printableDiff } from '../line-diff.ts'
import { absolute, localFiles, type LocalFile } from '../local-files.ts'
import { printJson, printLine, remark } from '../print.ts'
import { openProgress } from '../progress.ts'

export interface FilesUpdateOptions extends GlobalOptions {
  readonly delete?: boolean
  readonly dryRun?: boolean
  /** What is there already is refused. */
  readonly isNew?: boolean
  readonly failFast?: boolean
}

interface Way {
  readonly namespace: string
  readonly from: string
  readonly to: string
}

/** The first bytes decide whether a file is one of lines. */
const LOOKED_AT_BYTES = 8_000
const MARKS = { create: '+', update: '~', keep: '=', delete: '-' } as const

interface Step {
  readonly change: keyof typeof MARKS
  readonly path: string
  readonly before?: Buffer
  readonly after?: Buffer
}

export async function filesUpdate({ namespace, from, to }: Way, options: FilesUpdateOptions): Promise<ExitCode> {
  const client = connect(options)
  const sources = (await localFiles(from)).map(({ file, path }) => ({ file, path: targetOf(to, path, file === from) }))
  if (options.dryRun) return report(await planOf(client, namespace, { sources, to, options }), options)
  const known = new Set(options.isNew ? await pathsOf(client, namespace) : [])
  const progress = openProgress('sending', sources.length)
  const written: string[] = []
  const refused: CommandError[] = []
  for (const { file, path } of sources) {
    const error = known.has(path)
      ? new CommandError(EXIT.refused, `${path} is there already: --override overwrites it`)
      : await uploadOrExplain(client, { namespace, file, path, server: options.server })
    progress.step(path)
    if (error === undefined) written.push(path)
    else refused.push(error)
    if (error !== undefined && options.failFast) break
  }
  progress.end()
  const deleted = options.delete ? await deleteOthers(client, namespace, { sources, to }) : []
  if (options.json) printJson({ written, deleted, refused: refused.map(({ message }) => message) })
  else {
    for (const path of written) printLine(`wrote ${path}`)
    for (const path of deleted) printLine(`deleted ${path}`)
    for (const { message } of refused) printLine(`✗ ${message}`)
  }
  return refused[0]?.exitCode ?? EXIT.ok
}

/** One file takes the name it is given; into a folder it goes with its own. */
function targetOf(to: string, path: string, isOneFile: boolean): string {
  const isName = isOneFile && to !== '' && !to.endsWith('/')
  return absolute(isName ? to : `${to}/${path}`)
}

async function uploadOrExplain(
  client: Client,
  { namespace, file, path, server }: { readonly namespace: string; readonly server: string } & LocalFile,
): Promise<CommandError | undefined> {
  const body = new FormData()
  // An archive is a file like any other here: its name would have it unpacked.
  body.append('fileContent', new Blob([new Uint8Array(await readFile(file))]), 'content')
  try {
    await client.namespaceFiles.put({ params: { namespace }, query: { path }, body })
    return undefined
  } catch (error) {
    const told = explain(error, server)
    if (told instanceof CommandError && told.exitCode === EXIT.refused)
      return new CommandError(told.exitCode, `${path}: ${told.message}`, told.details)
    throw error
  }
}

async function pathsOf(client: Client, namespace: string): Promise<readonly string[]> {
  return await client.namespaceFiles.search({ params: { namespace }, query: { q: '' } })
}

async function deleteOthers(
  client: Client,
  namespace: string,
  { sources, to }: { readonly sources: readonly LocalFile[]; readonly to: string },
): Promise<readonly string[]> {
  const others = superfluous(await pathsOf(client, namespace), sources, to)
  for (const path of others) await client.namespaceFiles.delete({ params: { namespace }, query: { path } })
  return others
}

function superfluous(there: readonly string[], sources: readonly LocalFile[], to: string): readonly string[] {
  const kept = new Set(sources.map(({ path }) => path))
  return there.filter(path => !kept.has(path) && path.startsWith(absolute(`${to}/`)))
}

async function planOf(
  client: Client,
  namespace: string,
  {
    sources,
    to,
    options,
  }: { readonly sources: readonly LocalFile[]; readonly to: string; readonly options: FilesUpdateOptions },
): Promise<readonly Step[]> {
  const there = await pathsOf(client, namespace)
  const known = new Set(there)
  const steps: Step[] = []
  for (const { file, path } of sources) {
    const after = await readFile(file)
    const before = known.has(path) ? await remoteFile(client, namespace, path) : undefined
    const change = before === undefined ? 'create' : before.equals(after) ? 'keep' : 'update'
    steps.push({ change, path, ...(before && { before }), after })
  }
  const others = options.delete ? superfluous(there, sources, to) : []
  return [...steps, ...others.map((path): Step => ({ change: 'delete', path }))]
}

async function remoteFile(client: Client, namespace: string, path: string): Promise<Buffer | undefined> {
  try {
    return Buffer.from(await client.namespaceFiles.get({ params: { namespace }, query: { path } }))
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

export interface FilesPullOptions extends GlobalOptions {
  readonly path?: string
  readonly delete?: boolean
  readonly dryRun?: boolean
}

export async function filesPull(
  [namespace = '', folder = '']: readonly string[],
  options: FilesPullOptions,
): Promise<ExitCode> {
  const client = connect(options)
  const within = absolute(`${options.path ?? ''}/`)
  const paths = (await pathsOf(client, namespace)).filter(path => path.startsWith(within))
  const progress = openProgress('fetching', paths.length)
  const steps: Step[] = []
  for (const path of paths) {
    const file = join(folder, path.slice(within.length))
    const after = await remoteFile(client, namespace, path)
    progress.step(path)
    if (after === undefined) continue
    const before = existsSync(file) ? await readFile(file) : undefined
    const change = before === undefined ? 'create' : before.equals(after) ? 'keep' : 'update'
    steps.push({ change, path: file, ...(before && { before }), after })
  }
  progress.end()
  if (options.delete && existsSync(folder)) {
    const kept = new Set(steps.map(({ path }) => path))
    for (const { file } of await localFiles(folder)) if (!kept.has(file)) steps.push({ change: 'delete', path: file })
  }
  if (!options.dryRun) for (const step of steps) await perform(step)
  return report(steps, options)
}

async function perform({ change, path, after }: Step): Promise<void> {
  if (change === 'delete') return await rm(path)
  if (change === 'keep' || after === undefined) return
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, after)
}

function report(steps: readonly Step[], options: GlobalOptions & { readonly dryRun?: boolean }): ExitCode {
  const isDry = options.dryRun === true
  if (options.json) printJson({ dryRun: isDry, steps: steps.map(({ change, path }) => ({ change, path })) })
  else for (const line of steps.flatMap(step => linesOf(step, isDry))) printLine(line)
  if (isDry) remark(`${steps.filter(({ change }) => change !== 'keep').length} changes; nothing was changed`)
  return EXIT.ok
}

function linesOf({ change, path, before, after }: Step, isWithDiff: boolean): readonly string[] {
  const head = `${MARKS[change]} ${path}`
  if (!isWithDiff || change !== 'update' || !before || !after || !isText(before) || !isText(after)) return [head]
  return [head, ...printableDiff(before.toString(), after.toString()).map(line => `    ${line}`)]
}

function isText(bytes: Buffer): boolean {
  return !bytes.subarray(0, LOOKED_AT_BYTES).includes(0)
}
