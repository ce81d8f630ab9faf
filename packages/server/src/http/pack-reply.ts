// Long documents go compressed to whoever takes that: a page of a list is mostly names that come again and again, and becomes a tenth. Short ones, which is what
// those who start executions are answered, are left alone.
import type { IncomingHttpHeaders } from 'node:http'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Reply } from './reply.ts'

const LENGTH_MIN = 16 * 2 ** 10
/** More is compressed while it is sent by nobody: it would hold its bytes twice. */
const LENGTH_MAX = 32 * 2 ** 20
const PACKED = /^(?:application\/json|text\/)/

const pack = promisify(gzip)

/** The same reply at once, unless it is long and the client takes gzip. Other threads do the work. */
export function packReply(reply: Reply, headers: IncomingHttpHeaders): Reply | Promise<Reply> {
  if (reply.type !== 'body' || reply.body.length < LENGTH_MIN || reply.body.length > LENGTH_MAX) return reply
  if (reply.headers?.['content-encoding'] !== undefined || !PACKED.test(reply.contentType)) return reply
  return takesGzip(headers['accept-encoding']) ? packed(reply) : reply
}

async function packed(reply: Extract<Reply, { readonly type: 'body' }>): Promise<Reply> {
  // The quickest level: what it saves on a page of a list is within a tenth of the best.
  const body = await pack(reply.body, { level: constants.Z_BEST_SPEED })
  const { etag, vary, ...headers } = reply.headers ?? {}
  // Other bytes for the same document: the tag only says that it means the same.
  const [exact] = [etag].flat()
  const tag = exact === undefined ? {} : { etag: exact.startsWith('W/') ? exact : `W/${exact}` }
  return {
    ...reply,
    body,
    headers: {
      ...headers,
      ...tag,
      'content-encoding': 'gzip',
      vary: [vary ?? [], 'accept-encoding'].flat().join(', '),
    },
  }
}

function takesGzip(accepted: string | string[] | undefined): boolean {
  return [accepted ?? '']
    .flat()
    .join(',')
    .split(',')
    .some(one => /^\s*gzip\s*(?:;|$)/.test(one) && !/;\s*q=0(\.0*)?\s*$/.test(one))
}
