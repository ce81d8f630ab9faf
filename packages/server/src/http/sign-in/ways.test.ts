import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSignIn, type SignInConfig } from '../../config/sign-in.ts'
import { Sources } from '../../config/sources.ts'
import { CLIENT_ID, CLIENT_SECRET, startCrookedProvider } from '../../sign-in/testing/crooked-provider.ts'
import { startSmallDirectory } from '../../sign-in/testing/small-directory.ts'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

const FLOWS = '/api/v1/main/flows/search'
const COSTS = { memoryKib: 64, passes: 1 }

function configOf(options: unknown, trustProxy = ''): SignInConfig {
  const environment = { KESTRA_CONFIGURATION: JSON.stringify({ 'sign-in': options }), BATUTA_TRUST_PROXY: trustProxy }
  return readSignIn(new Sources(undefined, environment), {})
}

async function statusOf(server: TestServer, headers: Readonly<Record<string, string>>): Promise<number> {
  return (await server.send('GET', FLOWS, { headers })).status
}

const basic = (name: string, password: string): Readonly<Record<string, string>> => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
})

test('headers of the proxy name the person; they are a user from the first request on, in the groups of each', async t => {
  const proxy = { 'groups-by-name': true, 'user-header': 'X-Remote-User', 'groups-header': 'X-Remote-Groups' }
  const server = await openTestServer({
    user: { name: 'admin', password: 'secret' },
    signIn: configOf({ 'default-role': 'viewer', proxy }, '127.0.0.1'),
  })
  t.after(() => server.stop())
  await server.access.book.change({ put: [{ kind: 'group', record: { id: 'g', name: 'ops', members: [] } }] })
  const ada = { 'x-remote-user': 'ada', 'x-remote-groups': 'ops' }

  assert.equal(await statusOf(server, {}), 401)
  assert.deepEqual(await Promise.all([1, 2, 3].map(() => statusOf(server, ada))), [200, 200, 200])

  const { book } = server.access
  const user = book.userOf('proxy', 'ada')
  assert.deepEqual(
    book.list('user').map(({ username }) => username),
    ['ada'],
  )
  assert.deepEqual(
    book.get('group', 'g')?.members.map(({ userId }) => userId),
    [user?.id],
  )
  assert.equal(await statusOf(server, { ...ada, 'x-remote-groups': 'others' }), 200)
  assert.deepEqual(book.get('group', 'g')?.members, [])
  assert.ok(user)
  await book.change({ put: [{ kind: 'user', record: { ...user, isDisabled: true } }] })
  assert.equal(await statusOf(server, { ...ada, 'x-remote-groups': 'others' }), 403)
})

test('the same headers from an address that is no proxy of ours are nothing', async t => {
  const server = await openTestServer({
    user: { name: 'admin', password: 'secret' },
    signIn: configOf({ proxy: {} }, '10.0.0.7,192.168.0.0/16'),
  })
  t.after(() => server.stop())
  const lies = { 'x-forwarded-user': 'admin', 'x-forwarded-for': '10.0.0.7', 'x-real-ip': '10.0.0.7' }

  assert.equal(await statusOf(server, lies), 401)
  assert.deepEqual(server.access.book.list('user'), [])
})

test('a proxy that is configured and not among the ways names nobody', async t => {
  const server = await openTestServer({
    user: { name: 'admin', password: 'secret' },
    signIn: configOf({ ways: ['password'], proxy: {} }, '127.0.0.1'),
  })
  t.after(() => server.stop())

  assert.equal(await statusOf(server, { 'x-forwarded-user': 'admin' }), 401)
  assert.equal(await statusOf(server, basic('admin', 'secret')), 200)
})

test('people of a directory log in with its passwords; those of Batuta’s own users are never sent there', async t => {
  const there = await startSmallDirectory()
  t.after(() => there.stop())
  const dn = 'uid=ada,dc=x'
  there.passwords.set(dn, 'analytical')
  there.answers.set('dc=x (uid=ada)', [{ dn, attributes: { uid: ['ada'], entryUUID: ['u-1'] } }])
  const ldap = { url: there.url, 'user-base': 'dc=x' }
  const server = await openTestServer({ signIn: configOf({ 'default-role': 'viewer', ldap }), passwordCosts: COSTS })
  t.after(() => server.stop())
  const { book, passwords } = server.access
  const own = { isSuperAdmin: true, isRestricted: false, isServiceAccount: false, isDisabled: false, identities: [] }
  const record = { ...own, id: 'u', username: 'bob', createdMs: 1, passwordHash: await passwords.hash('own password') }
  await book.change({ put: [{ kind: 'user', record }] })

  assert.equal(await statusOf(server, basic('ada', 'analytical')), 200)
  assert.equal(book.userOf('ldap', 'u-1')?.username, 'ada')
  assert.equal(await statusOf(server, basic('ada', 'wrong')), 401)
  const asked = there.asked.length
  assert.equal(await statusOf(server, basic('ada', 'analytical')), 200)
  assert.equal(there.asked.length, asked, 'a password that was right a moment ago is not asked for again')
  assert.equal(await statusOf(server, basic('bob', 'own password')), 200)
  assert.equal(await statusOf(server, basic('bob', 'wrong')), 401)
  assert.ok(there.asked.every(line => !line.includes('bob')))

  await there.stop()
  const reply = await server.send('GET', FLOWS, { headers: basic('carol', 'any') })
  assert.deepEqual([reply.status, reply.json.code], [503, 'provider-unreachable'])
  assert.equal(await statusOf(server, basic('bob', 'own password')), 200, 'the other way goes on')
})

test('where passwords are no way, those of Batuta’s own users are not taken', async t => {
  const there = await startSmallDirectory()
  t.after(() => there.stop())
  const signIn = configOf({ ways: ['ldap'], ldap: { url: there.url, 'user-base': 'dc=x' } })
  const server = await openTestServer({ signIn, passwordCosts: COSTS })
  t.after(() => server.stop())
  const { book, passwords } = server.access
  const own = { isSuperAdmin: true, isRestricted: false, isServiceAccount: false, isDisabled: false, identities: [] }
  const record = { ...own, id: 'u', username: 'bob', createdMs: 1, passwordHash: await passwords.hash('own password') }
  await book.change({ put: [{ kind: 'user', record }] })

  assert.equal(await statusOf(server, basic('bob', 'own password')), 401)
})

test('whoever comes first is an administrator by the configuration or has to wait for the set-up', async t => {
  const there = await startCrookedProvider()
  t.after(() => there.stop())
  const provider = {
    issuer: there.issuer,
    'client-id': CLIENT_ID,
    'client-secret': CLIENT_SECRET,
    'admin-groups': 'chiefs',
  }
  const server = await openTestServer({ signIn: configOf({ providers: { p: provider } }) })
  t.after(() => server.stop())

  there.crooked = { claims: { groups: ['staff'] } }
  assert.equal(await enter(server, there), '/ui/login?error=set-up-needed&provider=p')
  assert.deepEqual(server.access.book.list('user'), [])
  there.crooked = { claims: { groups: ['chiefs'] } }
  assert.equal(await enter(server, there), '/ui/')
  assert.equal(server.access.book.userOf(there.issuer, 'ada-1')?.isSuperAdmin, true)
  there.crooked = { claims: { groups: ['staff'] } }
  assert.equal(await enter(server, there), '/ui/')
  assert.equal(server.access.book.userOf(there.issuer, 'ada-1')?.isSuperAdmin, false, 'who is no chief any more')
})

test('nobody is made a user where the configuration says so, and a session can end with the token', async t => {
  const there = await startCrookedProvider()
  t.after(() => there.stop())
  const provider = { issuer: there.issuer, 'client-id': CLIENT_ID, 'client-secret': CLIENT_SECRET, session: 'token' }
  const server = await openTestServer({
    user: { name: 'admin', password: 'secret' },
    signIn: configOf({ 'create-users': false, providers: { p: provider } }),
  })
  t.after(() => server.stop())

  assert.equal(await enter(server, there), '/ui/login?error=not-invited&provider=p')
  const known = { isSuperAdmin: false, isRestricted: false, isServiceAccount: false, isDisabled: false, createdMs: 1 }
  const identities = [{ provider: there.issuer, subject: 'ada-1' }]
  await server.access.book.change({
    put: [{ kind: 'user', record: { ...known, id: 'u', username: 'Ada', identities } }],
  })
  assert.equal(await enter(server, there), '/ui/')
  const [session] = server.access.book.list('session')
  assert.ok(session && session.expiresMs - session.createdMs <= 300_000)
})

test('a provider that does not answer is told, and the other ways go on', async t => {
  const there = await startCrookedProvider()
  t.after(() => there.stop())
  there.crooked = { isSilent: true }
  const provider = { issuer: there.issuer, 'client-id': CLIENT_ID, 'client-secret': CLIENT_SECRET }
  const server = await openTestServer({
    user: { name: 'admin', password: 'secret' },
    signIn: configOf({ providers: { p: provider } }),
  })
  t.after(() => server.stop())

  const reply = await server.send('GET', '/oauth/login/p')

  assert.deepEqual([reply.status, reply.json.code], [503, 'provider-unreachable'])
  assert.match(reply.json.message, /sign in another way/)
  assert.equal(await statusOf(server, basic('admin', 'secret')), 200)
})

test('the log tells what was wrong with an answer, and nothing of what was in it', async t => {
  const there = await startCrookedProvider()
  t.after(() => there.stop())
  const provider = { issuer: there.issuer, 'client-id': CLIENT_ID, 'client-secret': CLIENT_SECRET }
  const server = await openTestServer({ signIn: configOf({ providers: { p: provider } }) })
  t.after(() => server.stop())

  there.crooked = { claims: { aud: 'else', email: 'ada@example.com' } }
  assert.equal(await enter(server, there), '/ui/login?error=answer-invalid&provider=p')
  there.crooked = { tokenStatus: 400 }
  assert.equal(await enter(server, there), '/ui/login?error=answer-invalid&provider=p')

  const log = server.notices.join('\n')
  assert.match(log, /unexpected JWT "aud"[^\n]*\n.*"p" says invalid_grant/s)
  for (const secret of [CLIENT_SECRET, 'ada@example.com', 'eyJ', '[object']) assert.ok(!log.includes(secret), secret)
})

/** To the provider and back, without its pages; where one ends up. */
async function enter(server: TestServer, there: Awaited<ReturnType<typeof startCrookedProvider>>): Promise<string> {
  const begun = await fetch(`${server.address}/oauth/login/p`, { redirect: 'manual' })
  const location = begun.headers.get('location') ?? ''
  there.remember(location)
  const state = new URL(location).searchParams.get('state') ?? ''
  const cookie = begun.headers
    .getSetCookie()
    .map(line => line.split(';')[0])
    .join('; ')
  const headers = { cookie, accept: 'text/html' }
  const back = await fetch(`${server.address}/oauth/callback/p?code=c&state=${state}`, { redirect: 'manual', headers })
  return back.headers.get('location') ?? String(back.status)
}

test('the role of who is new is made as Kestra’s words describe it, and one that is not there is told of', async t => {
  const permissions = { FLOW: ['READ', 'CREATE'], EXECUTION: ['READ'] }
  const described = { kestra: { security: { 'default-role': { name: 'Newcomer', permissions } } } }
  const signInOf = (text: object): SignInConfig =>
    readSignIn(new Sources(undefined, { KESTRA_CONFIGURATION: JSON.stringify(text) }), {})
  const one = await openTestServer({ signIn: signInOf(described) })
  const other = await openTestServer({ signIn: signInOf({ 'sign-in': { 'default-role': 'nobody-made-it' } }) })
  const wrong = { kestra: { security: { 'default-role': { name: 'X', permissions: { FLYING: ['READ'] } } } } }
  const third = await openTestServer({ signIn: signInOf(wrong) })
  for (const server of [one, other, third]) t.after(() => server.stop())

  const role = one.access.book.list('role').find(({ name }) => name === 'Newcomer')
  assert.deepEqual(role?.permissions, { FLOW: ['READ', 'CREATE'], EXECUTION: ['READ'] })
  assert.equal(one.notices.filter(notice => /There is no role/.test(notice)).length, 0)
  assert.match(other.notices.join('\n'), /There is no role "nobody-made-it".*they may do nothing/)
  assert.match(third.notices.join('\n'), /"X" of kestra.security.default-role was not made.*"FLYING"/)
})
