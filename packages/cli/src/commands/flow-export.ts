// batuta flow export: the sources of flows as a ZIP archive, in the folder or the file that is named.
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { connect } from '../connect.ts'
import type { ExitCode } from '../exit-code.ts'
import { parsePair } from '../flow-name.ts'
import type { GlobalOptions } from '../global-options.ts'
import { show } from '../show.ts'
import { flowQuery, type FlowQueryOptions } from './flow-change.ts'

const FILE_NAME = 'flows.zip'

export interface FlowExportOptions extends FlowQueryOptions {
  readonly outputFile?: string
}

export async function flowExport([folder = '.']: readonly string[], options: FlowExportOptions): Promise<ExitCode> {
  const bytes = await connect(options).flows.exportByQuery({ query: flowQuery(options) })
  return await write(bytes, options.outputFile ?? (await fileIn(folder)), options)
}

export async function flowExportByIds(
  names: readonly string[],
  options: GlobalOptions & { readonly outputFile?: string },
): Promise<ExitCode> {
  const body = names.map(parsePair).map(({ namespace, id }) => ({ namespace, id }))
  return await write(await connect(options).flows.exportByIds({ body }), options.outputFile ?? FILE_NAME, options)
}

/** A folder gets a file of the usual name; a name that ends in .zip is the file. */
async function fileIn(place: string): Promise<string> {
  const found = await stat(place).catch(() => undefined)
  return /\.zip$/i.test(place) && found?.isDirectory() !== true ? place : join(place, FILE_NAME)
}

async function write(bytes: ArrayBuffer, file: string, options: GlobalOptions): Promise<ExitCode> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, Buffer.from(bytes))
  return show(options, { file, sizeBytes: bytes.byteLength }, `wrote ${file}`)
}
