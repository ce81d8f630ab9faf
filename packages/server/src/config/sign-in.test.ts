import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTrustedProxies } from './proxies.ts'
import { readSignIn, type SignInConfig, type SignInWords } from './sign-in.ts'
import { Sources, type Environment } from './sources.ts'

function wordsOf(yaml: string, environment: Environment = {}): SignInWords {
  return new Sources(undefined, { ...environment, KESTRA_CONFIGURATION: yaml })
}

function read(yaml: string, environment: Environment = {}): SignInConfig {
  return readSignIn(wordsOf(yaml, environment), environment)
}

const FOUR_LINES = `
sign-in:
  providers:
    keycloak: { issuer: https://id.example/realms/main, client-id: batuta, client-secret: s }
`

test('a provider needs an issuer and a client; the rest has a good default', () => {
  const { providers, ways, newcomers } = read(FOUR_LINES)
  const keycloak = providers.get('keycloak')

  assert.deepEqual([...ways], ['password', 'oidc'])
  assert.deepEqual(newcomers, { areCreated: true, role: undefined })
  assert.equal(keycloak?.title, 'Keycloak')
  assert.deepEqual(keycloak?.scopes, ['openid', 'profile', 'email'])
  assert.deepEqual(
    [keycloak?.authMethod, keycloak?.sessionEnds, keycloak?.isPlain],
    ['client_secret_basic', 'own', false],
  )
  assert.ok(!keycloak?.algorithms.some(algorithm => algorithm === 'none' || algorithm.startsWith('HS')))
})

test('one provider can be configured by the environment alone', () => {
  const environment = {
    BATUTA_OIDC_ISSUER: 'https://id.example',
    BATUTA_OIDC_CLIENT_ID: 'b',
    BATUTA_OIDC_CLIENT_SECRET: 's',
  }
  const { providers } = read('', environment)

  assert.equal(providers.get('oidc')?.issuer, 'https://id.example')
  assert.equal(providers.get('oidc')?.clientSecret, 's')
})

test('the clients of Kestra’s configuration are providers, with secrets from the environment', () => {
  const yaml = `
micronaut:
  security:
    oauth2:
      clients:
        microsoft:
          client-id: "\${CLIENT:from-the-text}"
          clientSecret: \${MS_SECRET}
          scopes: [openid, email]
          openid:
            issuer: https://login.microsoftonline.com/tenant/v2.0
            token: { auth-method: client_secret_post }
            authorization: { prompt: select_account }
        old: { enabled: false, client-id: x }
`
  const { providers } = read(yaml, { MS_SECRET: 'hidden' })
  const microsoft = providers.get('microsoft')

  assert.deepEqual([...providers.keys()], ['microsoft'])
  assert.deepEqual([microsoft?.clientId, microsoft?.clientSecret], ['from-the-text', 'hidden'])
  assert.deepEqual([microsoft?.authMethod, microsoft?.parameters], ['client_secret_post', { prompt: 'select_account' }])
  assert.throws(() => read(yaml), /MS_SECRET, which is not there/)
})

test('groups mean something by the table, and by name only if that is said', () => {
  const table = read(`
sign-in:
  providers:
    okta:
      issuer: https://o.example
      client-id: b
      groups: { platform-team: admins, "All Staff": [people, readers] }
`).providers.get('okta')

  assert.equal(table?.groups.isByName, false)
  assert.deepEqual(
    [...(table?.groups.table ?? [])],
    [
      ['platform-team', ['admins']],
      ['All Staff', ['people', 'readers']],
    ],
  )
  assert.equal(read(FOUR_LINES).providers.get('keycloak')?.groups.isByName, false)
})

test('what cannot be safe is refused, with the option and the way out', () => {
  const provider = (options: string): string => `sign-in: { providers: { p: { client-id: b, ${options} } } }`
  const mistakes: readonly (readonly [string, RegExp])[] = [
    [provider('issuer: "http://id.example"'), /p\.issuer .*allow-http/],
    [provider('issuer: "id.example"'), /p\.issuer .*URL/],
    [provider('client-secret: s'), /p\.issuer is missing/],
    [provider('issuer: "https://id.example", algorithms: [HS256]'), /p\.algorithms names "HS256"/],
    [provider('issuer: "https://id.example", algorithms: [none]'), /p\.algorithms names "none"/],
    [provider('issuer: "https://id.example", auth-method: client_secret_post'), /p\.client-secret is missing/],
    [provider('issuer: "https://id.example/.well-known/openid-configuration"'), /well-known/],
    ['sign-in: { providers: { "a/b": { client-id: b, issuer: "https://id.example" } } }', /fit in a path/],
    ['sign-in: { ways: [oidc] }', /"oidc", which is not configured/],
    ['sign-in: { ways: [magic] }', /password, oidc, ldap, proxy/],
    ['sign-in: { ways: [] }', /nobody could sign in/],
    ['sign-in: { proxy: {} }', /needs server.trust-proxy/],
    ['sign-in: { ldap: { url: "ldap://dir.example", user-base: "dc=x" } }', /in the clear/],
    ['sign-in: { ldap: { url: "https://dir.example", user-base: "dc=x" } }', /ldaps/],
    ['sign-in: { ldap: { url: "ldaps://dir.example" } }', /user-base is missing/],
    ['sign-in: { ldap: { url: "ldaps://dir.example", user-base: "dc=x", user-filter: "(uid=me)" } }', /\{0\}/],
  ]
  for (const [yaml, message] of mistakes) assert.throws(() => read(yaml), message, yaml)
})

test('proxies are trusted by address or network, never all of them', () => {
  const trusted = (value: string): readonly string[] => readTrustedProxies(wordsOf('', { BATUTA_TRUST_PROXY: value }))

  assert.deepEqual(trusted('10.0.0.7, 10.1.0.0/16 fd00::/8'), ['10.0.0.7', '10.1.0.0/16', 'fd00::/8'])
  assert.deepEqual(readTrustedProxies(wordsOf('server: { trust-proxy: [10.0.0.7, "::1"] }')), ['10.0.0.7', '::1'])
  assert.deepEqual(trusted(''), [])
  for (const wrong of ['0.0.0.0/0', '::/0', '10.0.0', 'proxy.example', '10.0.0.0/33', 'true', '1'])
    assert.throws(() => trusted(wrong), /trust-proxy names/, wrong)
})

test('a directory is configured by our words or by Kestra’s', () => {
  const kestra = read(`
micronaut:
  security:
    ldap:
      default:
        enabled: true
        context: { server: "ldaps://dir.example", manager-dn: "cn=reader", manager-password: secret }
        search: { base: "dc=example", filter: "uid={0}" }
        groups: { enabled: true, base: "ou=groups,dc=example", filter: "uniqueMember={0}" }
`).directory

  assert.deepEqual([kestra?.bindDn, kestra?.users.filter], ['cn=reader', '(uid={0})'])
  assert.deepEqual([kestra?.groupSearch?.filter, kestra?.groupSearch?.memberBy], ['(uniqueMember={0})', 'dn'])
  assert.equal(kestra?.groups.table.size, 0, 'their groups are a search, ours a table')

  const own = read(`
sign-in:
  create-users: false
  default-role: viewer
  ldap: { url: "ldap://127.0.0.1:1389", user-base: "dc=example", groups-attribute: memberOf, groups: { ops: admins } }
`)
  assert.deepEqual([...own.ways], ['password', 'ldap'])
  assert.deepEqual(own.newcomers, { areCreated: false, role: 'viewer' })
  assert.deepEqual([...(own.directory?.groups.table ?? [])], [['ops', ['admins']]])
})

test('the configuration is a map', () => {
  assert.throws(() => read('sign-in: { providers: 7 }'), /sign-in.providers must be a map/)
})
