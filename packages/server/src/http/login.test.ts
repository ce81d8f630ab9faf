import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer({ user: { name: 'ada@example.com', password: 'pass:wörd' } })
})
after(() => server.stop())

const FLOWS = '/api/v1/main/flows/search'
const basic = (text: string, scheme = 'Basic'): { readonly headers: Record<string, string> } => ({
  headers: { authorization: `${scheme} ${Buffer.from(text).toString('base64')}` },
})

test('with a user, the API asks for name and password', async () => {
  const nobody = await server.send('GET', FLOWS)

  assert.deepEqual([nobody.status, nobody.json.code], [401, 'login-required'])
  assert.equal(nobody.headers.get('www-authenticate'), 'Basic realm="Batuta"')
})

test('the right name and password open it, in either case of the scheme', async () => {
  assert.equal((await server.send('GET', FLOWS, basic('ada@example.com:pass:wörd'))).status, 200)
  assert.equal((await server.send('GET', FLOWS, basic('ada@example.com:pass:wörd', 'basic'))).status, 200)
})

test('anything else does not', async () => {
  for (const wrong of ['ada@example.com:pass', 'ada@example.com:', ':pass:wörd', 'eve:pass:wörd', ''])
    assert.equal((await server.send('GET', FLOWS, basic(wrong))).status, 401, wrong)
  assert.equal((await server.send('GET', FLOWS, { headers: { authorization: 'Bearer x' } })).status, 401)
})

test('probes are open, a webhook is guarded by its key', async () => {
  assert.equal((await server.send('GET', '/health')).status, 200)
  assert.equal((await server.send('POST', '/api/v1/main/executions/webhook/team/flow/key')).status, 404)
})

test('the page holds its shell back from whoever has to log in first', async () => {
  const hasShell = async (headers: Record<string, string>): Promise<boolean> =>
    (await server.send('GET', '/ui/flows', { headers })).text.includes('<template id="first-shell">')

  assert.deepEqual(
    [
      await hasShell({}),
      await hasShell({ cookie: 'none' }),
      await hasShell(basic('ada@example.com:pass:wörd').headers),
    ],
    [false, false, true],
  )
})

test('whoever may log in is told so', async () => {
  const configs = await server.send('GET', '/api/v1/configs/login')
  assert.equal(configs.json.isBasicAuthEnabled, true)
})

test('what a page asks is not answered with the scheme: the browser would ask in a window of its own', async () => {
  const named = async (headers: Record<string, string>): Promise<boolean> =>
    (await server.send('GET', FLOWS, { headers })).headers.has('www-authenticate')

  assert.equal(await named({ 'x-requested-with': 'XMLHttpRequest' }), false)
  assert.equal(await named({ accept: 'application/json' }), true)
})
