// One HTTP call of a plugin to a service: through the door for connections, bounded in time and size, with nothing in its errors that the address may
// keep secret – many services put their tokens into the path.
import { request as requestPlain, type Agent, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestTls, type RequestOptions as TlsOptions } from 'node:https'
import type { RunContext } from '../run-context.ts'
import { TaskError, messageOf } from '../task-error.ts'
import { openProxyAgents, type HttpProxy } from './proxy-agents.ts'

export interface HttpCall {
  /** GET unless said. */
  readonly method?: string
  readonly url: string
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly connectTimeoutMs?: number
  /** Without any byte of the answer. */
  readonly readTimeoutMs?: number
  readonly answerBytesMax?: number
  readonly proxy?: HttpProxy
  /** The certificate of the service is taken as it is. */
  readonly isUnverified?: boolean
}

export interface HttpAnswer {
  readonly code: number
  /** Names in lower case; several of one name in one text. */
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
  readonly text: string
}

type CallWorld = Pick<RunContext, 'egress' | 'signal'>

const CONNECT_TIMEOUT_MS = 10_000
const READ_TIMEOUT_MS = 60_000
const ANSWER_BYTES_MAX = 32 * 1024 * 1024
const REDIRECTS_MAX = 5
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const SHOWN_CHARS = 500

/** Whatever the code is; a GET follows redirects, without its credentials to another origin. */
export async function callHttp(ctx: CallWorld, call: HttpCall): Promise<HttpAnswer> {
  let next = call
  for (let count = 0; count <= REDIRECTS_MAX; count++) {
    const url = parseAddress(next.url)
    const answer = await exchange(ctx, url, next)
    const location = answer.headers['location']
    if ((call.method ?? 'GET') !== 'GET' || !REDIRECTS.has(answer.code) || location === undefined) return answer
    next = redirected(next, url, new URL(location, url))
  }
  throw new TaskError(`${new URL(call.url).origin} redirects more than ${REDIRECTS_MAX} times`)
}

/**
 * As `callHttp`, for answers that must not be failures.
 * @throws {TaskError} with the start of what the service says for a code from 400 on.
 */
export async function expectHttp(ctx: CallWorld, call: HttpCall): Promise<HttpAnswer> {
  const answer = await callHttp(ctx, call)
  if (answer.code < 400) return answer
  throw refusedCall(call, answer)
}

export function refusedCall({ method = 'GET', url }: HttpCall, { code, text }: HttpAnswer): TaskError {
  const said = text.trim() === '' ? 'no reason' : text.trim().slice(0, SHOWN_CHARS)
  return new TaskError(`${method} ${new URL(url).origin} was answered with ${code}: ${said}${adviceOf(code)}`)
}

function adviceOf(code: number): string {
  if (code === 401 || code === 403) return ' (check the credentials of the task)'
  return code === 429 ? ' (too many calls: give the task a retry)' : ''
}

function redirected(call: HttpCall, from: URL, to: URL): HttpCall {
  if (to.origin === from.origin) return { ...call, url: to.href }
  const { authorization: _, ...headers } = { ...call.headers }
  return { ...call, url: to.href, headers }
}

function parseAddress(text: string): URL {
  const url = URL.parse(text.trim())
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url
  throw new TaskError('the address of the service must begin with http:// or https://: look at the url of the task')
}

async function exchange(ctx: CallWorld, url: URL, call: HttpCall): Promise<HttpAnswer> {
  ctx.egress.checkHost(url.hostname)
  const agents = call.proxy === undefined ? undefined : await openProxyAgents(ctx, call.proxy)
  try {
    // A connection of its own: what is kept open is nobody's once the task has ended.
    return await send(ctx, url, { ...call, agent: agents?.agentFor(url) ?? false })
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (error instanceof TaskError) throw error
    throw new TaskError(`${call.method ?? 'GET'} ${url.origin} failed: ${reasonOf(error)}`)
  } finally {
    agents?.close()
  }
}

/** Errors of sockets often have a code and no message. */
function reasonOf(error: unknown): string {
  const refusal = error instanceof Error && error.cause instanceof TaskError ? error.cause : error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = messageOf(refusal)
  return message.includes(code) ? message : `${message} (${code})`
}

interface Sending extends HttpCall {
  readonly agent: Agent | false
}

function send({ egress, signal }: CallWorld, url: URL, call: Sending): Promise<HttpAnswer> {
  const { connectTimeoutMs = CONNECT_TIMEOUT_MS, readTimeoutMs = READ_TIMEOUT_MS } = call
  const body = typeof call.body === 'string' ? Buffer.from(call.body) : call.body
  const options: RequestOptions & TlsOptions = {
    method: call.method ?? 'GET',
    agent: call.agent,
    ...(call.isUnverified === true ? { rejectUnauthorized: false } : {}),
    lookup: egress.lookup,
    signal,
    timeout: connectTimeoutMs,
    headers: {
      'user-agent': 'Batuta',
      accept: '*/*',
      ...(body === undefined ? {} : { 'content-length': String(body.byteLength) }),
      ...call.headers,
    },
  }
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestTls : requestPlain)(url, options, response => {
      response.setTimeout(readTimeoutMs, () => response.destroy(new Error(`no answer within ${readTimeoutMs} ms`)))
      readAnswer(response, call.answerBytesMax ?? ANSWER_BYTES_MAX).then(resolve, reject)
    })
    request.on('socket', socket => socket.once('connect', () => socket.setTimeout(readTimeoutMs)))
    request.on('timeout', () => request.destroy(new Error('it did not answer in time')))
    request.on('error', reject)
    request.end(body)
  })
}

async function readAnswer(response: IncomingMessage, bytesMax: number): Promise<HttpAnswer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > bytesMax) throw new TaskError(`the answer has more than ${bytesMax} bytes`)
    chunks.push(bytes)
  }
  const bytes = Buffer.concat(chunks)
  const headers = Object.entries(response.headers).map(([name, value]): [string, string] => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ])
  return { code: response.statusCode ?? 0, headers: Object.fromEntries(headers), bytes, text: bytes.toString('utf8') }
}
