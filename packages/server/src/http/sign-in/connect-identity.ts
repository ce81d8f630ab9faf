// Somebody who is signed in proves to be somebody at an identity provider, and may sign in there from then on. It begins at a page of ours only: a page of
// another site could have it done while its own owner is signed in at the provider.
import type { IncomingMessage } from 'node:http'
import type { UserRecord } from '../../access/records.ts'
import type { ExternalIdentity } from '../../sign-in/external-identity.ts'
import { SignInError } from '../../sign-in/sign-in-error.ts'
import type { HttpDependencies } from '../dependencies.ts'

/** The user of this browser's session, who must be one of the store's own. */
export function whoConnects({ headers }: IncomingMessage, { access }: HttpDependencies): string {
  const caller = access.sessions.find(headers.cookie)
  const isOurs = headers['sec-fetch-site'] === 'same-origin' || headers['sec-fetch-site'] === 'none'
  const user = caller?.userId === undefined ? undefined : access.book.get('user', caller.userId)
  if (!isOurs || !user || user.isServiceAccount || caller?.impersonatedBy !== undefined)
    throw new SignInError('not-signed-in', '')
  return user.id
}

/** @throws {SignInError} when somebody else is signed in by now, or the identity is another user's. */
export async function connectIdentity(
  { provider, subject }: ExternalIdentity,
  { incoming, userId }: { readonly incoming: IncomingMessage; readonly userId: string },
  { access }: HttpDependencies,
): Promise<UserRecord> {
  const { book } = access
  const user = book.get('user', userId)
  if (!user || access.sessions.find(incoming.headers.cookie)?.userId !== userId) throw new SignInError('not-begun', '')
  const owner = book.userOf(provider, subject)
  if (owner !== undefined && owner.id !== userId)
    throw new SignInError('identity-taken', `${subject} is ${owner.username}.`)
  if (owner !== undefined) return user
  const record = { ...user, identities: [...user.identities, { provider, subject }] }
  const key = { kind: 'user' as const, id: userId }
  await book.change({ put: [{ kind: 'user', record }], expect: [{ ...key, version: book.versionOf(key) }] })
  return record
}
