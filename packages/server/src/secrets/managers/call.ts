// One request to a manager of secrets. Bounded in time and size; follows no redirect, for a token must not travel on; and says what went wrong without
// repeating what was sent.
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import { decodeValue, isMap, mapGet, type Value } from '@batuta/core'
import { ManagerError } from './manager-error.ts'

export interface ManagerCall {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Certificates of whom to trust, beside those that Node trusts. */
  readonly ca?: string | undefined
  /** How the manager is called in messages. */
  readonly name: string
}

export interface ManagerReply {
  readonly status: number
  readonly text: string
}

const ANSWER_MAX_MS = 5_000
const ANSWER_BYTES_MAX = 1024 * 1024

/** @throws {ManagerError} unreachable, slow, or malformed when the answer is too long. */
export async function call(wanted: ManagerCall): Promise<ManagerReply> {
  const signal = AbortSignal.timeout(ANSWER_MAX_MS)
  const { name, url } = wanted
  try {
    const message = await send(wanted, signal)
    return { status: message.statusCode ?? 0, text: await textOf(message, name) }
  } catch (cause) {
    if (cause instanceof ManagerError) throw cause
    const host = new URL(url).host
    if (signal.aborted)
      throw new ManagerError('slow', `${name} at ${host} did not answer within ${ANSWER_MAX_MS} ms.`, { cause })
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ManagerError('unreachable', `${name} at ${host} cannot be reached: ${reason}.`, { cause })
  }
}

async function send(
  { method, url, headers = {}, body, ca }: ManagerCall,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const isSecure = url.startsWith('https:')
  const options: RequestOptions & { ca?: string } = { method, headers: { ...headers }, signal }
  if (ca !== undefined) options.ca = ca
  return await new Promise((resolve, reject) => {
    const sent = (isSecure ? requestHttps : requestHttp)(url, options, resolve)
    sent.once('error', reject)
    sent.end(body)
  })
}

async function textOf(message: IncomingMessage, name: string): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of message) {
    const piece = Buffer.from(chunk)
    bytes += piece.length
    if (bytes > ANSWER_BYTES_MAX) {
      message.destroy()
      throw new ManagerError('malformed', `${name} answered with more than ${ANSWER_BYTES_MAX} bytes.`)
    }
    chunks.push(piece)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Of an answer that must be JSON. @throws {ManagerError} malformed. */
export function valueOf({ text }: ManagerReply, name: string): Value {
  try {
    return decodeValue(text)
  } catch (cause) {
    throw new ManagerError('malformed', `${name} answered with something that is no JSON.`, { cause })
  }
}

/** What stands at the path, which is absent in most answers that are not as expected. */
export function at(value: Value | undefined, ...path: readonly string[]): Value | undefined {
  let found: Value | undefined = value
  for (const part of path) {
    if (found === undefined || found === null || typeof found !== 'object' || !isMap(found)) return undefined
    found = mapGet(found, part)
  }
  return found ?? undefined
}

export function textAt(value: Value | undefined, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : undefined
}

export function numberAt(value: Value | undefined, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path)
  if (typeof found === 'number') return found
  const number = typeof found === 'string' ? Number(found) : Number.NaN
  return Number.isFinite(number) ? number : undefined
}

/** For an answer that is neither what was asked for nor "there is none". The text is not repeated: it may hold what must not be read. */
export function refusal({ status }: ManagerReply, name: string, what: string): ManagerError {
  if (status === 401 || status === 403)
    return new ManagerError('denied', `${name} does not let ${what} be read (${status}).`)
  return new ManagerError('failed', `${name} answered ${status} when it was asked for ${what}.`)
}
