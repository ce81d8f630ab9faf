// How the server speaks to identity providers: through the one door to the outside, without redirects, with answers of a bounded size.
import { BatutaError } from '@batuta/core'
import { TaskError } from '@batuta/plugin-sdk'
import { newOutbound, type OutboundReply } from '../platform/outbound.ts'

const ANSWER_BYTES_MAX = 2 ** 20
const TIMEOUT_MS = 10_000
const WITHOUT_BODY: readonly number[] = [204, 205, 304]

export interface BoundedInit {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: ArrayBuffer | null | ReadableStream | string | Uint8Array | undefined | URLSearchParams
  readonly redirect?: 'manual'
  readonly signal?: AbortSignal | undefined
}

const outbound = newOutbound()

/** @throws {TypeError} as `fetch` does, when nobody answers. @throws {BatutaError} for an address that may not be called. */
export async function boundedFetch(url: string, { method, headers, body, signal }: BoundedInit): Promise<Response> {
  const reply = await send({
    url,
    method,
    headers,
    bytesMax: ANSWER_BYTES_MAX,
    timeoutMs: TIMEOUT_MS,
    redirectsMax: 0,
    ...(body === undefined || body === null ? {} : { body: await bytesOf(body) }),
    ...(signal === undefined ? {} : { signal }),
  })
  const isEmpty = WITHOUT_BODY.includes(reply.status)
  return new Response(isEmpty ? null : new Uint8Array(reply.body), { status: reply.status, headers: reply.headers })
}

async function send(call: Parameters<typeof outbound>[0]): Promise<OutboundReply> {
  try {
    return await outbound(call)
  } catch (error) {
    if (error instanceof TaskError) throw new BatutaError('outbound-refused', error.message, { cause: error })
    if (error instanceof BatutaError || call.signal?.aborted === true) throw error
    throw new TypeError('the provider could not be reached', { cause: error })
  }
}

async function bytesOf(body: NonNullable<BoundedInit['body']>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(body instanceof Uint8Array ? Buffer.from(body) : body).arrayBuffer())
}
