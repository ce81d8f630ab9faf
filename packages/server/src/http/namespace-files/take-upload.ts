// A file that is written by the API: streamed into internal storage, unpacked when it is an archive, and taken for a flow under `_flows/`.
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { finished } from 'node:stream/promises'
import { Busboy, type BusboyFileStream } from '@fastify/busboy'
import { judgeFlow, saveFlow } from '../../flows/save-flow.ts'
import { NamespaceFiles, relativePath } from '../../namespaces/namespace-files.ts'
import { listZip, type ZipFile } from '../../namespaces/zip/read-zip.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { invalidFlow } from '../flows/report-flow.ts'
import { watchBody } from '../slow-bodies.ts'
import { RequestError } from '../request-error.ts'

export interface Upload {
  readonly namespace: string
  readonly path: string
  readonly incoming: IncomingMessage
}

const PART = 'fileContent'
const FILE_BYTES_MAX = 10 * 2 ** 30
const ARCHIVE_BYTES_MAX = 256 * 2 ** 20
const FLOW_BYTES_MAX = 2 ** 20
const FLOWS = '_flows'

export async function takeUpload({ namespace, path, incoming }: Upload, dependencies: HttpDependencies): Promise<void> {
  const own = new NamespaceFiles(dependencies.files, namespace)
  relativePath(path)
  let isTaken = false
  await parseParts(incoming, async (name, stream, fileName) => {
    if (name !== PART || isTaken) return void stream.resume()
    isTaken = true
    if (fileName.toLowerCase().endsWith('.zip')) await unpack(stream, own, dependencies)
    else await takeFile(path, stream, own, dependencies)
    if (stream.truncated) throw tooLarge(FILE_BYTES_MAX)
  })
  if (!isTaken) throw new RequestError(422, 'body-invalid', `The body has no part "${PART}" with the file.`)
}

async function takeFile(
  path: string,
  stream: BusboyFileStream,
  own: NamespaceFiles,
  dependencies: HttpDependencies,
): Promise<void> {
  if (!isFlow(path)) return void (await own.put(path, stream))
  await takeFlow((await readWhole(stream, FLOW_BYTES_MAX)).toString('utf8'), dependencies)
}

/** All or nothing: every file is judged, and unpacked once, before the first is written. */
async function unpack(stream: BusboyFileStream, own: NamespaceFiles, dependencies: HttpDependencies): Promise<void> {
  const flows: string[] = []
  const files: ZipFile[] = []
  for (const file of listZip(await readWhole(stream, ARCHIVE_BYTES_MAX))) {
    if (isFlow(file.path)) {
      flows.push(await sourceOf(file, dependencies))
      continue
    }
    own.uriOf(file.path)
    await finished(file.open().resume())
    files.push(file)
  }
  for (const source of flows) await takeFlow(source, dependencies)
  for (const file of files) await own.put(file.path, file.open())
}

async function sourceOf(file: ZipFile, { saveWorld }: HttpDependencies): Promise<string> {
  if (file.sizeBytes > FLOW_BYTES_MAX) throw tooLarge(FLOW_BYTES_MAX)
  const source = await text(file.open())
  const { flow, diagnostics } = judgeFlow(source, saveWorld)
  if (!flow) throw invalidFlow(diagnostics)
  return source
}

function isFlow(path: string): boolean {
  return relativePath(path).startsWith(`${FLOWS}/`)
}

async function takeFlow(source: string, { saveWorld }: HttpDependencies): Promise<void> {
  const { flow, diagnostics } = judgeFlow(source, saveWorld)
  if (!flow) throw invalidFlow(diagnostics)
  await saveFlow(source, flow, saveWorld)
}

async function readWhole(stream: BusboyFileStream, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length > bytesMax) throw tooLarge(bytesMax)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks, length)
}

function tooLarge(bytesMax: number): RequestError {
  return new RequestError(413, 'file-too-large', `The file is larger than ${bytesMax / 2 ** 20} MiB.`)
}

type TakePart = (name: string, stream: BusboyFileStream, fileName: string) => Promise<void>

function parseParts(incoming: IncomingMessage, take: TakePart): Promise<void> {
  const contentType = incoming.headers['content-type'] ?? ''
  if (!/^multipart\/form-data\b.*;\s*boundary=/i.test(contentType)) {
    incoming.resume()
    return Promise.reject(new RequestError(415, 'media-type', 'A file comes as multipart/form-data.'))
  }
  return new Promise((resolve, reject) => {
    const taken: Promise<void>[] = []
    const fail = (error: unknown): void => {
      incoming.unpipe()
      incoming.resume()
      reject(error instanceof Error ? error : new Error(String(error)))
    }
    const broken = (cause?: unknown): void =>
      fail(new RequestError(400, 'body-broken', 'The multipart body is malformed or ended early.', { cause }))
    const busboy = new Busboy({
      headers: { ...incoming.headers, 'content-type': contentType },
      limits: { fileSize: FILE_BYTES_MAX, files: 1, parts: 10 },
    })
    busboy.on('file', (name, stream, fileName) => {
      const part = take(name, stream, fileName ?? '')
      part.catch(fail)
      taken.push(part)
    })
    busboy.on('error', broken)
    busboy.on('finish', () => void Promise.all(taken).then(() => resolve(), fail))
    incoming.on('aborted', () => broken())
    watchBody(incoming)
    incoming.pipe(busboy)
  })
}
