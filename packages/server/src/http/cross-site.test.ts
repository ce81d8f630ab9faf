// SP4: what the browser of somebody who visits a hostile page can be made to send, against every route that changes something.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Sources } from '../config/sources.ts'
import { readCors } from '../config/cors.ts'
import { callOf, listRoutes, sendCall, type RouteReply } from '../testing/route-calls.ts'
import { openTestServer, type TestServer } from '../testing/test-server.ts'

const CORS = `
micronaut:
  server:
    cors:
      enabled: true
      configurations:
        web:
          allowedOrigins: [https://app.example]
          allowed-origins-regex: https://[a-z]+\\.team\\.example
          allowedMethods: [GET, POST]
          allowedHeaders: [Content-Type, Authorization]
          exposed-headers: [ETag]
          max-age: 60
`

function sourcesOf(text: string): Sources {
  return new Sources(undefined, { KESTRA_CONFIGURATION: text })
}

let server: TestServer
let behindProxy: TestServer
let shared: TestServer
before(async () => {
  server = await openTestServer()
  behindProxy = await openTestServer({ url: 'https://batuta.example/base' })
  shared = await openTestServer({ cors: readCors(sourcesOf(CORS)) })
})
after(async () => {
  await server.stop()
  await behindProxy.stop()
  await shared.stop()
})

const codeOf = ({ text }: RouteReply): unknown => (text.startsWith('{') ? JSON.parse(text).code : undefined)

/** What a page of another site, a frame without an origin, an old browser and a sibling of ours send. */
const HOSTILE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a page of another site': { origin: 'https://evil.example' },
  'a frame without an origin': { origin: 'null' },
  'a link or form that hides its origin': { 'sec-fetch-site': 'cross-site' },
  'a sibling that hides its origin': { 'sec-fetch-site': 'same-site' },
  'another port of this machine': { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' },
  'another scheme before our name': { origin: 'file://127.0.0.1' },
  'our name as a prefix': { origin: 'http://127.0.0.1.evil.example' },
}
/** Of an old browser, which tells nothing of the page but sends the cookie. */
const FORMS = [
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain',
  'Text/Plain;charset=utf-8',
]

const changing = listRoutes().filter(
  ({ route }) => route.method !== 'GET' && route.permission !== 'key' && route.permission !== 'public',
)
const filling = { param: () => 'none', text: () => 'none', isSaid: () => false }

test('no route that changes something does it for a page of another site', async () => {
  assert.ok(changing.length > 100)
  const hostile = Object.entries(HOSTILE)
  for (const [at, each] of changing.entries()) {
    const call = callOf(each, filling)
    // Some of them for each route, by turns.
    for (const [who, headers] of hostile.filter((_, turn) => (turn - at) % 3 === 0)) {
      const reply = await sendCall(server.address, { ...call, headers: { ...call.headers, ...headers } })
      assert.deepEqual([reply.status, codeOf(reply)], [403, 'cross-site'], `${each.name} for ${who}`)
    }
  }
})

test('a cookie with a form of an old browser is refused, one with what only a script can send is not', async () => {
  const path = '/api/v1/main/flows/validate'
  const cookie = { cookie: 'batuta=1' }
  const codes = async (headers: Readonly<Record<string, string>>, method = 'POST'): Promise<unknown> =>
    codeOf(await sendCall(server.address, { method, path, headers: { ...cookie, ...headers }, body: 'a' }))

  for (const type of FORMS) assert.equal(await codes({ 'content-type': type }), 'cross-site', type)
  assert.equal(await codes({}), 'cross-site')
  assert.equal(await codes({ 'content-type': 'text/plain', referer: 'https://evil.example/x' }), 'cross-site')
  assert.notEqual(await codes({ 'content-type': 'text/plain', referer: `${server.address}/ui/` }), 'cross-site')
  assert.notEqual(await codes({ 'content-type': 'application/x-yaml' }), 'cross-site')
  assert.notEqual(await codes({ 'x-requested-with': 'page' }), 'cross-site')
  assert.notEqual(await codes({ origin: server.address }), 'cross-site')
  assert.notEqual(await codes({ 'sec-fetch-site': 'same-origin', 'content-type': 'text/plain' }), 'cross-site')
})

test('whoever is no browser may call as ever', async () => {
  const reply = await sendCall(server.address, {
    method: 'POST',
    path: '/api/v1/main/flows/validate',
    headers: { 'content-type': 'application/x-yaml', 'user-agent': 'curl/8' },
    body: 'id: a',
  })

  assert.equal(reply.status, 200)
})

test('behind a proxy the address that people know is our own', async () => {
  const send = async (origin: string): Promise<number> =>
    (
      await sendCall(behindProxy.address, {
        method: 'POST',
        path: '/api/v1/main/flows/validate',
        headers: { 'content-type': 'application/x-yaml', origin },
        body: 'id: a',
      })
    ).status

  assert.deepEqual([await send('https://batuta.example'), await send('https://evil.example')], [200, 403])
})

test('a method in a header is not the method', async () => {
  for (const name of ['x-http-method-override', 'x-method-override', 'x-http-method']) {
    const reply = await sendCall(server.address, {
      method: 'GET',
      path: '/api/v1/main/flows/a/b',
      headers: { [name]: 'DELETE', origin: 'https://evil.example' },
    })
    assert.equal(codeOf(reply), 'not-found')
  }
})

test('no other site is let in unless the configuration says so', async () => {
  const ask = { origin: 'https://app.example', 'access-control-request-method': 'POST' }
  const asked = await sendCall(server.address, { method: 'OPTIONS', path: '/api/v1/main/flows', headers: ask })
  const read = await sendCall(server.address, {
    method: 'GET',
    path: '/api/v1/main/flows/search',
    headers: { origin: 'https://app.example' },
  })

  assert.equal(asked.status, 404)
  for (const { headers } of [asked, read])
    assert.deepEqual(
      Object.keys(headers).filter(name => name.startsWith('access-control')),
      [],
    )
})

test('a site of the configuration is let in, with its methods and headers', async () => {
  const path = '/api/v1/main/flows/validate'
  const asking = (origin: string, method: string): Promise<RouteReply> =>
    sendCall(shared.address, {
      method: 'OPTIONS',
      path,
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'content-type, x-evil',
      },
    })
  const calling = (origin: string): Promise<RouteReply> =>
    sendCall(shared.address, { method: 'POST', path, headers: { origin, 'content-type': 'text/plain' }, body: 'id: a' })

  const asked = await asking('https://app.example', 'POST')
  const called = await calling('https://app.example')

  assert.deepEqual(
    [
      asked.status,
      asked.headers['access-control-allow-origin'],
      asked.headers['access-control-allow-methods'],
      asked.headers['access-control-allow-headers'],
      asked.headers['access-control-allow-credentials'],
      asked.headers['access-control-max-age'],
    ],
    [200, 'https://app.example', 'POST', 'content-type', 'true', '60'],
  )
  assert.deepEqual([called.status, called.headers['access-control-expose-headers']], [200, 'ETag'])
  assert.equal((await asking('https://app.example', 'DELETE')).status, 403)
  assert.equal((await calling('https://a.team.example')).status, 200)
  for (const origin of [
    'https://app.example.evil.example',
    'http://app.example',
    'null',
    'https://a.team.example.evil.example',
    'https://evil.example#https://a.team.example',
  ]) {
    assert.equal((await asking(origin, 'POST')).status, 403, origin)
    const refused = await calling(origin)
    assert.deepEqual([refused.status, refused.headers['access-control-allow-origin']], [403, undefined], origin)
  }
})

test('everybody may be let in, but without cookies; enabled alone lets in nobody', () => {
  const text = (more: string): string => `{"micronaut":{"server":{"cors":{"enabled":true${more}}}}}`

  const [all] = readCors(sourcesOf(text(',"configurations":{"all":{"allowed-origins":["*"]}}')))

  assert.deepEqual([all?.isForAll, all?.origins], [true, []])
  assert.deepEqual(readCors(sourcesOf(text(''))), [])
  assert.deepEqual(readCors(sourcesOf('a: 1')), [])
  assert.throws(() => readCors(sourcesOf(text(',"configurations":[1]'))), { code: 'config-invalid' })
  assert.equal(all?.maxAgeS, 1_800)
})
