// SP12: what a browser is known by. It is made here and nowhere else, is another one after each log-in, and is worth nothing once somebody says so.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { newUser } from '../testing/guarded-world.ts'
import { openTestServer, type Answer, type TestServer } from '../testing/test-server.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
/** As a browser says it of our own pages. */
const OWN_PAGE = { 'sec-fetch-site': 'same-origin' }
const PASSWORD = 'seven slow yellow trams'
const ME = '/api/v1/me'

let server: TestServer
before(async () => {
  server = await openTestServer({ user: { name: 'root@example.com', password: 'root of this test' } })
  const { access } = server
  const passwordHash = await access.passwords.hash(PASSWORD)
  await access.book.change({ put: [{ kind: 'user', record: newUser('ada', { passwordHash, isSuperAdmin: true }) }] })
})
after(() => server.stop())

async function logIn(headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const body = JSON.stringify({ username: 'ada', password: PASSWORD })
  return await server.send('POST', '/api/v1/login', { headers: { ...JSON_TYPE, ...headers }, body })
}

function cookieIn({ headers }: Answer): string {
  return headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

async function statusWith(cookie: string): Promise<number> {
  return (await server.send('GET', ME, { headers: { cookie, ...OWN_PAGE } })).status
}

test('a cookie that was chosen before is not taken over by a log-in, and a new one is given each time', async () => {
  const chosen = `batuta-session=${'A'.repeat(43)}`
  const first = await logIn({ cookie: chosen, ...OWN_PAGE })
  const second = await logIn({ cookie: cookieIn(first), ...OWN_PAGE })

  assert.deepEqual([first.status, second.status], [200, 200])
  assert.equal(await statusWith(chosen), 401)
  assert.notEqual(cookieIn(first), chosen)
  assert.notEqual(cookieIn(second), cookieIn(first))
  assert.equal(await statusWith(cookieIn(first)), 401, 'the session of this browser before is over')
  assert.equal(await statusWith(cookieIn(second)), 200)
})

test('a cookie is out of reach of scripts and of forms elsewhere, and never in an address', async () => {
  const [cookie = ''] = (await logIn()).headers.getSetCookie()
  const value = /^batuta-session=([\w-]{43});/.exec(cookie)?.[1] ?? ''
  assert.match(cookie, /; HttpOnly; SameSite=Lax/)
  assert.ok(!/Domain=/i.test(cookie))

  const asked = await server.send('GET', `${ME}?batuta-session=${value}&token=${value}&access_token=${value}`)
  assert.equal(asked.status, 401)
})

test('a new password, a log-out and an end by somebody else each end what they should at once', async () => {
  await server.access.sessions.closeAllOf('ada')
  const [one, two, three] = [cookieIn(await logIn()), cookieIn(await logIn()), cookieIn(await logIn())]

  const left = await server.send('POST', '/api/v1/logout', { headers: { cookie: one, ...OWN_PAGE } })
  assert.equal(
    left.headers.getSetCookie().every(line => /Max-Age=0|Expires=Thu, 01 Jan 1970/.test(line)),
    true,
  )
  assert.deepEqual([await statusWith(one), await statusWith(two)], [401, 200])

  const [session] = server.access.sessions.ofUser('ada')
  await server.access.sessions.close(session?.id ?? '')
  assert.equal((await Promise.all([two, three].map(statusWith))).filter(status => status === 401).length, 1)

  const body = JSON.stringify({ oldPassword: PASSWORD, newPassword: 'eight slow yellow trams' })
  const live = cookieIn(await logIn())
  const headers = { ...JSON_TYPE, ...OWN_PAGE, cookie: live }
  const changed = await server.send('PUT', `${ME}/password`, { headers, body })
  assert.equal(changed.status, 200, changed.text)
  for (const old of [two, three, live]) assert.equal(await statusWith(old), 401)
  assert.equal(await statusWith(cookieIn(changed)), 200)
})
