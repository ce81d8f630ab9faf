// From a reply to bytes on the wire, past the Response objects of the web: they cost more than most routes.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Reply } from './reply.ts'
import { errorText, type RequestError } from './request-error.ts'
import { newSecurityHeaders, type SecurityHeaders } from './security-headers.ts'

export function errorReply(refusal: RequestError, path: string): Reply {
  const { status, headers } = refusal
  return { type: 'body', status, contentType: 'application/json', body: errorText(refusal, path), headers }
}

const PLAIN: SecurityHeaders = newSecurityHeaders()

/** A stream settles when it is handed over, the others are at once. A client that left in between is no failure. */
export function writeReply(
  outgoing: ServerResponse,
  reply: Reply,
  secure: SecurityHeaders = PLAIN,
): Promise<void> | undefined {
  if (outgoing.destroyed) return undefined
  if (outgoing.headersSent) {
    outgoing.destroy()
    return undefined
  }
  const headers = headersOf(reply, secure)
  if (!outgoing.req.complete) letGo(outgoing.req, headers)
  outgoing.writeHead(reply.status, headers)
  switch (reply.type) {
    case 'empty':
      outgoing.end()
      return undefined
    case 'body':
      outgoing.end(reply.body)
      return undefined
    case 'stream':
      outgoing.flushHeaders()
      return pipeline(Readable.from(reply.chunks), outgoing).catch(error => rethrowUnlessGone(error))
  }
}

/** Bodies up to this size are worth reading to their end only to be answered. */
const REST_BYTES_MAX = 64 * 2 ** 20

/** Nobody wants the rest of the body. A client that still sends it would see its connection break and not the answer, so it may finish. */
function letGo(incoming: IncomingMessage, headers: string[]): void {
  const announced = Number(incoming.headers['content-length'] ?? Infinity)
  if (announced <= REST_BYTES_MAX) incoming.resume()
  else headers.push('connection', 'close')
}

function headersOf(reply: Reply, secure: SecurityHeaders): string[] {
  const headers = secure(reply)
  if (reply.type !== 'empty') headers.push('content-type', reply.contentType)
  if (reply.type === 'body') headers.push('content-length', String(Buffer.byteLength(reply.body)))
  if (reply.headers) for (const [name, value] of Object.entries(reply.headers)) headers.push(name, value)
  if (reply.type === 'empty') for (const cookie of reply.cookies ?? []) headers.push('set-cookie', cookie)
  return headers
}

const GONE: ReadonlySet<unknown> = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE', 'ABORT_ERR'])

function rethrowUnlessGone(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && GONE.has(error.code))) throw error
}
