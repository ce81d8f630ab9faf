// Tokens: made for oneself or for whom one has power over, shown once, revoked at once. One that is made with a token may do no more than that.
import { lackingFor, parseDuration, type TokenScope } from '@batuta/core'
import type { Access } from '../../access/access.ts'
import type { Caller } from '../../access/caller.ts'
import type { UserRecord } from '../../access/records.ts'
import { TOKEN_LIFE_MAX_MS } from '../../access/tokens.ts'
import { json, type Reply } from '../reply.ts'
import { notFound, unprocessable } from '../request-error.ts'
import { Powers, forbidden } from './powers.ts'
import { presentToken } from './present-people.ts'
import { toPermissions } from './to-permissions.ts'

export interface WantedToken {
  readonly name: string
  readonly description?: string | null
  readonly maxAge?: string | null
  readonly extended?: boolean | null
  readonly scopes?: readonly WantedScope[] | null
}

interface WantedScope {
  readonly namespace?: string | null
  readonly permissions?: Readonly<Record<string, readonly string[]>> | null
}

const DAY_MS = 24 * 60 * 60_000

export function listTokens({ tokens }: Access, userId: string, nowMs: number): Reply {
  const results = tokens.ofUser(userId).map(token => presentToken(token, nowMs))
  return json({ total: results.length, results })
}

/** The one moment in which the whole token is told. */
export async function issueToken(
  access: Access,
  { user, caller, wanted }: { readonly user: UserRecord; readonly caller: Caller; readonly wanted: WantedToken },
): Promise<{ readonly id: string; readonly name: string; readonly fullToken: string }> {
  const { book, tokens } = access
  new Powers(book, caller).requirePowerOver(user)
  const scopes = wanted.scopes?.map(toScope)
  // Who has a token of less cannot make one of more.
  if (caller.tokenId !== undefined && lackingFor(caller.grants, book.grantsOf(user.id, scopes)).length > 0)
    throw forbidden('With a token no token is made that may do more: give it scopes, or log in.')
  const lifeMs = lifeOf(wanted.maxAge)
  const { record, fullToken } = await tokens.issue({
    userId: user.id,
    name: wanted.name,
    ...(typeof wanted.description === 'string' ? { description: wanted.description } : {}),
    ...(scopes === undefined ? {} : { scopes }),
    ...(lifeMs === undefined ? {} : { lifeMs }),
    isExtended: wanted.extended === true,
  })
  return { id: record.id, name: record.name, fullToken }
}

export async function revokeToken({ tokens }: Access, userId: string, tokenId: string): Promise<void> {
  if (!tokens.ofUser(userId).some(({ id }) => id === tokenId)) throw notFound(`The token "${tokenId}"`)
  await tokens.revoke(tokenId)
}

function lifeOf(maxAge: string | null | undefined): number | undefined {
  if (maxAge === undefined || maxAge === null || maxAge === '') return undefined
  const ms = parseDuration(maxAge)
  if (ms === undefined || ms <= 0)
    throw unprocessable('duration-invalid', `maxAge is "${maxAge}": write a duration such as P30D.`)
  if (ms > TOKEN_LIFE_MAX_MS)
    throw unprocessable(
      'duration-invalid',
      `A token lives for ${Math.floor(TOKEN_LIFE_MAX_MS / DAY_MS)} days at most: "${maxAge}" is longer.`,
    )
  return ms
}

function toScope({ namespace, permissions }: WantedScope): TokenScope {
  return {
    ...(typeof namespace === 'string' && namespace !== '' ? { namespace } : {}),
    ...(permissions ? { permissions: toPermissions(permissions) } : {}),
  }
}
