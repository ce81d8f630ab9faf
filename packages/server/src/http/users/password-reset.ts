// A link by which somebody chooses a new password: made by an administrator, for a day, for one use. The store knows its hash alone; a second one takes
// the place of the first.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { UserRecord } from '../../access/records.ts'
import { openShelf } from '../../access/settings-shelf.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { RequestError } from '../request-error.ts'

interface Reset {
  /** Of the user. */
  readonly id: string
  readonly hash: string
  readonly expiresMs: number
}

export const RESET_LIFE_MS: number = 24 * 60 * 60_000
const SECRET_BYTES = 32
const SHELF = 'password-reset'

export async function issueReset(
  user: UserRecord,
  { access: { book }, platform }: HttpDependencies,
): Promise<{ readonly token: string; readonly expires: string }> {
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  const expiresMs = platform.nowMs() + RESET_LIFE_MS
  const reset: Reset = { id: user.id, hash: hashOf(secret), expiresMs }
  await book.change({ put: [openShelf<Reset>(book, SHELF).putOf(reset)] })
  return { token: `${user.id}.${secret}`, expires: new Date(expiresMs).toISOString() }
}

/** Whose link it is. The reset goes with the change that uses it: `key` and `version` say which it was. */
export function findReset(
  token: string,
  { access: { book }, platform }: HttpDependencies,
): {
  readonly user: UserRecord
  readonly key: { readonly kind: 'setting'; readonly id: string }
  readonly version: number
} {
  const [userId = '', secret = ''] = token.split('.')
  const shelf = openShelf<Reset>(book, SHELF)
  const reset = shelf.find(userId)
  const user = book.get('user', userId)
  const isRight = reset !== undefined && timingSafeEqual(Buffer.from(reset.hash), Buffer.from(hashOf(secret)))
  if (!isRight || !user || user.isDisabled || reset.expiresMs <= platform.nowMs())
    throw new RequestError(410, 'link-invalid', 'The link is wrong, used or too old: ask for a new one.')
  const key = { kind: 'setting', id: shelf.keyOf(userId).id } as const
  return { user, key, version: book.versionOf(key) }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
