// One request to a collector. Node's own `fetch` would load a client of 14 MB for it.
import { Agent as PlainAgent, request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http'
import { Agent as SecureAgent, request as requestSecure } from 'node:https'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

export interface Posted {
  readonly status: number
  readonly text: string
  /** As the collector asks for; undefined when it does not. */
  readonly retryAfterMs: number | undefined
}

/** Rejects when there was no answer. */
export type Post = (body: string) => Promise<Posted>

export interface PostOptions {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly isCompressed: boolean
}

const ANSWER_BYTES_MAX = 64 * 1024
const compress = promisify(gzip)

export function newPost({ url, headers, timeoutMs, isCompressed }: PostOptions): Post {
  const isSecure = url.startsWith('https:')
  const agent = isSecure
    ? new SecureAgent({ keepAlive: true, maxSockets: 1 })
    : new PlainAgent({ keepAlive: true, maxSockets: 1 })
  return async text => {
    const body = isCompressed ? await compress(text) : Buffer.from(text)
    const options: RequestOptions = {
      method: 'POST',
      agent,
      timeout: timeoutMs,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'content-type': 'application/json',
        'content-length': String(body.length),
        ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
        ...headers,
      },
    }
    return await new Promise<Posted>((resolve, reject) => {
      const call = (isSecure ? requestSecure : requestPlain)(url, options, answer => {
        readAnswer(answer).then(resolve, reject)
      })
      call.on('error', reject)
      call.end(body)
    })
  }
}

async function readAnswer(answer: IncomingMessage): Promise<Posted> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length <= ANSWER_BYTES_MAX) chunks.push(bytes)
  }
  const seconds = Number(answer.headers['retry-after'] ?? Number.NaN)
  return {
    status: answer.statusCode ?? 0,
    text: Buffer.concat(chunks).toString('utf8'),
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : undefined,
  }
}
