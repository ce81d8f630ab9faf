// A server that others reach and that has no user: closed but for what the set-up needs. The address is this machine's own, written so that it is not
// taken for that.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ALL_ROUTES, pathOf } from '../testing/guarded-world.ts'
import { openTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer({ host: '127.1' })
})
after(() => server.stop())

const told = (): readonly string[] =>
  server.notices.flatMap(notice => /set-up token[^:]*: ([\w-]{22})/.exec(notice)?.[1] ?? [])

test('before there is a user everything but the set-up answers 503, webhooks as well', async () => {
  const closed = ALL_ROUTES.filter(({ route }) => route.isBeforeSetUp !== true)
  assert.ok(closed.length > 200)
  for (const { name, route } of closed) {
    const { status, json } = await server.send(route.method, pathOf(route, {}))
    assert.deepEqual([status, json?.code], [503, 'set-up-needed'], name)
  }
})

test('health and how one gets in are told', async () => {
  assert.equal((await server.send('GET', '/ping')).text, 'pong')
  assert.equal((await server.send('GET', '/health')).status, 200)
  const { json } = await server.send('GET', '/api/v1/configs/login')
  assert.deepEqual([json.isOpen, json.isSetupNeeded], [false, true])
})

test('the token of the log makes the first user, once', async () => {
  assert.equal(told().length, 1, 'it is told once')
  const first = { username: 'ada@example.com', password: 'Correct horse 1 battery' }
  const setUp = (token: string, more: object = {}): ReturnType<TestServer['send']> =>
    server.send('POST', '/api/v1/setup', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...first, ...more, token }),
    })

  assert.equal((await setUp('AAAAAAAAAAAAAAAAAAAAAA')).status, 403)
  assert.equal((await server.send('GET', '/api/v1/main/flows/search')).status, 503)
  assert.equal((await setUp(told()[0] ?? '')).status, 200)
  assert.ok((await setUp(told()[0] ?? '', { username: 'eve@example.com' })).status >= 400)

  const authorization = `Basic ${btoa(`${first.username}:${first.password}`)}`
  assert.equal((await server.send('GET', '/api/v1/main/flows/search')).status, 401)
  assert.equal((await server.send('GET', '/api/v1/main/flows/search', { headers: { authorization } })).status, 200)
  assert.equal(server.access.book.list('user').length, 1)
})

test('on this machine a page of another site makes no first user, and of two at once one is made', async () => {
  const open = await openTestServer()
  const setUp = (username: string, headers: Readonly<Record<string, string>> = {}): ReturnType<TestServer['send']> =>
    open.send('POST', '/api/v1/setup', {
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ username, password: 'Correct horse 1 battery' }),
    })
  try {
    const foreign = await setUp('eve@example.com', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })
    assert.deepEqual([foreign.status, foreign.json.code, open.access.book.isOpen], [403, 'cross-site', true])

    const both = await Promise.all([setUp('ada@example.com'), setUp('ben@example.com')])

    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409])
    assert.equal(open.access.book.list('user').length, 1)
  } finally {
    await open.stop()
  }
})
