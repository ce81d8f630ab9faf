import type { Readable } from 'node:stream'
import { TaskError } from '@batuta/plugin-sdk'
import type { HttpSettings } from './http-settings.ts'
import type { HttpResponse } from './send-request.ts'

const CONTENT_MAX_BYTES = 10 * 1024 * 1024

/** The whole body, which must not be too long. */
export async function readResponseText({ body, headers }: HttpResponse, settings: HttpSettings): Promise<string> {
  return await readText(body, charsetOf(headers, settings), settings)
}

async function readText(stream: Readable, charset: string, settings: HttpSettings): Promise<string> {
  const limit = settings.contentMaxBytes ?? CONTENT_MAX_BYTES
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > limit) {
      throw new TaskError(`the response has more than ${limit} bytes; raise options.maxContentLength or use Download`)
    }
  }
  return decode(Buffer.concat(chunks), charset)
}

function decode(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new TaskError(`the response is no text in ${charset}; use Download for files`, { cause })
  }
}

function charsetOf(headers: Readonly<Record<string, readonly string[]>>, settings: HttpSettings): string {
  return /charset="?([^\s;"]+)/i.exec(headers['content-type']?.[0] ?? '')?.[1] ?? settings.charset
}
