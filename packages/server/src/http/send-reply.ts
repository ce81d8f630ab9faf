// A reply becomes bytes. Header and body of a document go out in one write.
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { trust } from '@batuta/core'
import type { Reply } from './reply.ts'

const NO_BODY: ReadonlySet<number> = new Set([204, 304])

/** `onBroken` is told when a stream failed in the middle; that the client went away is no failure. */
export function sendReply(reply: Reply, outgoing: ServerResponse, onBroken: (error: unknown) => void): void {
  const headers = headersOf(reply)
  // What is left of a body that nobody read must not be taken for the next request.
  if (!outgoing.req.complete) headers['connection'] = 'close'
  switch (reply.type) {
    case 'empty':
      if (!NO_BODY.has(reply.status)) headers['content-length'] = 0
      outgoing.writeHead(reply.status, headers).end()
      return
    case 'body':
      headers['content-type'] = reply.contentType
      headers['content-length'] = Buffer.byteLength(reply.body)
      outgoing.writeHead(reply.status, headers).end(reply.body)
      return
    case 'stream':
      headers['content-type'] = reply.contentType
      outgoing.writeHead(reply.status, headers).flushHeaders()
      void sendStream(reply.stream, outgoing, onBroken)
      return
  }
}

function headersOf({ headers }: Reply): OutgoingHttpHeaders {
  return { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', ...headers }
}

async function sendStream(
  stream: ReadableStream<Uint8Array>,
  outgoing: ServerResponse,
  onBroken: (error: unknown) => void,
): Promise<void> {
  try {
    await pipeline(Readable.fromWeb(trust<Parameters<typeof Readable.fromWeb>[0]>(stream)), outgoing)
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
    if (!isGone) onBroken(error)
  }
}
