// The beginning of a file as people look at it: rows of Ion as a list, texts as text, pictures and documents as base64. Never more than a bounded part
// of the file is read.
import { TaskError, readRows, type FileEntry } from '@batuta/plugin-sdk'
import { toPlain } from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'
import { json, type Reply } from '../reply.ts'
import { unprocessable } from '../request-error.ts'

export interface PreviewWish {
  readonly maxRows?: number
  readonly encoding?: string
}

type Kind = 'TEXT' | 'LIST' | 'IMAGE' | 'MARKDOWN' | 'PDF'

const ROWS_FIRST = 100
const ROWS_MAX = 5_000
const TEXT_BYTES_MAX = 2 * 2 ** 20
const PICTURE_BYTES_MAX = 16 * 2 ** 20
const KINDS: Readonly<Record<string, Kind>> = {
  ion: 'LIST',
  md: 'MARKDOWN',
  pdf: 'PDF',
  ...Object.fromEntries(['jpg', 'jpeg', 'png', 'svg', 'gif', 'webp', 'bmp'].map(name => [name, 'IMAGE' as const])),
}

export async function previewFile(
  { uri }: FileEntry,
  { maxRows = ROWS_FIRST, encoding = 'UTF-8' }: PreviewWish,
  { files }: HttpDependencies,
): Promise<Reply> {
  const name = uri.slice(uri.lastIndexOf('/') + 1)
  const extension = name.includes('.') ? name.slice(name.lastIndexOf('.') + 1).toLowerCase() : ''
  const type = Object.hasOwn(KINDS, extension) ? (KINDS[extension] ?? 'TEXT') : 'TEXT'
  const maxLine = Math.min(maxRows, ROWS_MAX)
  const stream = await files.open(uri)
  switch (type) {
    case 'LIST':
      return json({ extension, type, maxLine, ...(await listOf(stream, maxLine)) })
    case 'IMAGE':
    case 'PDF': {
      const { bytes, isCut } = await firstBytes(stream, PICTURE_BYTES_MAX)
      return json({ extension, type, maxLine, content: bytes.toString('base64'), truncated: isCut })
    }
    case 'TEXT':
    case 'MARKDOWN': {
      const { bytes, isCut } = await firstBytes(stream, TEXT_BYTES_MAX)
      const lines = decode(bytes, encoding).split('\n')
      const isLonger = lines.length > maxLine + (lines.at(-1) === '' ? 1 : 0)
      const content = isLonger ? lines.slice(0, maxLine).join('\n') : lines.join('\n')
      return json({ extension, type, maxLine, content, truncated: isCut || isLonger })
    }
  }
}

async function listOf(
  stream: AsyncIterable<Uint8Array>,
  rowsMax: number,
): Promise<{ readonly content: readonly unknown[]; readonly truncated: boolean }> {
  const content: unknown[] = []
  try {
    for await (const row of readRows(stream)) {
      if (content.length >= rowsMax) return { content, truncated: true }
      content.push(toPlain(row))
    }
  } catch (error) {
    if (error instanceof TaskError) throw unprocessable('file-unreadable', `The file has no rows: ${error.message}`)
    throw error
  }
  return { content, truncated: false }
}

async function firstBytes(
  stream: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<{ readonly bytes: Buffer; readonly isCut: boolean }> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    length += chunk.length
    if (length > bytesMax) break
  }
  return { bytes: Buffer.concat(chunks).subarray(0, bytesMax), isCut: length > bytesMax }
}

function decode(bytes: Buffer, encoding: string): string {
  try {
    return new TextDecoder(encoding).decode(bytes)
  } catch (cause) {
    if (cause instanceof RangeError) throw unprocessable('encoding-unknown', `There is no encoding "${encoding}".`)
    throw cause
  }
}
