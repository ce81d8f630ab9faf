// The one way in which the server itself calls others: identity providers, managers of secrets, whatever is told to it by configuration or by people.
// Every hop is judged by the address that it connects to, redirects are few and take no credentials to another host, no proxy is read from the environment,
// and what comes back is bounded.
import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestSecure } from 'node:https'
import { BatutaError } from '@batuta/core'
import { newEgress, OPEN_EGRESS, type Egress } from '@batuta/plugin-sdk'

export interface OutboundCall {
  readonly url: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** From the first byte of the question to the last of the answer. */
  readonly timeoutMs?: number
  readonly bytesMax?: number
  /** None for calls whose answer must come from where it was asked. */
  readonly redirectsMax?: number
  readonly signal?: AbortSignal
  /** Of authorities that the installation trusts beside the system's. */
  readonly ca?: string
}

export interface OutboundReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Where the answer came from in the end. */
  readonly url: string
}

/** @throws {BatutaError} `outbound-refused` for what may not be called; whatever the network says otherwise. */
export type Outbound = (call: OutboundCall) => Promise<OutboundReply>

const TIMEOUT_MS = 10_000
const BYTES_MAX = 4 * 2 ** 20
const REDIRECTS_MAX = 3
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** Not for another host. */
const CREDENTIALS: readonly string[] = ['authorization', 'cookie', 'proxy-authorization']

export function newOutbound(egress: Egress = newEgress(OPEN_EGRESS)): Outbound {
  return async call => {
    const end = AbortSignal.timeout(call.timeoutMs ?? TIMEOUT_MS)
    const signal = call.signal ? AbortSignal.any([call.signal, end]) : end
    let hop = { ...call, signal }
    for (let left = call.redirectsMax ?? REDIRECTS_MAX; ; left--) {
      const url = parseUrl(hop.url)
      const answer = await send(url, hop, egress)
      const location = REDIRECTS.has(answer.statusCode ?? 0) ? answer.headers.location : undefined
      if (location === undefined || call.redirectsMax === 0) return await readAnswer(answer, hop)
      answer.destroy()
      if (left <= 0) throw refused(`${url.origin} redirects too often.`)
      hop = redirected(hop, { from: url, to: new URL(location, url), status: answer.statusCode ?? 0 })
    }
  }
}

function parseUrl(text: string): URL {
  const url = URL.parse(text)
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url
  throw refused(`"${text.slice(0, 200)}" is no http address.`)
}

type Hop = OutboundCall & { readonly signal: AbortSignal }

function send(
  url: URL,
  { method = 'GET', headers = {}, body, signal, ca }: Hop,
  egress: Egress,
): Promise<IncomingMessage> {
  egress.checkHost(url.hostname)
  const options: RequestOptions & { readonly ca?: string } = {
    method,
    signal,
    lookup: egress.lookup,
    // A connection that is kept was judged when it was made: each call makes its own.
    agent: false,
    headers: {
      accept: '*/*',
      ...headers,
      ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    },
    ...(ca === undefined ? {} : { ca }),
  }
  return new Promise((resolve, reject) => {
    const call = (url.protocol === 'https:' ? requestSecure : requestPlain)(url, options, resolve)
    call.on('error', reject)
    call.end(body)
  })
}

interface Redirect {
  readonly from: URL
  readonly to: URL
  readonly status: number
}

/** 303, and a POST that is moved, become a GET without body, as in every browser. */
function redirected(hop: Hop, { from, to, status }: Redirect): Hop {
  const becomesGet = status === 303 || (status < 303 && hop.method === 'POST')
  const isSame = from.origin === to.origin
  const kept = Object.entries(hop.headers ?? {}).filter(([name]) => {
    const low = name.toLowerCase()
    return (isSame || !CREDENTIALS.includes(low)) && !(becomesGet && low.startsWith('content-'))
  })
  const { method = 'GET', body, ...rest } = hop
  return {
    ...rest,
    url: to.href,
    headers: Object.fromEntries(kept),
    method: becomesGet && method !== 'HEAD' ? 'GET' : method,
    ...(becomesGet || body === undefined ? {} : { body }),
  }
}

async function readAnswer(answer: IncomingMessage, { bytesMax = BYTES_MAX, url }: Hop): Promise<OutboundReply> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length > bytesMax) throw refused(`${new URL(url).origin} answers with more than ${bytesMax} bytes.`)
    chunks.push(bytes)
  }
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')])
  return { status: answer.statusCode ?? 0, headers: Object.fromEntries(headers), body: Buffer.concat(chunks), url }
}

function refused(message: string): BatutaError {
  return new BatutaError('outbound-refused', message)
}
