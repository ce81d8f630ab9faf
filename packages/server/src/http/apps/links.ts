// Addresses that are given away: whoever has one may look at one execution, or answer it, without a name. The address is chance and is kept nowhere; the
// store knows its hash, what it is for and until when.
import { createHash, randomBytes } from 'node:crypto'
import type { LinkRow } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { RequestError } from '../request-error.ts'

const TOKEN_BYTES = 24
const TOKEN = /^[A-Za-z0-9_-]{32}$/
const DAY_MS = 24 * 60 * 60_000
/** Of what an app has started. */
export const VIEW_LIFE_MS: number = 30 * DAY_MS
/** Of an approval, unless said. */
export const ANSWER_LIFE_MS: number = 7 * DAY_MS

export interface LinkTarget {
  readonly executionId: string
  readonly taskRunId?: string | undefined
  readonly appUid?: string
  readonly lifeMs: number
}

export async function mintLink(
  { executionId, taskRunId = '', appUid = '', lifeMs }: LinkTarget,
  { store, config, platform }: HttpDependencies,
): Promise<{ readonly token: string; readonly expiresMs: number }> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  const createdMs = platform.nowMs()
  const expiresMs = createdMs + lifeMs
  const row = { tenant: config.tenant, hash: hashOf(token), executionId, taskRunId, appUid, createdMs, expiresMs }
  await store.perform('saveLink', row)
  return { token, expiresMs }
}

/** @throws {RequestError} for an address that is none, or is none any more. */
export async function openLink(
  token: string,
  appUid: string,
  { store, config, platform }: HttpDependencies,
): Promise<LinkRow> {
  const row = TOKEN.test(token) ? await store.read.findLink(config.tenant, hashOf(token)) : undefined
  if (!row || row.appUid !== appUid)
    throw new RequestError(404, 'link-unknown', 'This address leads nowhere: it is mistyped, or cut off.')
  if (row.expiresMs <= platform.nowMs())
    throw new RequestError(410, 'link-expired', 'This address is too old: ask for a new one.')
  return row
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
