import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startOidcProvider, type OidcProvider } from '../../../../../tests/services/oidc-provider.mjs'
import { readSignIn, type SignInConfig } from '../../config/sign-in.ts'
import { Sources } from '../../config/sources.ts'
import { SmallBrowser, type Visit } from '../../sign-in/testing/small-browser.ts'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

const ADMIN = { name: 'admin', password: 'admin-of-the-test' }
const SECRET = 'a-secret-of-the-client-and-long-enough'

let one: OidcProvider
let two: OidcProvider
let server: TestServer
before(async () => {
  ;[one, two] = await Promise.all([startOidcProvider(), startOidcProvider()])
  server = await openTestServer({ user: ADMIN, signIn: configOf() })
  for (const [id, provider] of [
    ['one', one],
    ['two', two],
  ] as const)
    provider.serve([
      {
        client_id: 'batuta',
        client_secret: SECRET,
        redirect_uris: [`${server.address}/oauth/callback/${id}`],
        post_logout_redirect_uris: [`${server.address}/ui/login`],
        backchannel_logout_uri: `${server.address}/oauth/backchannel-logout/${id}`,
        backchannel_logout_session_required: true,
      },
    ])
  one.people.set('u-1', { preferred_username: 'ada', email: 'ada@example.com', groups: ['platform', 'staff'] })
  one.people.set('u-2', { preferred_username: 'bob', groups: [] })
  two.people.set('u-1', { preferred_username: 'eve', email: 'ada@example.com', groups: ['platform'] })
  two.people.set('u-3', { preferred_username: 'ada' })
  await server.access.book.change({
    put: [
      { kind: 'group', record: { id: 'g-1', name: 'ops', members: [] } },
      { kind: 'group', record: { id: 'g-2', name: 'by hand', members: [] } },
    ],
  })
})
after(() => Promise.all([server.stop(), one.stop(), two.stop()]))

function configOf(): SignInConfig {
  const provider = (issuer: string): unknown => ({
    issuer,
    'client-id': 'batuta',
    'client-secret': SECRET,
    scopes: ['openid', 'profile', 'email', 'groups'],
    groups: { platform: 'ops' },
  })
  const options = { 'default-role': 'viewer', providers: { one: provider(one.issuer), two: provider(two.issuer) } }
  const sources = new Sources(undefined, { KESTRA_CONFIGURATION: JSON.stringify({ 'sign-in': options }) })
  return readSignIn(sources, {})
}

const SESSION = 'batuta-session'

/** As a person does it: to the provider, a name and a password, yes, and back. The last step is the answer of the callback. */
async function signIn(
  browser: SmallBrowser,
  who: { at: 'one' | 'two'; as: string; returnTo?: string },
): Promise<Visit> {
  const { issuer } = who.at === 'one' ? one : two
  const query = who.returnTo === undefined ? '' : `?returnTo=${encodeURIComponent(who.returnTo)}`
  const begun = await browser.go(`${server.address}/oauth/login/${who.at}${query}`)
  const asked = await browser.follow(begun, issuer)
  const agreed = asked.location === undefined ? await answer(browser, asked, who.as) : asked
  return browser.go(new URL(agreed.location ?? '', agreed.url))
}

async function answer(browser: SmallBrowser, page: Visit, login: string): Promise<Visit> {
  const { origin } = page.url
  const known = await browser.follow(await browser.submit(page, { login, password: 'any' }), origin)
  return known.location === undefined ? browser.follow(await browser.submit(known), origin) : known
}

const whoAsks = async (browser: SmallBrowser): Promise<number> =>
  (await browser.go(`${server.address}/api/v1/main/flows/search`)).status

const auditOf = async (action: string): Promise<readonly (readonly [string, string])[]> =>
  (await server.access.audit.list({ limit: 100 }))
    .filter(entry => entry.action === action)
    .map(({ outcome, caller }) => [caller.name, outcome])

test('somebody signs in, is put into groups, returns to the page and has a session', async () => {
  const browser = new SmallBrowser()
  assert.equal(await whoAsks(browser), 401, 'where others vouch for people nobody is let in without')

  const back = await signIn(browser, { at: 'one', as: 'u-1', returnTo: '/ui/main/flows?page=2' })

  assert.deepEqual([back.status, back.location], [303, '/ui/main/flows?page=2'])
  const session = back.setCookies.find(line => line.startsWith(`${SESSION}=`))
  assert.match(session ?? '', /; Path=\/; HttpOnly; SameSite=Lax/)
  assert.ok(!browser.names().some(name => name.startsWith('batuta-signin')), 'what was begun is forgotten')
  assert.equal(await whoAsks(browser), 200)
  const user = server.access.book.userOf(one.issuer, 'u-1')
  assert.deepEqual([user?.username, user?.email, user?.isSuperAdmin], ['ada', 'ada@example.com', false])
  assert.deepEqual(server.access.book.get('group', 'g-1')?.members, [{ userId: user?.id, membership: 'MEMBER' }])
  const roles = server.access.book.list('binding').filter(binding => binding.externalId === user?.id)
  assert.deepEqual(
    roles.map(({ roleId }) => roleId),
    ['viewer'],
  )
  assert.deepEqual((await auditOf('LOGIN'))[0], ['ada', 'done'])
})

test('groups follow the provider with the next sign-in; those that it has no say in stay', async () => {
  const user = server.access.book.userOf(one.issuer, 'u-1')
  const byHand = server.access.book.get('group', 'g-2')
  assert.ok(user && byHand)
  await server.access.book.change({
    put: [{ kind: 'group', record: { ...byHand, members: [{ userId: user.id, membership: 'OWNER' }] } }],
  })
  one.people.set('u-1', { preferred_username: 'ada', groups: ['staff'] })

  await signIn(new SmallBrowser(), { at: 'one', as: 'u-1' })

  assert.deepEqual(server.access.book.get('group', 'g-1')?.members, [])
  assert.equal(server.access.book.get('group', 'g-2')?.members.length, 1)
  assert.equal(server.access.book.list('user').length, 1, 'the same person is the same user')
})

test('the same subject or mail at another provider is another person, and a name that is taken is told', async () => {
  await signIn(new SmallBrowser(), { at: 'two', as: 'u-1' })
  const [ada, eve] = [server.access.book.userOf(one.issuer, 'u-1'), server.access.book.userOf(two.issuer, 'u-1')]
  assert.notEqual(ada?.id, eve?.id)

  const browser = new SmallBrowser()
  const back = await signIn(browser, { at: 'two', as: 'u-3' })

  assert.equal(back.location, '/ui/login?error=name-taken&provider=two')
  assert.equal(browser.cookie(SESSION), undefined)
  assert.deepEqual((await auditOf('LOGIN'))[0], ['anonymous', 'denied'])
})

test('an answer is good in the browser that began, at the provider that was asked, and once', async () => {
  const browser = new SmallBrowser()
  const asked = await browser.follow(await browser.go(`${server.address}/oauth/login/one`), one.issuer)
  const agreed = await answer(browser, asked, 'u-2')
  const callback = new URL(agreed.location ?? '', agreed.url)
  const failed = (provider: string): string => `/ui/login?error=not-begun&provider=${provider}`

  const stranger = await new SmallBrowser().go(callback)
  assert.deepEqual([stranger.location, stranger.setCookies], [failed('one'), []], 'a victim that is sent the link')
  const mixed = new URL(callback.href.replace('/callback/one', '/callback/two'))
  assert.equal((await browser.go(mixed)).location, failed('two'), 'the answer of one provider is none of another')
  const forged = new URL(callback)
  forged.searchParams.set('state', 'x'.repeat(43))
  assert.equal((await browser.go(forged)).location, failed('one'))

  const kept = browser
    .names()
    .filter(name => name.startsWith('batuta-signin'))
    .map(name => [name, browser.cookie(name)] as const)
  assert.equal((await browser.go(callback)).location, '/ui/')
  assert.equal((await browser.go(callback)).location, failed('one'), 'the cookie is gone')
  const header = { cookie: kept.map(([name, value]) => `${name}=${value}`).join('; ') }
  const replayed = await new SmallBrowser().go(callback, { headers: header })
  assert.equal(replayed.location, '/ui/login?error=answer-invalid&provider=one', 'and the provider takes a code once')
})

test('nobody is sent to another site after the sign-in', async () => {
  for (const returnTo of ['https://evil.example/', '//evil.example', '/\\evil.example', '/logout']) {
    const browser = new SmallBrowser()
    assert.equal((await signIn(browser, { at: 'one', as: 'u-2', returnTo })).location, '/ui/', returnTo)
  }
})

test('a provider that is not there is told to a browser by a word, to a program by a status', async () => {
  const browser = await new SmallBrowser().go(`${server.address}/oauth/login/none`)
  const program = await server.send('GET', '/oauth/login/none')

  assert.equal(browser.location, '/ui/login?error=provider-unknown&provider=none')
  assert.deepEqual([program.status, program.json.code], [404, 'provider-unknown'])
})

test('signing out ends the session here, and leads to the provider to end it there', async () => {
  const browser = new SmallBrowser()
  await signIn(browser, { at: 'one', as: 'u-2' })
  const cookie = `${SESSION}=${browser.cookie(SESSION)}`

  const foreign = await browser.go(`${server.address}/logout`, { headers: { 'sec-fetch-site': 'cross-site' } })
  assert.deepEqual(
    [foreign.location, await whoAsks(browser)],
    ['/ui/login', 200],
    'a link of another site ends nothing',
  )
  const out = await browser.go(`${server.address}/logout`, { headers: { 'sec-fetch-site': 'same-origin' } })

  assert.ok(out.location?.startsWith(`${one.issuer}/session/end?`), out.location)
  const confirm = await browser.follow(out, one.issuer)
  const ended = await browser.submit(confirm, { logout: 'yes' })
  assert.equal(ended.location?.split('?')[0], `${server.address}/ui/login`)
  assert.equal(await whoAsks(browser), 401)
  const stolen = await new SmallBrowser().go(`${server.address}/api/v1/main/flows/search`, { headers: { cookie } })
  assert.equal(stolen.status, 401, 'the cookie is worth nothing any more')
  assert.deepEqual((await auditOf('LOGOUT'))[0], ['bob', 'done'])
})

test('signing out at the provider ends the sessions here', async () => {
  const [browser, other] = [new SmallBrowser(), new SmallBrowser()]
  const { sessions, book } = server.access
  const before = new Set(book.list('session').map(({ id }) => id))
  await signIn(browser, { at: 'one', as: 'u-2' })
  const sessionThere = book.list('session').find(({ id }) => !before.has(id))?.sessionThere
  assert.ok(sessionThere)
  await signIn(other, { at: 'one', as: 'u-2' })
  // What one provider calls a session is nothing at another.
  const elsewhere = await sessions.open('admin', { provider: 'two', sessionThere })

  const confirm = await browser.go(`${one.issuer}/session/end?client_id=batuta`)
  await browser.submit(confirm, { logout: 'yes' })

  assert.equal(await whoAsks(browser), 401)
  assert.ok(book.get('session', elsewhere.id), 'a session at another provider goes on')
  assert.equal(await whoAsks(other), 200, 'a session of another browser goes on')
})

test('a logout token that the provider has not signed ends nothing', async () => {
  const browser = new SmallBrowser()
  await signIn(browser, { at: 'one', as: 'u-2' })
  const body = new URLSearchParams({ logout_token: 'e30.e30.' }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }

  const reply = await server.send('POST', '/oauth/backchannel-logout/one', { body, headers })

  assert.deepEqual([reply.status, reply.json], [400, { error: 'invalid_request' }])
  assert.equal(await whoAsks(browser), 200)
})

test('somebody who is signed in connects another identity, and is the same user by either', async () => {
  const browser = new SmallBrowser()
  await signIn(browser, { at: 'one', as: 'u-1' })
  const connect = `${server.address}/oauth/login/two?connect=true&returnTo=/ui/preferences`
  const ada = server.access.book.userOf(one.issuer, 'u-1')

  const foreign = await browser.go(connect, { headers: { 'sec-fetch-site': 'cross-site' } })
  assert.equal(foreign.location, '/ui/login?error=not-signed-in&provider=two', 'not for a page of another site')
  const nobody = await new SmallBrowser().go(connect)
  assert.equal(nobody.location, '/ui/login?error=not-signed-in&provider=two')
  const asked = await browser.follow(await browser.go(connect), two.issuer)
  const agreed = await answer(browser, asked, 'u-3')
  const back = await browser.go(new URL(agreed.location ?? '', agreed.url))

  assert.equal(back.location, '/ui/preferences')
  assert.equal(server.access.book.userOf(two.issuer, 'u-3')?.id, ada?.id)
  assert.equal((await signIn(new SmallBrowser(), { at: 'two', as: 'u-3' })).location, '/ui/')
  const taken = new SmallBrowser()
  await signIn(taken, { at: 'one', as: 'u-2' })
  const again = await taken.follow(await taken.go(connect), two.issuer)
  const refused = await answer(taken, again, 'u-3')
  const end = await taken.go(new URL(refused.location ?? '', refused.url))
  assert.equal(end.location, '/ui/login?error=identity-taken&provider=two')
})

test('a second sign-in in one browser ends the session before; a user who is switched off is out at once', async () => {
  const browser = new SmallBrowser()
  await signIn(browser, { at: 'one', as: 'u-2' })
  const before = `${SESSION}=${browser.cookie(SESSION)}`
  await signIn(browser, { at: 'one', as: 'u-2' })
  const old = await new SmallBrowser().go(`${server.address}/api/v1/main/flows/search`, { headers: { cookie: before } })
  assert.deepEqual([old.status, await whoAsks(browser)], [401, 200])

  const bob = server.access.book.userOf(one.issuer, 'u-2')
  assert.ok(bob)
  await server.access.book.change({ put: [{ kind: 'user', record: { ...bob, isDisabled: true } }] })

  assert.equal(await whoAsks(browser), 401)
  assert.equal((await signIn(browser, { at: 'one', as: 'u-2' })).location, '/ui/login?error=disabled&provider=one')
})
