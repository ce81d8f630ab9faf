// Hints as the texts of notifications.
import { trust } from '@batuta/core'
import type { Hint } from '../cluster.ts'

export const HINTS: readonly Hint[] = ['signals', 'jobs', 'sent', 'flows', 'access']

/** PostgreSQL takes notifications below 8,000 bytes. */
const BYTES_MAX = 7_000
const SENT = 'sent '

export interface Heard {
  readonly hint: Hint
  /** Whom it is for; undefined for all. */
  readonly nodes?: readonly string[]
}

/** Names the nodes that were sent something, so that the others need not look; for all where there are too many to be named. */
export function sentHint(nodes: ReadonlySet<string>): string {
  const text = SENT + JSON.stringify([...nodes])
  return Buffer.byteLength(text) <= BYTES_MAX ? text : SENT.trim()
}

/** Undefined for what this version does not know. */
export function readHint(text: string): Heard | undefined {
  if (text.startsWith(SENT))
    return { hint: 'sent', nodes: trust<readonly string[]>(JSON.parse(text.slice(SENT.length))) }
  const hint = HINTS.find(known => known === text)
  return hint && { hint }
}
