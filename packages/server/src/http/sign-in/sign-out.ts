// Signing out, here and at the identity provider that the session began at; and the provider saying that somebody has signed out there.
import type { IncomingMessage } from 'node:http'
import type { SessionRecord } from '../../access/records.ts'
import { SignInError } from '../../sign-in/sign-in-error.ts'
import { PROXY_PROVIDER } from '../../sign-in/trusted-proxy.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { readBytes } from '../read-body.ts'
import { empty, type Reply } from '../reply.ts'
import { baseUrl, type Asking } from './base-url.ts'
import { providerOf, type Completed } from './complete-sign-in.ts'

const SIGNED_OUT = '/ui/login?signedOut=true'
const NOTIFICATION_BYTES_MAX = 64 * 1024

/** A link of another site ends nothing: it leads to where one can do it. */
export async function signOut(incoming: IncomingMessage, dependencies: HttpDependencies): Promise<Completed> {
  const { access, outside } = dependencies
  const site = incoming.headers['sec-fetch-site']
  if (site !== 'same-origin' && site !== 'none') return { location: '/ui/login', cookies: [] }
  const caller = access.sessions.find(incoming.headers.cookie)
  const session = caller?.sessionId === undefined ? undefined : access.book.get('session', caller.sessionId)
  if (session !== undefined && caller !== undefined) {
    await access.sessions.close(session.id)
    await access.audit.write({ caller, resource: 'USER', action: 'LOGOUT', outcome: 'done' })
  }
  const named = session === undefined && outside.named(incoming)?.provider === PROXY_PROVIDER
  const there = named ? outside.config.proxy?.signOutUrl : await signOutThere(session, incoming, dependencies)
  return { location: there ?? SIGNED_OUT, cookies: access.sessions.forget }
}

async function signOutThere(
  session: SessionRecord | undefined,
  incoming: IncomingMessage,
  dependencies: HttpDependencies,
): Promise<string | undefined> {
  const provider = session && dependencies.outside.providers.get(session.provider)
  if (!provider) return undefined
  try {
    return await provider.signOutUrl(session.idToken, `${baseUrl(incoming, dependencies.config)}/ui/login`)
  } catch (error) {
    if (!(error instanceof SignInError)) throw error
    // Here it is over already; there it ends when it ends.
    dependencies.log.warn(`nobody was signed out at "${session.provider}": ${error.message}`)
    return undefined
  }
}

/** OpenID Connect Back-Channel Logout 1.0: whatever is no logout token of the provider is answered with 400. */
export async function endSessionsOf(
  { incoming, provider: id }: Asking,
  dependencies: HttpDependencies,
): Promise<Reply> {
  const { access, log } = dependencies
  try {
    const provider = providerOf(id, dependencies)
    const bytes = await readBytes(incoming, NOTIFICATION_BYTES_MAX)
    const token = new URLSearchParams(bytes?.toString() ?? '').get('logout_token') ?? ''
    const { issuer, subject, sessionThere } = await provider.readLogoutToken(token)
    const user = subject === undefined ? undefined : access.book.userOf(issuer, subject)
    const isMeant = (session: SessionRecord): boolean => {
      if (session.provider !== id) return false
      if (sessionThere !== undefined) return session.sessionThere === sessionThere
      return user !== undefined && session.userId === user.id
    }
    for (const session of access.book.list('session').filter(isMeant)) await access.sessions.close(session.id)
    return empty(200)
  } catch (error) {
    if (!(error instanceof SignInError)) throw error
    log.warn(`"${id}" did not sign anybody out: ${error.message}`)
    const body = JSON.stringify({ error: 'invalid_request' })
    return { type: 'body', status: 400, contentType: 'application/json', body }
  }
}
