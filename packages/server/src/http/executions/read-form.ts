// The inputs of a start, however they travel: multipart parts (files are streamed into internal storage), a JSON object, or a URL-encoded
// form. A file input's part is named after the input; until 0.23 it was named `files` and the file name was the input's.
import type { IncomingMessage } from 'node:http'
import { isList, mapFrom, mapGet, type Input, type Plan, type Value, type ValueMap } from '@batuta/core'
import { storageUri, type FileStore } from '@batuta/plugin-sdk'
import type { Busboy, BusboyFileStream } from '@fastify/busboy'
import { BODY_BYTES_MAX, mapOf, readBytes, textOf } from '../read-body.ts'
import { watchBody } from '../slow-bodies.ts'
import { RequestError, unprocessable } from '../request-error.ts'

export interface Form {
  readonly inputs: ValueMap
  /** Values came as texts: an empty one may mean that nothing was given. */
  readonly isText: boolean
  /** Deletes the files that were stored. */
  discard(): Promise<void>
}

export interface FormPlace {
  readonly plan: Plan
  readonly executionId: string
  /** Which inputs are asked for, where they are not those of the flow. */
  readonly asked?: readonly Input[]
  /** Without it files are judged but not kept. */
  readonly files?: FileStore
}

const PARTS_MAX = 1_000
const FILE_BYTES_MAX = 10 * 2 ** 30
const OLD_FILE_PART = 'files'

export async function readForm(incoming: IncomingMessage, place: FormPlace): Promise<Form> {
  const type = incoming.headers['content-type'] ?? ''
  if (type.startsWith('multipart/form-data')) return await readMultipart(incoming, place)
  const bytes = await readBytes(incoming, BODY_BYTES_MAX)
  if (!bytes) return formOf({}, true)
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return formOf(joinRepeated([...new URLSearchParams(textOf(bytes))]), true)
  }
  if (type === '' || type.startsWith('application/json')) return formOf(mapOf(textOf(bytes)), false)
  throw new RequestError(415, 'media-type', `Inputs come as multipart/form-data or application/json, not as ${type}.`)
}

function formOf(inputs: ValueMap, isText: boolean): Form {
  return { inputs, isText, discard: () => Promise.resolve() }
}

async function readMultipart(incoming: IncomingMessage, place: FormPlace): Promise<Form> {
  const entries: [string, Value][] = []
  const stored: Promise<void>[] = []
  const discard = async (): Promise<void> => {
    await Promise.allSettled(stored)
    await place.files?.deleteFolder(folderOf(place))
  }
  try {
    // Few servers ever see a form.
    const { Busboy } = await import('@fastify/busboy')
    await parseParts(incoming, Busboy, {
      onField: (name, value) => entries.push([name, value]),
      onFile: (name, stream, fileName) => {
        const isOld = name === OLD_FILE_PART
        const found = findFileInput(place.asked ?? place.plan.flow.inputs, isOld ? fileName : name)
        if (!found) return void stream.resume()
        // The old form tells no name: the file is what the input asks for.
        const part = { id: found.id, stream, fileName: isOld ? `${found.id}${extensionOf(found.input)}` : fileName }
        stored.push(storeFile(part, place).then(uri => void entries.push([found.id, uri])))
      },
    })
    await Promise.all(stored)
  } catch (error) {
    await discard()
    throw error
  }
  return { inputs: joinRepeated(entries), isText: true, discard }
}

interface Parts {
  onField(name: string, value: string): void
  onFile(name: string, stream: BusboyFileStream, fileName: string): void
}

function parseParts(incoming: IncomingMessage, Parser: typeof Busboy, { onField, onFile }: Parts): Promise<void> {
  return new Promise((resolve, reject) => {
    const broken = (message: string, cause?: unknown): void => {
      incoming.unpipe()
      incoming.resume()
      reject(new RequestError(400, 'body-broken', message, { cause }))
    }
    const limits = { fieldSize: BODY_BYTES_MAX, fileSize: FILE_BYTES_MAX, parts: PARTS_MAX }
    if (incoming.destroyed && !incoming.complete) return broken('The body ended early.')
    const parser = openParser(incoming, Parser, limits)
    if ('problem' in parser) return broken(parser.problem)
    const { busboy } = parser
    busboy.on('field', (name, value, _isNameCut, isValueCut) => {
      if (isValueCut) broken(`The part "${name}" is larger than ${BODY_BYTES_MAX / 2 ** 20} MiB: send it as a file.`)
      else onField(name, value)
    })
    busboy.on('file', (name, stream, fileName) => onFile(name, stream, fileName))
    busboy.on('partsLimit', () => broken(`A form has at most ${PARTS_MAX} parts.`))
    busboy.on('error', error => broken('The multipart body is malformed.', error))
    busboy.on('finish', () => resolve())
    incoming.on('error', error => broken('The body ended early.', error))
    incoming.on('aborted', () => broken('The body ended early.'))
    watchBody(incoming)
    incoming.pipe(busboy)
  })
}

function openParser(
  incoming: IncomingMessage,
  Parser: typeof Busboy,
  limits: { readonly fieldSize: number; readonly fileSize: number; readonly parts: number },
): { readonly busboy: InstanceType<typeof Busboy> } | { readonly problem: string } {
  const contentType = incoming.headers['content-type'] ?? ''
  if (!/;\s*boundary=/i.test(contentType)) return { problem: 'The multipart body has no boundary in its Content-Type.' }
  return { busboy: new Parser({ headers: { ...incoming.headers, 'content-type': contentType }, limits }) }
}

interface FilePart {
  readonly id: string
  readonly stream: BusboyFileStream
  readonly fileName: string
}

async function storeFile({ id, stream, fileName }: FilePart, place: FormPlace): Promise<string> {
  const name = fileName === '' || fileName === id ? `${id}.upl` : fileName
  const uri = storageUri(`${folderOf(place)}/${id}`, name)
  if (!place.files) {
    stream.resume()
    return uri
  }
  const entry = await place.files.put(uri, stream)
  if (stream.truncated)
    throw new RequestError(
      413,
      'file-too-large',
      `The file of the input "${id}" is larger than ${FILE_BYTES_MAX / 2 ** 30} GiB.`,
    )
  if (entry.sizeBytes === 0)
    throw unprocessable('file-empty', `The file of the input "${id}" is empty.`, [
      { path: id, message: 'the file is empty' },
    ])
  return uri
}

function folderOf({ plan, executionId }: FormPlace): string {
  const { namespace, id } = plan.flow
  return `kestra:///${namespace.replaceAll('.', '/')}/${id}/executions/${executionId}/inputs`
}

function extensionOf({ properties }: Input): string {
  const allowed = mapGet(properties, 'allowedFileExtensions') ?? mapGet(properties, 'accept')
  const [first] = allowed !== undefined && isList(allowed) ? allowed : []
  return typeof first === 'string' && /^\.\w+$/.test(first) ? first : '.upl'
}

/** The FILE input with that name, with its full id, inside forms too. */
function findFileInput(
  inputs: readonly Input[],
  name: string,
  prefix = '',
): { readonly id: string; readonly input: Input } | undefined {
  for (const input of inputs) {
    const id = `${prefix}${input.id}`
    if (input.type === 'FILE' && id === name) return { id, input }
    const inner = findFileInput(input.inputs ?? [], name, `${id}.`)
    if (inner !== undefined) return inner
  }
  return undefined
}

/** A name that comes more than once is a list. */
function joinRepeated(entries: readonly (readonly [string, Value])[]): ValueMap {
  const joined = new Map<string, Value[]>()
  for (const [name, value] of entries) joined.set(name, [...(joined.get(name) ?? []), value])
  return mapFrom(
    [...joined].map(([name, values]): [string, Value] => [name, values.length === 1 ? (values[0] ?? null) : values]),
  )
}
