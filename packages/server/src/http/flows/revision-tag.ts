// The revision of a flow as the tag of HTTP: replies carry it as `ETag: "7"`, and who saves may say with `If-Match: "7"` what the change is based on.
// Kestra's own clients say nothing, and what they send is saved over whatever is there.
import type { IncomingMessage } from 'node:http'
import type { FlowRow } from '../../storage/store.ts'
import type { Reply } from '../reply.ts'

export function withRevision({ revision }: Pick<FlowRow, 'revision'>, reply: Reply): Reply {
  return { ...reply, headers: { ...reply.headers, etag: `"${revision}"` } }
}

/** Undefined when nothing is demanded but that the flow is there, which saving it demands anyway. A tag of something else matches no revision. */
export function readIfMatch({ headers }: Pick<IncomingMessage, 'headers'>): readonly number[] | undefined {
  const given = headers['if-match']
  if (given === undefined || given.trim() === '*') return undefined
  return given.split(',').map(tag => Number(/^\s*(?:W\/)?"?([1-9]\d{0,8})"?\s*$/.exec(tag)?.[1] ?? 0))
}
