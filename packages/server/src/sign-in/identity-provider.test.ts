import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { readOidc, type OidcConfig } from '../config/oidc.ts'
import { IdentityProvider, type SignedInThere } from './identity-provider.ts'
import { beginSignIn } from './pending-sign-in.ts'
import { SignInError } from './sign-in-error.ts'
import { CLIENT_ID, CLIENT_SECRET, startCrookedProvider, type CrookedProvider } from './testing/crooked-provider.ts'

const CALLBACK = 'http://127.0.0.1:8080/oauth/callback/crooked'

let there: CrookedProvider
let other: CrookedProvider
before(async () => {
  ;[there, other] = await Promise.all([startCrookedProvider(), startCrookedProvider()])
})
after(() => Promise.all([there.stop(), other.stop()]))
beforeEach(() => {
  there.crooked = {}
  there.discoveries = 0
})

function configOf(options: Readonly<Record<string, unknown>> = {}): OidcConfig {
  const all = { issuer: there.issuer, 'client-id': CLIENT_ID, 'client-secret': CLIENT_SECRET, ...options }
  const words = { text: () => undefined, value: () => ({ crooked: all }) as never }
  const config = readOidc({ ...words, value: path => (path === 'sign-in.providers' ? words.value() : undefined) }, {})
  return config.get('crooked') as OidcConfig
}

const clock = { nowMs: Date.now() }
const nowMs = (): number => clock.nowMs

function newProvider(options?: Readonly<Record<string, unknown>>): IdentityProvider {
  return new IdentityProvider(configOf(options), nowMs)
}

/** As a browser that comes back with a code. */
async function signIn(
  provider: IdentityProvider,
  answer: Readonly<Record<string, string>> = {},
): Promise<SignedInThere> {
  const { pending } = beginSignIn(provider.config, { returnTo: '/ui/', nowMs: clock.nowMs, isSecure: false })
  there.remember(await provider.begin(pending, CALLBACK))
  const url = new URL(CALLBACK)
  for (const [name, value] of Object.entries({ code: 'c-1', state: pending.state, ...answer }))
    url.searchParams.set(name, value)
  return provider.complete(url, pending)
}

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => assert.fail('the sign-in was taken'),
    (caught: unknown) => caught,
  )
  assert.ok(error instanceof SignInError, String(error))
  return error.code
}

test('a person is known by issuer and subject, and the code is proved by PKCE', async () => {
  const provider = newProvider({ parameters: { prompt: 'login' } })
  const { pending } = beginSignIn(provider.config, { returnTo: '/ui/', nowMs: clock.nowMs, isSecure: false })

  const begun = new URL(await provider.begin(pending, CALLBACK))
  const { identity, idToken } = await signIn(provider)

  assert.deepEqual(
    Object.fromEntries(
      ['response_type', 'scope', 'code_challenge_method', 'prompt', 'redirect_uri'].map(name => [
        name,
        begun.searchParams.get(name),
      ]),
    ),
    {
      response_type: 'code',
      scope: 'openid profile email',
      code_challenge_method: 'S256',
      prompt: 'login',
      redirect_uri: CALLBACK,
    },
  )
  assert.ok(!begun.search.includes(pending.verifier), 'the verifier stays here')
  assert.deepEqual(identity, { provider: there.issuer, subject: 'ada-1', username: 'ada' })
  assert.match(there.asked.at(-1)?.get('code_verifier') ?? '', /^[\w-]{43}$/)
  assert.equal(idToken.split('.').length, 3)
})

test('an ID token that is not the provider’s, not for this client, or not of now is refused', async () => {
  const now = Math.floor(Date.now() / 1_000)
  const crimes: Readonly<Record<string, CrookedProvider['crooked']>> = {
    'no signature': { signature: 'none' },
    'no signature, and it says that this is its way': {
      signature: 'none',
      metadata: { id_token_signing_alg_values_supported: ['none', 'ES256'] },
    },
    'signed with the secret of the client': {
      signature: 'HS256',
      metadata: { id_token_signing_alg_values_supported: ['HS256', 'ES256'] },
    },
    'signed with a key that is not its own': { signature: 'foreign' },
    'for another client': { claims: { aud: 'somebody-else' } },
    'for several clients, and issued to another': { claims: { aud: [CLIENT_ID, 'else'], azp: 'else' } },
    'of another issuer': { claims: { iss: other.issuer } },
    'of an issuer that only looks like it': { claims: { iss: `${there.issuer}/` } },
    'run out': { claims: { iat: now - 7_200, exp: now - 3_600 } },
    'not yet valid': { claims: { nbf: now + 3_600 } },
    'with the nonce of another sign-in': { claims: { nonce: 'another' } },
    'without a nonce': { claims: { nonce: undefined } },
    'without a subject': { claims: { sub: undefined } },
  }
  for (const [crime, crooked] of Object.entries(crimes)) {
    there.crooked = crooked
    assert.equal(await codeOf(signIn(newProvider())), 'answer-invalid', crime)
  }
})

test('only algorithms that the configuration names are believed, whatever the provider signs with', async () => {
  const few = { algorithms: ['RS256'] }

  there.crooked = { metadata: { id_token_signing_alg_values_supported: ['RS256', 'ES256'] } }
  assert.equal(await codeOf(signIn(newProvider(few))), 'answer-invalid')
  there.crooked = { metadata: { id_token_signing_alg_values_supported: ['ES256'] } }
  assert.equal(await codeOf(signIn(newProvider(few))), 'misconfigured')
})

test('a state that was not given out here, or an answer of another provider, does not reach the token endpoint', async () => {
  const provider = newProvider()
  const before = there.asked.length

  assert.equal(await codeOf(signIn(provider, { state: 'forged' })), 'answer-invalid')
  assert.equal(await codeOf(signIn(provider, { iss: other.issuer })), 'answer-invalid')

  assert.equal(there.asked.length, before)
})

test('an answer without the issuer is refused where the provider promises to name it', async () => {
  there.crooked = { metadata: { authorization_response_iss_parameter_supported: true } }

  assert.equal(await codeOf(signIn(newProvider())), 'answer-invalid')
  assert.equal((await signIn(newProvider(), { iss: there.issuer })).identity.subject, 'ada-1')
})

test('a provider that claims to be another one is refused', async () => {
  there.crooked = { metadata: { issuer: other.issuer } }

  assert.equal(await codeOf(signIn(newProvider())), 'answer-invalid')
})

test('a refusal of the provider is told as one', async () => {
  const provider = newProvider()

  assert.equal(await codeOf(signIn(provider, { error: 'access_denied' })), 'denied')
  assert.equal(await codeOf(signIn(provider, { error: 'server_error' })), 'provider-refused')
  there.crooked = { tokenStatus: 400 }
  assert.equal(await codeOf(signIn(provider)), 'answer-invalid', 'a code that was used before')
})

test('what a provider is, is asked once an hour; one that does not answer is left alone for a moment', async () => {
  const provider = newProvider()

  there.crooked = { isSilent: true }
  assert.equal(await codeOf(signIn(provider)), 'provider-unreachable')
  there.crooked = {}
  assert.equal(await codeOf(signIn(provider)), 'provider-unreachable', 'nobody waits for it again at once')
  clock.nowMs += 3_001
  const { pending } = beginSignIn(provider.config, { returnTo: '/ui/', nowMs: clock.nowMs, isSecure: false })
  await Promise.all([provider.begin(pending, CALLBACK), provider.begin(pending, CALLBACK)])
  assert.equal(there.discoveries, 1)
  clock.nowMs += 3_600_001
  await signIn(provider)
  assert.equal(there.discoveries, 2)
})

test('groups come from the claim, and from userinfo where the token has none', async () => {
  there.crooked = { claims: { groups: ['/staff', 'ops'] } }
  assert.deepEqual((await signIn(newProvider())).identity.groups, ['/staff', 'ops'])

  there.crooked = { userInfo: { realm_access: { roles: ['dev'] }, email: 'ada@example.com' } }
  const { identity } = await signIn(newProvider({ 'groups-claim': 'realm_access.roles' }))
  assert.deepEqual([identity.groups, identity.email], [['dev'], 'ada@example.com'])
})

test('who tells no groups is in none if groups were asked for, and stays in theirs if there are too many to tell', async () => {
  assert.equal((await signIn(newProvider())).identity.groups, undefined)
  assert.deepEqual((await signIn(newProvider({ 'groups-claim': 'groups' }))).identity.groups, [])

  there.crooked = { claims: { _claim_names: { groups: 'src1' } } }
  const { identity, areGroupsHidden } = await signIn(newProvider({ 'groups-claim': 'groups' }))
  assert.deepEqual([identity.groups, areGroupsHidden], [undefined, true])
})

test('userinfo of somebody else is refused', async () => {
  there.crooked = { claims: { preferred_username: undefined }, userInfo: { sub: 'eve-2', preferred_username: 'root' } }

  assert.equal(await codeOf(signIn(newProvider())), 'answer-invalid')
})

test('who lacks a claim that the configuration asks for is not let in', async () => {
  const provider = newProvider({ 'require-claims': { hd: 'example.com', email_verified: 'true' } })

  there.crooked = { claims: { hd: 'elsewhere.com', email_verified: true } }
  assert.equal(await codeOf(signIn(provider)), 'not-allowed')
  there.crooked = { claims: { hd: 'example.com', email_verified: true } }
  assert.equal((await signIn(provider)).identity.subject, 'ada-1')
})

test('signing out leads to the provider, with what it needs to know', async () => {
  const provider = newProvider()
  const url = new URL((await provider.signOutUrl('token', 'http://127.0.0.1:8080/ui/')) ?? '')

  assert.equal(url.origin + url.pathname, `${there.issuer}/end`)
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    id_token_hint: 'token',
    post_logout_redirect_uri: 'http://127.0.0.1:8080/ui/',
    client_id: CLIENT_ID,
  })
  assert.equal(await newProvider({ 'sign-out': false }).signOutUrl('token', 'http://x/'), undefined)
})

test('a logout token ends the sessions that it names; what is none, or is for others, ends nothing', async () => {
  const provider = newProvider()
  const now = Math.floor(Date.now() / 1_000)
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  const good = { iss: there.issuer, aud: CLIENT_ID, iat: now, jti: 'j', sub: 'ada-1', sid: 's-1', events }

  assert.deepEqual(await provider.readLogoutToken(await there.sign(good)), {
    issuer: there.issuer,
    subject: 'ada-1',
    sessionThere: 's-1',
  })
  const crimes = [
    { ...good, aud: 'else' },
    { ...good, iss: other.issuer },
    { ...good, nonce: 'n' },
    { ...good, events: {} },
    { ...good, iat: now - 3_600 },
    { ...good, sub: undefined, sid: undefined },
    { ...good, jti: undefined },
    { ...good, events: undefined },
  ]
  for (const crime of crimes)
    assert.equal(await codeOf(there.sign(crime).then(token => provider.readLogoutToken(token))), 'answer-invalid')
  assert.equal(await codeOf(other.sign(good).then(token => provider.readLogoutToken(token))), 'answer-invalid')
  const ofAccess = await there.sign(good, 'at+jwt')
  assert.equal(await codeOf(provider.readLogoutToken(ofAccess)), 'answer-invalid')
  there.crooked = { metadata: { id_token_signing_alg_values_supported: ['RS256', 'ES256'] } }
  const token = await there.sign(good)
  assert.equal(await codeOf(newProvider({ algorithms: ['RS256'] }).readLogoutToken(token)), 'answer-invalid')
})

test('people are sent to addresses of the web only', async () => {
  const begin = (provider: IdentityProvider): Promise<string> => {
    const { pending } = beginSignIn(provider.config, { returnTo: '/ui/', nowMs: clock.nowMs, isSecure: false })
    return provider.begin(pending, CALLBACK)
  }

  for (const address of ['javascript:alert(1)', 'data:text/html,x', 'ftp://127.0.0.1/']) {
    there.crooked = { metadata: { authorization_endpoint: address, end_session_endpoint: address } }
    assert.match(await codeOf(begin(newProvider())), /^(?:answer-invalid|misconfigured)$/, address)
    assert.match(await codeOf(newProvider().signOutUrl('token', 'http://x/')), /^(?:answer-invalid|misconfigured)$/)
  }
})

test('what the ID token says counts before what userinfo says', async () => {
  there.crooked = { userInfo: { preferred_username: 'root', email: 'ada@example.com' } }

  const { identity } = await signIn(newProvider())

  assert.deepEqual([identity.username, identity.email], ['ada', 'ada@example.com'])
})

test('a provider that points at the metadata service of a cloud is refused before anything is asked there', async () => {
  const provider = newProvider({ 'allow-http': true, issuer: 'http://169.254.169.254/' })
  assert.equal(await codeOf(signIn(provider)), 'misconfigured')

  there.crooked = { metadata: { token_endpoint: 'http://169.254.169.254/latest/meta-data' } }
  assert.equal(await codeOf(signIn(newProvider())), 'misconfigured')
})
