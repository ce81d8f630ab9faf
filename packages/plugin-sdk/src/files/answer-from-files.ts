// What expressions ask about files of internal storage: `read`, `fileSize`, `fileExists`, `isFileEmpty`. The store is the one that the task sees,
// so that what is none of its business is refused. Namespace files by relative path are the server's to answer.
import { Bytes, mapGet, printValue } from '@batuta/core'
import type { Request, Value } from '@batuta/core'
import { TaskError } from '../task-error.ts'
import type { FileStore } from './file-store.ts'
import { isStorageUri } from './storage-uri.ts'

/** More would not fit into a text that an expression may build. */
const READ_BYTES_MAX = 32 * 1024 * 1024
const ABOUT_FILES: ReadonlySet<string> = new Set(['read', 'fileSize', 'fileExists', 'isFileEmpty'])

/** Undefined when the question is not about a file of storage. */
export async function answerFromFiles(request: Request, store: FileStore): Promise<Value | undefined> {
  const path = printValue(mapGet(request.args, 'path') ?? mapGet(request.args, 'uri') ?? null).trim()
  if (!ABOUT_FILES.has(request.name) || !isStorageUri(path)) return undefined
  const entry = await store.find(path)
  if (request.name === 'fileExists') return entry !== undefined
  if (entry === undefined) throw new TaskError(`there is no file "${path}" in internal storage`)
  if (request.name === 'fileSize') return entry.sizeBytes
  if (request.name === 'isFileEmpty') return entry.sizeBytes === 0
  if (entry.sizeBytes > READ_BYTES_MAX) {
    throw new TaskError(`the file "${path}" has ${entry.sizeBytes} bytes; expressions read at most ${READ_BYTES_MAX}`)
  }
  return readWhole(await store.open(path))
}

const ION_BINARY = [0xe0, 0x01, 0x00, 0xea]

async function readWhole(stream: AsyncIterable<Uint8Array>): Promise<Value> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  return ION_BINARY.every((byte, at) => bytes[at] === byte) ? new Bytes(bytes) : bytes.toString('utf8')
}
