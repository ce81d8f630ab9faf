// Bodies are read within a limit; what is longer is refused before it is held.
import type { IncomingMessage } from 'node:http'
import type { Route } from '@batuta/api'
import { decodeValue, isMap, toPlain, type Value, type ValueMap } from '@batuta/core'
import { refuseAmbiguous } from './refuse-ambiguous.ts'
import { RequestError } from './request-error.ts'
import { forgetBody, noteBody } from './slow-bodies.ts'
import { refuseDeep } from './value-depth.ts'

const MIB = 2 ** 20
/** One flow. */
export const SOURCE_BYTES_MAX = MIB
/** Many flows, inputs, webhooks. */
export const BODY_BYTES_MAX = 16 * MIB
const SOURCE_ADVICE = 'split the flow into subflows, or move what is large to a file'
const BODY_ADVICE = 'send what is large as a file'

/** Undefined when there is no body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) !== 0 || headers['transfer-encoding'] !== undefined
}

/** Nothing is unpacked on the way in: what is small to send would be large to hold, and a signature is made of the bytes that came. */
export function refuseEncoded({ headers }: IncomingMessage, { body }: Pick<Route, 'body'>): void {
  const encoding = headers['content-encoding']
  if (encoding === undefined || body.type === 'none' || encoding.toLowerCase() === 'identity') return
  const message = `The body is encoded (Content-Encoding: ${encoding.slice(0, 100)}), and none of these is unpacked: send it as it is.`
  throw new RequestError(415, 'body-encoded', message, { headers: { 'accept-encoding': 'identity' } })
}

export function readBytes(incoming: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> {
  const announced = Number(incoming.headers['content-length'] ?? 0)
  if (announced > bytesMax) return Promise.reject(tooLarge(incoming, bytesMax, announced))
  if (!hasBody(incoming)) return Promise.resolve(undefined)
  noteBody(incoming)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    // An error captures a stack: none is made for a body that came whole.
    const broken = (cause?: unknown): void => {
      forgetBody(incoming)
      if (!incoming.complete) reject(new RequestError(400, 'body-broken', 'The body ended early.', { cause }))
    }
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > bytesMax) {
        incoming.removeAllListeners('data')
        reject(tooLarge(incoming, bytesMax, length))
        return
      }
      chunks.push(chunk)
    })
    incoming.on('end', () => {
      forgetBody(incoming)
      const [first] = chunks
      resolve(chunks.length === 1 ? first : chunks.length === 0 ? undefined : Buffer.concat(chunks, length))
    })
    incoming.on('error', broken)
    incoming.on('close', broken)
  })
}

function tooLarge(incoming: IncomingMessage, bytesMax: number, bytesSeen: number): RequestError {
  incoming.resume()
  const advice = bytesMax === SOURCE_BYTES_MAX ? SOURCE_ADVICE : BODY_ADVICE
  const message = `The body has ${bytesSeen} bytes or more, and at most ${bytesMax} are taken: ${advice}.`
  return new RequestError(413, 'body-too-large', message)
}

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true })

export function textOf(bytes: Buffer): string {
  try {
    return STRICT_UTF8.decode(bytes)
  } catch (cause) {
    throw new RequestError(400, 'body-not-utf-8', 'The body is no UTF-8 text.', { cause })
  }
}

export function valueOf(text: string): Value {
  const value = decode(text)
  refuseDeep(value, 'The body')
  return value
}

function decode(text: string): Value {
  try {
    return decodeValue(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'not a JSON value'
    throw new RequestError(400, 'body-not-json', `The body is ${reason}.`, { cause })
  }
}

const MAYBE_LARGE = /\d{16}/

/** As ordinary data, for bodies that have a schema: numbers are JavaScript's, as everything that keeps such a body as JSON needs them. */
export function dataOf(text: string): unknown {
  const value = valueOf(text)
  refuseAmbiguous(text)
  const data = toPlain(value)
  return MAYBE_LARGE.test(text) ? withoutLarge(data) : data
}

function withoutLarge(data: unknown): unknown {
  if (typeof data === 'bigint') return Number(data)
  if (Array.isArray(data)) return data.map(withoutLarge)
  if (typeof data !== 'object' || data === null) return data
  for (const key of Object.keys(data)) {
    const value = withoutLarge(Reflect.get(data, key))
    Object.defineProperty(data, key, { value, enumerable: true, writable: true, configurable: true })
  }
  return data
}

export function mapOf(text: string): ValueMap {
  const value = valueOf(text)
  if (!isMap(value)) throw new RequestError(422, 'body-invalid', 'The body must be a JSON object.')
  return value
}
