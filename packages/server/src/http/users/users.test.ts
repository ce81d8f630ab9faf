import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ROOT_NAME, ROOT_PASSWORD, cookieOf, openPeopleServer, type PeopleServer } from '../../testing/people-server.ts'

let server: PeopleServer
before(async () => {
  server = await openPeopleServer()
})
after(() => server.stop())

const USERS = '/api/v1/users'
const GOOD = 'seven slow yellow trams'

test('the first user closes the doors, and is a super admin who is logged in', async () => {
  const me = await server.root.send('GET', '/api/v1/me')

  assert.equal(me.status, 200)
  assert.deepEqual([me.json.profile.username, me.json.superAdmin, me.json.via], [ROOT_NAME, true, 'session'])
  assert.deepEqual(me.json.permissions['FLOW:DELETE'], { all: true })
  assert.equal((await server.nobody.send('GET', '/api/v1/main/flows/search')).status, 401)
  assert.equal((await server.nobody.send('GET', '/api/v1/setup')).json.done, true)
  const again = await server.nobody.send('POST', '/api/v1/setup', { username: 'eve', password: GOOD })
  assert.deepEqual([again.status, again.json.code], [409, 'set-up-done'])
})

test('a user is made, found, changed and deleted as Kestra’s clients do it', async () => {
  const made = await server.root.send('POST', USERS, { email: 'ada@example.com', firstName: 'Ada', lastName: null })
  assert.equal(made.status, 201)
  const { id } = made.json
  assert.deepEqual([made.json.email, made.json.displayName, made.json.superAdmin], ['ada@example.com', 'Ada', false])
  assert.equal((await server.root.send('POST', USERS, { email: 'ADA@example.com' })).status, 409)

  const page = await server.root.send('GET', `${USERS}?size=100&q=ada`)
  assert.deepEqual([page.json.total, page.json.results[0].id], [1, id])
  const filtered = await server.root.send('GET', `${USERS}?filters[username][EQUALS]=ada@example.com`)
  assert.equal(filtered.json.total, 1)
  assert.equal((await server.root.send('GET', `${USERS}?filters[colour][EQUALS]=red`)).status, 422)

  const patched = await server.root.send('PATCH', `${USERS}/${id}`, { firstName: 'Augusta' })
  assert.equal(patched.json.firstName, 'Augusta')
  const put = await server.root.send('PUT', `${USERS}/${id}`, { email: 'augusta@example.com', superAdmin: false })
  assert.deepEqual([put.json.username, put.json.firstName], ['augusta@example.com', 'Augusta'])

  assert.equal((await server.root.send('DELETE', `${USERS}/${id}`)).status, 204)
  assert.equal((await server.root.send('GET', `${USERS}/${id}`)).status, 404)
})

test('a password is judged, is never shown, and a new one ends the sessions and the old one', async () => {
  const made = await server.root.send('POST', USERS, { email: 'ben@example.com' })
  const { id } = made.json
  const weak = await server.root.send('PATCH', `${USERS}/${id}/password`, { password: 'qwerty123456' })
  assert.deepEqual([weak.status, weak.json.code], [422, 'password-weak'])
  const set = await server.root.send('PATCH', `${USERS}/${id}/password`, { password: GOOD })
  assert.equal(set.status, 200)
  for (const text of [set.text, (await server.root.send('GET', `${USERS}/${id}`)).text])
    assert.equal(/argon2|passwordHash|seven slow/.test(text), false)

  const login = await server.nobody.send('POST', '/api/v1/login', { username: 'BEN@example.com', password: GOOD })
  assert.equal(login.status, 200)
  const browser = server.withCookie(cookieOf(login))
  assert.equal((await browser.send('GET', '/api/v1/me')).json.profile.username, 'ben@example.com')
  assert.equal((await server.root.send('GET', `${USERS}/${id}/sessions`)).json.length, 1)

  const other = 'eight slow yellow trams'
  const wrong = await browser.send('PUT', '/api/v1/me/password', { oldPassword: 'x', newPassword: other })
  assert.equal(wrong.status, 403)
  const changed = await browser.send('PUT', '/api/v1/me/password', { oldPassword: GOOD, newPassword: other })
  assert.equal(changed.status, 200)
  assert.equal((await browser.send('GET', '/api/v1/me')).status, 401)
  assert.equal((await server.withCookie(cookieOf(changed)).send('GET', '/api/v1/me')).status, 200)
  assert.equal((await server.withPassword('ben@example.com', GOOD).send('GET', '/api/v1/me')).status, 401)
})

test('whoever is disabled is nobody at once, by token and by session', async () => {
  const { id, person } = await server.addUser('cleo@example.com', [{ roleId: 'viewer' }])
  assert.equal((await person.send('GET', '/api/v1/me')).status, 200)

  const off = await server.root.send('PATCH', `${USERS}/${id}/disabled`, { disabled: true })
  assert.equal(off.json.disabled, true)
  assert.equal((await person.send('GET', '/api/v1/me')).status, 401)

  await server.root.send('PATCH', `${USERS}/${id}/disabled`, { disabled: false })
  assert.equal((await person.send('GET', '/api/v1/me')).status, 200)
})

test('the last super admin is neither removed nor demoted nor switched off, and another one makes room', async () => {
  const { rootId, root } = server
  const tries = [
    await root.send('DELETE', `${USERS}/${rootId}`),
    await root.send('PATCH', `${USERS}/${rootId}/superadmin`, { superAdmin: false }),
    await root.send('PUT', `${USERS}/${rootId}`, { email: ROOT_NAME, superAdmin: false }),
  ]
  assert.deepEqual(
    tries.map(({ status, json }) => [status, json.code]),
    tries.map(() => [409, 'last-super-admin']),
  )
  assert.equal((await root.send('PATCH', `${USERS}/${rootId}/disabled`, { disabled: true })).status, 403)

  const second = await server.addUser('second@example.com')
  assert.equal((await root.send('PATCH', `${USERS}/${second.id}/superadmin`, { superAdmin: true })).status, 200)
  const [one, other] = await Promise.all([
    root.send('PATCH', `${USERS}/${second.id}/superadmin`, { superAdmin: false }),
    second.person.send('PATCH', `${USERS}/${rootId}/superadmin`, { superAdmin: false }),
  ])
  assert.equal([one, other].filter(({ status }) => status === 200).length, 1)
  const left = (await server.withPassword(ROOT_NAME, ROOT_PASSWORD).send('GET', '/api/v1/me')).json.superAdmin
  assert.equal(left, one.status === 200)
  if (!left) await second.person.send('PATCH', `${USERS}/${rootId}/superadmin`, { superAdmin: true })
})

test('a token is shown once, does less when it is made for less, and makes none that does more', async () => {
  const { id, person } = await server.addUser('dora@example.com', [{ roleId: 'editor', namespaceId: 'company' }])
  const made = await person.send('POST', '/api/v1/me/api-tokens', {
    name: 'ci',
    maxAge: 'P30D',
    scopes: [{ namespace: 'company.sales', permissions: { FLOW: ['READ'] } }],
  })
  assert.equal(made.status, 200)
  assert.match(made.json.fullToken, /^bat_[A-Za-z0-9]{12}_/)
  const list = await person.send('GET', '/api/v1/me/api-tokens')
  assert.equal(list.text.includes(made.json.fullToken.split('_')[2]), false)
  const [token] = list.json.results.filter((each: { name: string }) => each.name === 'ci')
  assert.equal(Date.parse(token.exp) - Date.parse(token.iat), 30 * 24 * 60 * 60_000)

  const narrow = server.withToken(made.json.fullToken)
  const me = (await narrow.send('GET', '/api/v1/me')).json.permissions
  assert.deepEqual(me['FLOW:READ'], { all: false, allow: ['company.sales'], deny: [] })
  assert.equal(me['FLOW:UPDATE'], undefined)
  assert.equal((await narrow.send('POST', '/api/v1/me/api-tokens', { name: 'more' })).status, 403)
  assert.equal((await narrow.send('PUT', '/api/v1/me/password', { newPassword: GOOD })).status, 403)
  assert.equal((await person.send('POST', '/api/v1/me/api-tokens', { name: 'x', maxAge: 'P9000D' })).status, 422)

  assert.equal((await person.send('DELETE', `/api/v1/me/api-tokens/${made.json.id}`)).status, 200)
  assert.equal((await narrow.send('GET', '/api/v1/me')).status, 401)
  assert.equal((await server.root.send('DELETE', `${USERS}/${id}`)).status, 204)
  assert.equal((await person.send('GET', '/api/v1/me')).status, 401)
})

test('what is told once is kept for nobody, whatever key the call has', async () => {
  const { id } = await server.addUser('gil@example.com')
  const headers = { 'idempotency-key': 'the-same' }
  const path = `${USERS}/${id}/api-tokens`

  const one = await server.root.send('POST', path, { name: 'one' }, headers)
  const two = await server.root.send('POST', path, { name: 'one' }, headers)

  assert.deepEqual([one.status, two.status], [201, 201])
  assert.notEqual(one.json.fullToken, two.json.fullToken)
})

test('a link for a new password works once', async () => {
  const { id } = await server.addUser('emil@example.com')
  const reset = await server.root.send('POST', `${USERS}/${id}/password-reset`)
  assert.match(reset.json.link, /\/ui\/reset-password#/)

  const { token } = reset.json
  assert.equal((await server.nobody.send('POST', '/api/v1/reset-password', { token, password: 'short' })).status, 422)
  assert.equal((await server.nobody.send('POST', '/api/v1/reset-password', { token, password: GOOD })).status, 200)
  assert.equal((await server.nobody.send('POST', '/api/v1/reset-password', { token, password: GOOD })).status, 410)
  assert.equal((await server.withPassword('emil@example.com', GOOD).send('GET', '/api/v1/me')).status, 200)
})

test('a new password ends every session, whoever sets it; so does being switched off, for good', async () => {
  const { root, nobody } = server
  const email = 'gus@example.com'
  const { id } = await server.addUser(email)
  const path = `${USERS}/${id}`
  await root.send('PATCH', `${path}/password`, { password: GOOD })
  const passwords = [GOOD, 'eight slow yellow trams', 'nine slow yellow trams', 'ten slow yellow trams']
  const ends: readonly ((password: string) => Promise<unknown>)[] = [
    password => root.send('PATCH', `${path}/password`, { password }),
    password => root.send('PUT', path, { email, password }),
    async password => {
      const { token } = (await root.send('POST', `${path}/password-reset`)).json
      return await nobody.send('POST', '/api/v1/reset-password', { token, password })
    },
    async () => {
      await root.send('PATCH', `${path}/disabled`, { disabled: true })
      return await root.send('PATCH', `${path}/disabled`, { disabled: false })
    },
  ]

  for (const [at, end] of ends.entries()) {
    const login = await nobody.send('POST', '/api/v1/login', { username: email, password: passwords[at] })
    const browser = server.withCookie(cookieOf(login))
    assert.equal((await browser.send('GET', '/api/v1/me')).status, 200, `${at}`)

    await end(passwords[at + 1] ?? '')

    assert.equal((await browser.send('GET', '/api/v1/me')).status, 401, `${at} ${String(end)}`)
  }
})

test('who is switched off while a new password is hashed stays so', async () => {
  const { root, nobody } = server
  const email = 'ida@example.com'
  const { id, person } = await server.addUser(email)
  const path = `${USERS}/${id}`
  await root.send('PATCH', `${path}/password`, { password: GOOD })
  const password = 'eight slow yellow trams'
  const ways: readonly (() => Promise<unknown>)[] = [
    () => root.send('PATCH', `${path}/password`, { password }),
    () => root.send('PUT', path, { email, password }),
    () =>
      server.withPassword(email, GOOD).send('PUT', '/api/v1/me/password', { oldPassword: GOOD, newPassword: password }),
    async () => {
      const { token } = (await root.send('POST', `${path}/password-reset`)).json
      return await nobody.send('POST', '/api/v1/reset-password', { token, password })
    },
  ]
  for (const way of ways) {
    const changing = way()
    let off = await root.send('PATCH', `${path}/disabled`, { disabled: true })
    // Where the new password was faster by a hair it is asked again.
    while (off.status === 409) off = await root.send('PATCH', `${path}/disabled`, { disabled: true })
    await changing

    assert.equal(off.status, 200, off.text)
    assert.equal((await root.send('GET', path)).json.disabled, true, String(way))
    assert.equal((await person.send('GET', '/api/v1/me')).status, 401)
    await root.send('PATCH', `${path}/disabled`, { disabled: false })
    await root.send('PATCH', `${path}/password`, { password: GOOD })
  }
})

test('one’s other sessions end when one says so, and this one goes on', async () => {
  const { root, nobody } = server
  const credentials = { username: 'hal@example.com', password: GOOD }
  const { id } = await server.addUser(credentials.username)
  await root.send('PATCH', `${USERS}/${id}/password`, { password: GOOD })
  const open = async () => server.withCookie(cookieOf(await nobody.send('POST', '/api/v1/login', credentials)))
  const [here, there] = [await open(), await open()]

  assert.equal((await here.send('DELETE', '/api/v1/me/sessions')).status, 204)

  assert.equal((await here.send('GET', '/api/v1/me')).status, 200)
  assert.equal((await there.send('GET', '/api/v1/me')).status, 401)
})

test('a super admin goes on as another user, and both are known', async () => {
  const { id } = await server.addUser('fay@example.com', [{ roleId: 'viewer' }])

  const became = await server.root.send('POST', `${USERS}/${id}/impersonate`)
  const me = await server.withCookie(cookieOf(became)).send('GET', '/api/v1/me')

  assert.deepEqual([me.json.profile.username, me.json.impersonatedBy], ['fay@example.com', server.rootId])
  const token = await server.withCookie(cookieOf(became)).send('POST', '/api/v1/me/api-tokens', { name: 'x' })
  assert.equal(token.status, 403)
})

test('logging out ends the session, and a page of another site cannot log anybody in or out', async () => {
  const credentials = { username: ROOT_NAME, password: ROOT_PASSWORD }
  const login = await server.nobody.send('POST', '/login', credentials)
  const browser = server.withCookie(cookieOf(login))
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  assert.equal((await browser.send('POST', '/api/v1/logout', undefined, foreign)).status, 403)
  assert.equal((await browser.send('GET', '/api/v1/me')).status, 200)
  assert.equal((await browser.send('POST', '/api/v1/logout')).status, 200)
  assert.equal((await browser.send('GET', '/api/v1/me')).status, 401)

  assert.equal((await server.nobody.send('POST', '/api/v1/login', credentials, foreign)).status, 403)
  const wrong = await server.nobody.send('POST', '/api/v1/login', { username: 'nobody', password: 'x' })
  assert.deepEqual([wrong.status, wrong.json.code], [401, 'login-failed'])
})
