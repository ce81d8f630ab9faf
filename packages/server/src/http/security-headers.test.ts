// SP17: what every route, error and file tells the browser, as one table that a change has to change.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { callOf, listRoutes, sendCall, type RouteReply } from '../testing/route-calls.ts'
import { openTestServer, type TestServer } from '../testing/test-server.ts'
import { newSecurityHeaders } from './security-headers.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

const NAMES = [
  'cache-control',
  'content-security-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'permissions-policy',
  'referrer-policy',
  'strict-transport-security',
  'x-content-type-options',
  'x-frame-options',
] as const

const OF_ALL = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
  'x-content-type-options': 'nosniff',
}
const OF_API = {
  ...OF_ALL,
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox",
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
}
/** The same for everybody, and asked for again and again. */
const CACHED = new Set(['plugins.icons', 'plugins.groupIcons', 'plugins.icon', 'plugins.iconFile'])
/** HTML for people who have no login: their policy names the one style and the one script by hash. */
const isPage = (reply: RouteReply): boolean => (reply.headers['content-type'] ?? '').startsWith('text/html')

function securityOf({ headers }: RouteReply): Record<string, string> {
  return Object.fromEntries(NAMES.flatMap(name => (headers[name] === undefined ? [] : [[name, String(headers[name])]])))
}

test('every route answers with the same headers, whatever it answers', async () => {
  const filling = { param: () => 'none', text: () => 'none', isSaid: () => false }

  for (const each of listRoutes()) {
    const reply = await sendCall(server.address, callOf(each, filling))
    const security = securityOf(reply)
    if (isPage(reply)) {
      const { 'content-security-policy': policy = '', ...rest } = security
      assert.deepEqual(
        rest,
        {
          ...OF_ALL,
          'cache-control': 'no-store',
          'referrer-policy': 'same-origin',
          'x-frame-options': rest['x-frame-options'],
        },
        each.name,
      )
      assert.match(policy, /^default-src 'none'; style-src 'sha256-[^;]+; script-src 'sha256-[^;]+; /, each.name)
      assert.match(policy, /base-uri 'none'; form-action '(self|none)'; frame-ancestors '(none|self)'$/, each.name)
      continue
    }
    if (reply.status < 300 && (CACHED.has(each.name) || security['cache-control'] !== 'no-store')) {
      assert.match(security['cache-control'] ?? '', /^public, max-age=\d+$/, each.name)
      security['cache-control'] = 'no-store'
      assert.match(each.name, /^plugins\./, 'only what is the same for everybody is kept by others')
    }
    assert.deepEqual(security, OF_API, each.name)
  }
})

test('what is no route, a foreign host, an unknown method and an empty answer say the same', async () => {
  const calls = [
    { method: 'GET', path: '/api/v1/main/nowhere', headers: {} },
    { method: 'OPTIONS', path: '/api/v1/main/flows', headers: { origin: 'https://evil.example' } },
    { method: 'GET', path: '/api/v1/main/flows/search', headers: { host: 'evil.example' } },
    { method: 'POST', path: '/api/v1/main/flows', headers: { origin: 'https://evil.example' } },
    { method: 'HEAD', path: '/health', headers: {} },
    { method: 'POST', path: '/api/v1/main/flows', headers: { 'content-length': String(2 ** 31) } },
  ]

  for (const call of calls) {
    const reply = await sendCall(server.address, call)
    assert.deepEqual(securityOf(reply), OF_API, `${call.method} ${call.path}`)
    assert.equal(reply.headers['access-control-allow-origin'], undefined)
  }
})

test('the page and its redirect have the headers, too', async () => {
  for (const path of ['/', '/ui/', '/ui/flows']) {
    const security = securityOf(await sendCall(server.address, { method: 'GET', path, headers: {} }))
    for (const name of ['content-security-policy', 'x-frame-options', 'x-content-type-options', 'referrer-policy'])
      assert.notEqual(security[name], undefined, `${path} ${name}`)
  }
})

test('a file of a namespace is a download that can do nothing', async () => {
  const path = '/api/v1/main/namespaces/a.b/files?path=/page.html'
  const form = new FormData()
  form.append('fileContent', new Blob(['<script>alert(1)</script>']), 'page.html')
  assert.equal((await server.send('POST', path, { body: form })).status, 200)

  const { headers } = await sendCall(server.address, { method: 'GET', path, headers: {} })

  assert.match(headers['content-disposition'] ?? '', /^attachment; /)
  assert.equal(headers['content-type'], 'application/octet-stream')
  assert.match(String(headers['content-security-policy']), /; sandbox$/)
})

test('behind https a browser is told to stay there', () => {
  const headersOf = (url?: string): readonly string[] => newSecurityHeaders(url)({ type: 'empty', status: 204 })

  assert.ok(headersOf('https://batuta.example').includes('strict-transport-security'))
  assert.ok(!headersOf('http://batuta.example').includes('strict-transport-security'))
  assert.ok(!headersOf().includes('strict-transport-security'))
})
