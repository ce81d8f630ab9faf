// batuta namespace files …: the files of a namespace.
import { writeFile } from 'node:fs/promises'
import { ApiError } from '@batuta/api'
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { absolute } from '../local-files.ts'
import { moment, show, showTable } from '../show.ts'

export interface FilesListOptions extends GlobalOptions {
  readonly path?: string
  readonly recursive?: boolean
  readonly query?: string
}

/** All paths; of one folder, or those that hold a text. */
export async function filesList(
  [namespace = '', text]: readonly string[],
  options: FilesListOptions,
): Promise<ExitCode> {
  const { namespaceFiles } = connect(options)
  const { path, recursive, query: q = text ?? '' } = options
  const params = { namespace }
  if (path !== undefined && !recursive) {
    const found = await namespaceFiles.directory({ params, query: { path: absolute(path) } })
    return showTable(options, found, [
      ['NAME', ({ fileName, type }) => (type === 'Directory' ? `${fileName}/` : fileName)],
      ['SIZE', ({ size, type }) => (type === 'Directory' ? '' : String(size))],
      ['CHANGED', ({ lastModifiedTime }) => moment(new Date(lastModifiedTime).toISOString())],
    ])
  }
  const all = await namespaceFiles.search({ params, query: { q } })
  const within = absolute(`${path ?? ''}/`)
  const paths = all.filter(each => each.startsWith(within))
  return show(options, paths, ...paths)
}

export async function filesRevisions(
  [namespace = '', path = '']: readonly string[],
  options: GlobalOptions,
): Promise<ExitCode> {
  const query = { path: absolute(path) }
  const found = await connect(options).namespaceFiles.revisions({ params: { namespace }, query })
  return showTable(options, found, [
    ['REVISION', ({ revision }) => String(revision)],
    ['UPDATED', ({ updated }) => moment(updated)],
  ])
}

export async function filesMove(
  [namespace = '', from = '', to = '']: readonly string[],
  options: GlobalOptions,
): Promise<ExitCode> {
  const query = { from: absolute(from), to: absolute(to) }
  await connect(options).namespaceFiles.move({ params: { namespace }, query })
  return show(options, query, `moved ${query.from} to ${query.to}`)
}

export interface FilesGetOptions extends GlobalOptions {
  readonly output?: string
  readonly outputFile?: string
  readonly revision?: string
}

export async function filesGet(namespace: string, path: string, options: FilesGetOptions): Promise<ExitCode> {
  const { output = options.outputFile, revision } = options
  const query = { path: absolute(path), ...(revision !== undefined && { revision: Number(revision) }) }
  const bytes = Buffer.from(await connect(options).namespaceFiles.get({ params: { namespace }, query }))
  if (output === undefined) process.stdout.write(bytes)
  else await writeFile(output, bytes)
  return EXIT.ok
}

/** With `force` one that is not there is no failure. */
export async function filesDelete(
  namespace: string,
  path: string,
  options: GlobalOptions & { readonly force?: boolean },
): Promise<ExitCode> {
  const query = { path: absolute(path) }
  try {
    await connect(options).namespaceFiles.delete({ params: { namespace }, query })
  } catch (error) {
    if (options.force !== true || !(error instanceof ApiError) || error.status !== 404) throw error
    return show(options, { deleted: [] }, `there is no ${query.path}`)
  }
  return show(options, { deleted: [query.path] }, `deleted ${query.path}`)
}

export async function filesExport(namespace: string, file: string, options: GlobalOptions): Promise<ExitCode> {
  await writeFile(file, Buffer.from(await connect(options).namespaceFiles.export({ params: { namespace } })))
  return show(options, { file }, `wrote ${file}`)
}
