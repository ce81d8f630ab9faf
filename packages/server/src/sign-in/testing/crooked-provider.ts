// An identity provider on this machine that says whatever a test wants said: wrong claims, foreign signatures, no answer at all.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignJWT, UnsecuredJWT, exportJWK, generateKeyPair } from 'jose'

export interface Crookedness {
  /** Over those of a good ID token; undefined takes one away. */
  claims?: Readonly<Record<string, unknown>>
  /** none, HS256 with the client's secret, or a key that is not the provider's. */
  signature?: 'good' | 'none' | 'HS256' | 'foreign'
  /** Over what it says of itself. */
  metadata?: Readonly<Record<string, unknown>>
  tokenStatus?: number
  userInfo?: Readonly<Record<string, unknown>>
  isSilent?: boolean
}

export interface CrookedProvider {
  readonly issuer: string
  crooked: Crookedness
  /** Of the requests to the token endpoint: the form. */
  readonly asked: URLSearchParams[]
  /** How often it was asked what it is. */
  discoveries: number
  /** What the authorization endpoint was told: from it the token takes its nonce. */
  remember(authorizationUrl: string): void
  sign(claims: Readonly<Record<string, unknown>>, type?: string): Promise<string>
  stop(): Promise<void>
}

export const CLIENT_ID = 'batuta'
export const CLIENT_SECRET = 'a-secret-of-the-client-and-long-enough'

export async function startCrookedProvider(): Promise<CrookedProvider> {
  const keys = await newKeys()
  const nonces: string[] = []
  const server = createServer((incoming, outgoing) => {
    const path = new URL(incoming.url ?? '/', provider.issuer).pathname
    if (provider.crooked.isSilent === true) return void incoming.socket.destroy()
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const asked = { path, body: Buffer.concat(chunks).toString(), nonce: nonces.at(-1) }
      answer(provider, keys, asked).then(
        ({ status, body }) => {
          outgoing.writeHead(status, { 'content-type': 'application/json' })
          outgoing.end(JSON.stringify(body))
        },
        () => incoming.socket.destroy(),
      )
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const provider: CrookedProvider = {
    issuer: `http://127.0.0.1:${port}`,
    crooked: {},
    asked: [],
    discoveries: 0,
    remember: url => void nonces.push(new URL(url).searchParams.get('nonce') ?? ''),
    sign: (claims, type = 'logout+jwt') =>
      new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'one', typ: type }).sign(keys.own.privateKey),
    stop: () =>
      new Promise(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return provider
}

type Keys = Awaited<ReturnType<typeof newKeys>>

async function newKeys() {
  return { own: await generateKeyPair('ES256'), foreign: await generateKeyPair('ES256') }
}

interface Asked {
  readonly path: string
  readonly body: string
  readonly nonce: string | undefined
}

async function answer(
  provider: CrookedProvider,
  keys: Keys,
  { path, body, nonce }: Asked,
): Promise<{ status: number; body: unknown }> {
  const { crooked, issuer } = provider
  if (path === '/jwks') {
    const key = { ...(await exportJWK(keys.own.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }
    return { status: 200, body: { keys: [key] } }
  }
  if (path === '/userinfo') return { status: 200, body: { sub: 'ada-1', ...crooked.userInfo } }
  if (path !== '/token') {
    provider.discoveries++
    return { status: 200, body: { ...metadataOf(issuer), ...crooked.metadata } }
  }
  provider.asked.push(new URLSearchParams(body))
  const status = crooked.tokenStatus ?? 200
  if (status !== 200) return { status, body: { error: 'invalid_grant' } }
  const now = Math.floor(Date.now() / 1_000)
  const usual = {
    iss: issuer,
    sub: 'ada-1',
    aud: CLIENT_ID,
    iat: now,
    exp: now + 300,
    nonce,
    preferred_username: 'ada',
  }
  const idToken = await signIdToken({ ...usual, ...crooked.claims }, crooked.signature ?? 'good', keys)
  return { status, body: { access_token: 'x', token_type: 'Bearer', expires_in: 60, id_token: idToken } }
}

async function signIdToken(
  claims: Record<string, unknown>,
  signature: NonNullable<Crookedness['signature']>,
  { own, foreign }: Keys,
): Promise<string> {
  switch (signature) {
    case 'none':
      return new UnsecuredJWT(claims).encode()
    case 'HS256':
      return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(CLIENT_SECRET))
    case 'foreign':
      return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(foreign.privateKey)
    case 'good':
      return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(own.privateKey)
  }
}

function metadataOf(issuer: string): Readonly<Record<string, unknown>> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    end_session_endpoint: `${issuer}/end`,
    id_token_signing_alg_values_supported: ['ES256'],
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    code_challenge_methods_supported: ['S256'],
  }
}
