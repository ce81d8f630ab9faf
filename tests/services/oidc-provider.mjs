// A real identity provider on this machine, for tests: people type a name and any password, agree, and are sent back. Its answers are those of a
// certified implementation; what they say of a person the test decides.
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'

const KEYS_OF_COOKIES = ['one key of this test']

export async function startOidcProvider() {
  const people = new Map()
  let listener
  const server = createServer((incoming, outgoing) => {
    if (listener) listener(incoming, outgoing)
    else outgoing.writeHead(503).end()
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${server.address().port}`
  return {
    issuer,
    people,
    serve: (clients, lives = {}) => {
      listener = newProvider({ issuer, clients, people, lives }).callback()
    },
    stop: () =>
      new Promise(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function newProvider({ issuer, clients, people, lives }) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: 'one' }
  return new Provider(issuer, {
    clients: clients.map(client => ({ id_token_signed_response_alg: 'ES256', ...client })),
    jwks: { keys: [key] },
    cookies: { keys: KEYS_OF_COOKIES },
    claims: { openid: ['sub'], profile: ['preferred_username'], email: ['email'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'email', 'groups'],
    features: {
      devInteractions: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    // Its own dispatcher refuses addresses of this machine, and here all of them are.
    fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined }),
    pkce: { required: () => true },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      IdToken: (_, __, client) => lives[client.clientId] ?? 600,
      Interaction: 600,
      Session: 3_600,
      Grant: 3_600,
    },
    findAccount: (_, sub) => {
      const person = people.get(sub)
      return person && { accountId: sub, claims: () => ({ ...person, sub }) }
    },
  })
}
