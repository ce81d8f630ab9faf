// Somebody comes back from an identity provider: whose browser it is, what the provider says, which user that is, a session.
import type { Caller } from '../../access/caller.ts'
import { AccessError } from '../../access/access-error.ts'
import type { UserRecord } from '../../access/records.ts'
import type { IdentityProvider, SignedInThere } from '../../sign-in/identity-provider.ts'
import { findPending, forgetPending } from '../../sign-in/pending-sign-in.ts'
import { SignInError } from '../../sign-in/sign-in-error.ts'
import { ipOf } from '../client-address.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { baseUrl, type Asking } from './base-url.ts'
import { connectIdentity } from './connect-identity.ts'

/** Longer ones are not kept: whoever signs out is asked at the provider which session it is. */
const ID_TOKEN_LENGTH_MAX = 8_192

export interface Completed {
  readonly location: string
  readonly cookies: readonly string[]
}

/** @throws {SignInError} `provider-unknown`, also when this way is not allowed. */
export function providerOf(id: string, { outside }: HttpDependencies): IdentityProvider {
  const provider = outside.providers.get(id)
  if (provider === undefined) throw new SignInError('provider-unknown', `It was asked for "${id}".`)
  return provider
}

/** @throws {SignInError} */
export async function completeSignIn(asking: Asking, dependencies: HttpDependencies): Promise<Completed> {
  const { incoming } = asking
  const provider = providerOf(asking.provider, dependencies)
  const base = baseUrl(incoming, dependencies.config)
  const answer = new URL(incoming.url ?? '', base)
  answer.pathname = new URL(`${base}/oauth/callback/${asking.provider}`).pathname
  const state = answer.searchParams.get('state') ?? ''
  const given = { state, cookies: incoming.headers.cookie, nowMs: dependencies.platform.nowMs() }
  const pending = findPending(provider.config, given)
  if (pending === undefined) throw new SignInError('not-begun', '')
  try {
    const there = await provider.complete(answer, pending)
    if (there.areGroupsHidden)
      dependencies.log.warn(`"${asking.provider}" has more groups for ${there.identity.username} than its tokens hold.`)
    const forget = forgetPending(state, base.startsWith('https:'))
    if (pending.connects !== undefined) {
      const user = await connectIdentity(there.identity, { incoming, userId: pending.connects }, dependencies)
      await tell({ asking, user, action: 'UPDATE' }, dependencies)
      return { location: pending.returnTo, cookies: [forget] }
    }
    const user = await enter(there, { provider, dependencies })
    const cookies = await openSession(user, { there, asking, base }, dependencies)
    await tell({ asking, user }, dependencies)
    return { location: pending.returnTo, cookies: [...cookies, forget] }
  } catch (error) {
    if (error instanceof SignInError) await tell({ asking, failure: error }, dependencies)
    throw error
  }
}

const TOLD = ['disabled', 'name-taken', 'not-invited', 'set-up-needed'] as const

async function enter(
  { identity }: SignedInThere,
  { provider, dependencies }: { readonly provider: IdentityProvider; readonly dependencies: HttpDependencies },
): Promise<UserRecord> {
  const { access, outside } = dependencies
  try {
    return await access.signIn(outside.signedIn(identity, provider))
  } catch (error) {
    if (!(error instanceof AccessError)) throw error
    const fault = TOLD.find(known => known === error.fault)
    if (fault === undefined) throw error
    throw new SignInError(fault, `It was ${identity.username} (${identity.subject}).`, error)
  }
}

interface Arrival {
  readonly there: SignedInThere
  readonly asking: Asking
  readonly base: string
}

/** A session that this browser had before ends: nobody goes on under two names. */
async function openSession(
  { id }: UserRecord,
  { there, asking: { incoming, provider }, base }: Arrival,
  dependencies: HttpDependencies,
): Promise<readonly string[]> {
  const { access, outside } = dependencies
  const { cookie, 'user-agent': agent } = incoming.headers
  const before = access.sessions.find(cookie)?.sessionId
  if (before !== undefined) await access.sessions.close(before)
  const endsWithToken = outside.providers.get(provider)?.config.sessionEnds === 'token'
  const opened = await access.sessions.open(id, {
    provider,
    ip: ipOf(incoming, dependencies),
    agent,
    isSecure: base.startsWith('https:'),
    sessionThere: there.sessionThere,
    ...(endsWithToken ? { endsMs: there.tokenEndsMs } : {}),
    ...(there.idToken.length <= ID_TOKEN_LENGTH_MAX ? { idToken: there.idToken } : {}),
  })
  return [opened.cookie]
}

interface Told {
  readonly asking: Asking
  readonly user?: UserRecord
  readonly failure?: SignInError
  /** LOGIN unless said. */
  readonly action?: 'LOGIN' | 'UPDATE'
}

async function tell(
  { asking: { incoming, provider }, user, failure, action = 'LOGIN' }: Told,
  { access, clientOf }: HttpDependencies,
): Promise<void> {
  const ip = ipOf(incoming, { clientOf })
  const caller: Pick<Caller, 'userId' | 'name' | 'via' | 'ip'> = {
    name: user?.username ?? 'anonymous',
    via: 'session',
    ...(user === undefined ? {} : { userId: user.id }),
    ...(ip === undefined ? {} : { ip }),
  }
  const detail = failure === undefined ? { provider } : { provider, code: failure.code, message: failure.message }
  await access.audit.write({ caller, resource: 'USER', action, outcome: failure ? 'denied' : 'done', detail })
}
