// Tags of what was read, so that it is not sent again.
import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { DIALECT_HEADER } from './dialect.ts'
import type { Reply } from './reply.ts'

/** May be kept, if it is asked for each time whether it is still so. */
const REVALIDATED = 'private, no-cache'

export function tagOf(text: string): string {
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
}

/** Nothing but the tag where the client has what it stands for. */
export function tagged(reply: Reply, etag: string, { 'if-none-match': seen }: IncomingHttpHeaders): Reply {
  // One address has a document for each dialect.
  const headers = { ...reply.headers, etag, 'cache-control': REVALIDATED, vary: DIALECT_HEADER }
  return isSeen(etag, seen) ? { type: 'empty', status: 304, headers } : { ...reply, headers }
}

export function isSeen(etag: string, seen: string | undefined): boolean {
  if (seen === undefined) return false
  const tags = seen.split(',').map(bare)
  return tags.includes('*') || tags.includes(bare(etag))
}

function bare(tag: string): string {
  return tag.trim().replace(/^W\//, '')
}
