// Sends one HTTP request: authentication, redirects, proxy, decompression. Every hop is checked against the addresses that tasks may
// call, and credentials do not follow a redirect to another origin.
import { randomBytes } from 'node:crypto'
import { pipeline, Transform } from 'node:stream'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import type { Dispatcher } from 'undici'
import { BombGuard, messageOf, TaskError } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'
import { digestAuthorization } from './digest-auth.ts'
import type { HttpBody, OpenBody } from './http-body.ts'
import { headersText, responseHeaders } from './http-headers.ts'
import { openDispatcher } from './open-dispatcher.ts'
import type { HttpAuth, HttpSettings } from './http-settings.ts'

export interface HttpRequest {
  readonly url: URL
  readonly method: string
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: HttpBody | undefined
}

export interface HttpResponse {
  readonly code: number
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** Decompressed. Must be read or destroyed. */
  readonly body: Readable
  close(): Promise<void>
}

const REDIRECTS_MAX = 20
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const USER_AGENT = 'Batuta'
const ENCODINGS = 'gzip, deflate, br, zstd'
const DECOMPRESSORS: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
  ['br', () => createBrotliDecompress()],
  ['zstd', () => createZstdDecompress()],
])

export async function sendRequest(
  ctx: RunContext,
  request: HttpRequest,
  settings: HttpSettings,
): Promise<HttpResponse> {
  const dispatcher = await openDispatcher(ctx, settings)
  try {
    const response = await follow(ctx, dispatcher, request, settings)
    return { ...response, close: () => dispatcher.destroy() }
  } catch (error) {
    await dispatcher.destroy()
    ctx.signal.throwIfAborted()
    if (error instanceof TaskError) throw error
    throw new TaskError(`${request.method} ${request.url.origin}${request.url.pathname} failed: ${reasonOf(error)}`)
  }
}

/** Errors of sockets often have a code and no message. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = messageOf(error)
  return message.includes(code) ? message : `${message} (${code})`
}

type Exchange = Omit<HttpResponse, 'close'>

async function follow(
  ctx: RunContext,
  dispatcher: Dispatcher,
  first: HttpRequest,
  settings: HttpSettings,
): Promise<Exchange> {
  let request = first
  for (let count = 0; count <= REDIRECTS_MAX; count++) {
    const isSameOrigin = request.url.origin === first.url.origin
    const auth = isSameOrigin ? settings.auth : undefined
    const response = await authenticate(ctx, dispatcher, { request, settings, auth })
    const location = response.headers['location']?.[0]
    if (!settings.followsRedirects || !REDIRECTS.has(response.code) || location === undefined) return response
    response.body.resume()
    request = redirected(request, response.code, new URL(location, request.url))
  }
  throw new TaskError(`${first.url.href} redirects more than ${REDIRECTS_MAX} times`)
}

/** 303, and a POST that is moved, become a GET without body, as in every browser. */
function redirected(request: HttpRequest, code: number, url: URL): HttpRequest {
  const becomesGet = code === 303 ? request.method !== 'HEAD' : code < 303 && request.method === 'POST'
  const headers = new Map(request.headers)
  if (url.origin !== request.url.origin)
    for (const name of ['authorization', 'cookie', 'proxy-authorization']) headers.delete(name)
  if (!becomesGet) return { ...request, url, headers }
  for (const name of ['content-type', 'content-length']) headers.delete(name)
  return { url, headers, method: 'GET', body: undefined }
}

interface Hop {
  readonly request: HttpRequest
  readonly settings: HttpSettings
  readonly auth: HttpAuth | undefined
}

async function authenticate(ctx: RunContext, dispatcher: Dispatcher, hop: Hop): Promise<Exchange> {
  const { auth, request } = hop
  if (auth?.type !== 'digest') return exchange(ctx, dispatcher, hop, authorizationOf(auth))
  const challenged = await exchange(ctx, dispatcher, hop, undefined)
  const challenge = challenged.headers['www-authenticate']?.join(', ')
  if (challenged.code !== 401 || challenge === undefined) return challenged
  const path = request.url.pathname + request.url.search
  const nonce = randomBytes(16).toString('hex')
  const authorization = digestAuthorization(challenge, { ...auth, method: request.method, path, nonce })
  if (authorization === undefined) return challenged
  challenged.body.resume()
  return exchange(ctx, dispatcher, hop, authorization)
}

function authorizationOf(auth: HttpAuth | undefined): string | undefined {
  if (auth === undefined) return undefined
  if (auth.type === 'bearer') return `Bearer ${auth.token}`
  return `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`
}

async function exchange(
  ctx: RunContext,
  dispatcher: Dispatcher,
  { request, settings }: Hop,
  authorization: string | undefined,
): Promise<Exchange> {
  const { url, method } = request
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TaskError(`"${url.href}" is no http address`)
  ctx.egress.checkHost(url.hostname)
  const body = await request.body?.open()
  const headers = requestHeaders(request, body, authorization)
  if (settings.logs.includes('REQUEST_HEADERS')) ctx.logger.debug(headersText(`${method} ${url.href}`, headers))
  if (settings.logs.includes('REQUEST_BODY') && typeof body?.content === 'string') ctx.logger.debug(body.content)
  const { default: undici } = await import('undici')
  const response = await undici.request(url, {
    dispatcher,
    method,
    headers: Object.fromEntries(headers),
    body: body?.content ?? null,
    headersTimeout: settings.readIdleTimeoutMs,
    bodyTimeout: settings.readIdleTimeoutMs,
    signal: ctx.signal,
  })
  const received = responseHeaders(response.headers)
  if (settings.logs.includes('RESPONSE_HEADERS')) {
    ctx.logger.debug(headersText(`${response.statusCode} ${url.href}`, Object.entries(received)))
  }
  const encoding = method === 'HEAD' ? undefined : received['content-encoding']?.[0]
  return { code: response.statusCode, headers: received, body: decompress(response.body, encoding) }
}

function requestHeaders(
  request: HttpRequest,
  body: OpenBody | undefined,
  authorization: string | undefined,
): ReadonlyMap<string, string> {
  const headers = new Map([
    ['user-agent', USER_AGENT],
    ['accept', '*/*'],
    ['accept-encoding', ENCODINGS],
    ...request.headers,
  ])
  if (authorization !== undefined) headers.set('authorization', authorization)
  const isMultipart = body?.contentType.startsWith('multipart/') ?? false
  // The boundary is known here only; any other content type is the author's to choose.
  if (body !== undefined && (isMultipart || !headers.has('content-type'))) headers.set('content-type', body.contentType)
  return headers
}

function decompress(body: Readable, encoding: string | undefined): Readable {
  const open = encoding === undefined ? undefined : DECOMPRESSORS.get(encoding.trim().toLowerCase())
  if (open === undefined) return body
  let packedBytes = 0
  const counting = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      packedBytes += chunk.length
      done(null, chunk)
    },
  })
  const guard = new BombGuard(() => packedBytes)
  const guarding = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      try {
        guard.add(chunk.length)
        done(null, chunk)
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)))
      }
    },
  })
  // A failure of any of them ends the others, and whoever reads sees it.
  pipeline(body, counting, open(), guarding, () => undefined)
  return guarding
}
