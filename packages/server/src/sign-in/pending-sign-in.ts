// What a browser keeps while its person is at the identity provider: one secret and the page to return to, in a cookie of its own. State, nonce and the
// verifier of PKCE are made of the secret and of who was asked, so that nothing of them can be read from the address that the provider sees, an answer of
// one provider fits no other, and any node of a cluster can take the answer. Whoever has no such cookie did not begin: a code that a stranger slips them is
// refused.
import { createHmac, randomBytes } from 'node:crypto'
import { readReturnPath } from './return-path.ts'

export interface PendingSignIn {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly returnTo: string
  readonly startedMs: number
  /** The user whom the identity is to be connected with; undefined where somebody signs in. */
  readonly connects: string | undefined
}

/** Who is asked, and for whom. */
export interface Asked {
  readonly issuer: string
  readonly clientId: string
}

export const PENDING_MS: number = 10 * 60_000
const SECRET_BYTES = 32
const STATE_IN_NAME = 12
const NAME = 'batuta-signin-'

export interface BeginAbout {
  readonly returnTo: string
  readonly nowMs: number
  readonly isSecure: boolean
  readonly connects?: string | undefined
}

export interface Begun {
  readonly pending: PendingSignIn
  readonly cookie: string
}

export function beginSignIn(asked: Asked, about: BeginAbout): Begun {
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  const { returnTo, connects = '', nowMs } = about
  const pending = derive(asked, { secret, startedMs: nowMs, returnTo, connects })
  const value = [secret, nowMs.toString(36), toText(returnTo), toText(connects)].join('.')
  return { pending, cookie: cookieOf(pending.state, { value, isSecure: about.isSecure, maxAgeS: PENDING_MS / 1_000 }) }
}

/** Undefined when this browser did not begin it, or too long ago. */
export function findPending(
  asked: Asked,
  given: { state: string; cookies: string | undefined; nowMs: number },
): PendingSignIn | undefined {
  const name = nameOf(given.state)
  const values = [`__Host-${name}`, name].map(full => cookieValue(given.cookies, full))
  const [secret = '', started = '', returnTo = '', connects = ''] =
    values.find(value => value !== undefined)?.split('.') ?? []
  const startedMs = Number.parseInt(started, 36)
  if (secret === '' || !(given.nowMs - startedMs <= PENDING_MS)) return undefined
  const pending = derive(asked, { secret, startedMs, returnTo: fromText(returnTo), connects: fromText(connects) })
  return pending.state === given.state ? pending : undefined
}

export function forgetPending(state: string, isSecure: boolean): string {
  return cookieOf(state, { value: '', isSecure, maxAgeS: 0 })
}

function derive(
  { issuer, clientId }: Asked,
  { secret, startedMs, returnTo, connects }: { secret: string; startedMs: number; returnTo: string; connects: string },
): PendingSignIn {
  const of = (purpose: string): string =>
    createHmac('sha256', secret)
      .update(JSON.stringify([purpose, issuer, clientId, startedMs, returnTo, connects]))
      .digest('base64url')
  return {
    state: of('state'),
    nonce: of('nonce'),
    verifier: of('verifier'),
    returnTo: readReturnPath(returnTo),
    startedMs,
    connects: connects === '' ? undefined : connects,
  }
}

function toText(text: string): string {
  return Buffer.from(text).toString('base64url')
}

function fromText(text: string): string {
  return Buffer.from(text, 'base64url').toString()
}

function nameOf(state: string): string {
  return NAME + state.replaceAll(/[^A-Za-z0-9_-]/g, '').slice(0, STATE_IN_NAME)
}

function cookieOf(state: string, about: { value: string; isSecure: boolean; maxAgeS: number }): string {
  const name = about.isSecure ? `__Host-${nameOf(state)}` : nameOf(state)
  const secure = about.isSecure ? '; Secure' : ''
  return `${name}=${about.value}; Path=/; Max-Age=${about.maxAgeS}; HttpOnly; SameSite=Lax${secure}`
}

function cookieValue(cookies: string | undefined, name: string): string | undefined {
  const pair = cookies?.split(';').find(part => part.trim().startsWith(`${name}=`))
  return pair?.trim().slice(name.length + 1)
}
