import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startOidcProvider, type OidcProvider } from '../../../../../tests/services/oidc-provider.mjs'
import { readSignIn } from '../../config/sign-in.ts'
import { Sources } from '../../config/sources.ts'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

const ADMIN = { name: 'admin', password: 'admin-of-the-test' }
const SECRETS = ['a-secret-of-the-client', 'a-password-of-the-directory', 'user-in-the-address', 'said-to-the-provider']
const API = '/api/v1/instance'

let provider: OidcProvider
let server: TestServer
before(async () => {
  provider = await startOidcProvider()
  provider.serve([])
  const options = {
    'default-role': 'viewer',
    providers: {
      well: { issuer: provider.issuer, 'client-id': 'batuta', 'client-secret': SECRETS[0], 'groups-claim': 'teams' },
      gone: {
        issuer: `http://${SECRETS[2]}:${SECRETS[2]}@127.0.0.1:1/`,
        'client-id': 'batuta',
        'create-users': false,
        parameters: { hint: SECRETS[3] },
      },
    },
    ldap: {
      url: 'ldaps://directory.example',
      'bind-dn': 'cn=reader',
      'bind-password': SECRETS[1],
      'user-base': 'ou=people',
    },
  }
  const sources = new Sources(undefined, { KESTRA_CONFIGURATION: JSON.stringify({ 'sign-in': options }) })
  server = await openTestServer({ user: ADMIN, signIn: readSignIn(sources, {}) })
})
after(() => Promise.all([server.stop(), provider.stop()]))

function ask(method: string, path: string): ReturnType<TestServer['send']> {
  const authorization = `Basic ${btoa(`${ADMIN.name}:${ADMIN.password}`)}`
  return server.send(method, `${API}${path}`, { headers: { authorization } })
}

test('how people sign in is told whole, and no secret of it', async () => {
  const { status, json } = await ask('GET', '/sign-in')

  assert.equal(status, 200)
  assert.deepEqual(json.ways, ['password', 'oidc', 'ldap'])
  const [well, gone] = json.providers
  assert.deepEqual(
    [well.id, well.issuer, well.hasSecret, well.claims.groups, well.newcomers],
    ['well', provider.issuer, true, 'teams', { areCreated: true, role: 'viewer' }],
  )
  assert.deepEqual(
    [gone.issuer, gone.hasSecret, gone.newcomers.areCreated, gone.parameters],
    ['http://127.0.0.1:1/', false, false, ['hint']],
  )
  assert.deepEqual([json.directory.hasPassword, json.directory.bindDn], [true, 'cn=reader'])
  for (const secret of SECRETS) assert.equal(JSON.stringify(json).includes(secret), false, secret)
})

test('a provider is asked now, and what is wrong with it is said', async () => {
  const well = await ask('POST', '/sign-in/well/check')
  const gone = await ask('POST', '/sign-in/gone/check')
  const unknown = await ask('POST', '/sign-in/other/check')

  assert.deepEqual([well.json.isWell, well.json.issuer], [true, provider.issuer])
  assert.match(well.json.endpoints.token_endpoint, /^http/)
  assert.deepEqual([gone.status, gone.json.isWell, gone.json.code], [200, false, 'provider-unreachable'])
  assert.notEqual(gone.json.message, '')
  assert.equal(unknown.status, 404)
})

test('what is kept for how long, and what it takes, is told', async () => {
  const { status, json } = await ask('GET', '/storage')

  assert.equal(status, 200)
  assert.deepEqual([json.retention, json.requestsPerMinute], [{}, 0])
  assert.deepEqual(json.database, { kind: 'memory', sizeBytes: 0, freeBytes: 0 })
})

test('nobody is told without being known', async () => {
  for (const path of ['sign-in', 'storage']) {
    const reply = await fetch(`${server.address}${API}/${path}`)
    assert.equal(reply.status, 401)
  }
})
