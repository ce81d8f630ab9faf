// One identity provider that speaks OpenID Connect: code flow with PKCE, state and nonce. What it says of itself is asked for once in a while and kept;
// what it says of a person is believed only with a signature of one of its keys, by an algorithm that needs such a key, for this client, now.
import type { Configuration } from 'openid-client'
import type { OidcConfig } from '../config/oidc.ts'
import { boundedFetch } from './bounded-fetch.ts'
import { claimAt, identityOf, type Claims, type ReadIdentity } from './claims-of.ts'
import { loadOidcLibrary, loadSignatures } from './oidc-library.ts'
import type { PendingSignIn } from './pending-sign-in.ts'
import { asSignInError } from './provider-failure.ts'
import { SignInError } from './sign-in-error.ts'

const TIMEOUT_S = 10
const DISCOVERED_MS = 60 * 60_000
/** A provider that did not answer is left alone for so long: others wait for nothing. */
const FAILED_MS = 3_000
const LOGOUT_TOKEN_AGE = '5 minutes'
const CLOCK_TOLERANCE_S = 30
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'

type KeySet = ReturnType<Awaited<ReturnType<typeof loadSignatures>>['createRemoteJWKSet']>

export interface SignedInThere extends ReadIdentity {
  readonly idToken: string
  /** Of the session at the provider, if it names one. */
  readonly sessionThere: string | undefined
  /** When the provider says that the proof ends. */
  readonly tokenEndsMs: number
}

export interface SignedOutThere {
  readonly issuer: string
  readonly subject: string | undefined
  readonly sessionThere: string | undefined
}

export interface ProviderSaid {
  readonly issuer: string
  readonly endpoints: Readonly<Record<string, string>>
}

const ENDPOINTS: readonly string[] = [
  'authorization_endpoint',
  'token_endpoint',
  'userinfo_endpoint',
  'jwks_uri',
  'end_session_endpoint',
]

interface KeyRequest {
  readonly method: string
  readonly signal: AbortSignal
  readonly headers: Headers
}

interface Discovered {
  readonly configuration: Promise<Configuration>
  readonly untilMs: number
}

export class IdentityProvider {
  readonly config: OidcConfig
  readonly #nowMs: () => number
  #discovered: Discovered | undefined
  #failed: { readonly error: SignInError; readonly untilMs: number } | undefined
  #keys: KeySet | undefined

  constructor(config: OidcConfig, nowMs: () => number) {
    this.config = config
    this.#nowMs = nowMs
  }

  /** What the provider says of itself now, whatever was known before. @throws {SignInError} */
  async describe(): Promise<ProviderSaid> {
    this.#discovered = undefined
    const { issuer, ...said } = (await this.#discover()).serverMetadata()
    const endpoints = Object.entries(said).flatMap(([name, url]) =>
      ENDPOINTS.includes(name) && typeof url === 'string' ? [[name, url] as const] : [],
    )
    return { issuer, endpoints: Object.fromEntries(endpoints) }
  }

  /** Where the browser is sent to. */
  async begin({ state, nonce, verifier }: PendingSignIn, callbackUrl: string): Promise<string> {
    const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await loadOidcLibrary()
    const configuration = await this.#discover()
    const parameters = {
      ...this.config.parameters,
      redirect_uri: callbackUrl,
      scope: this.config.scopes.join(' '),
      state,
      nonce,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }
    return await this.#built(() => buildAuthorizationUrl(configuration, parameters))
  }

  /** @throws {SignInError} */
  async complete(answer: URL, { state, nonce, verifier }: PendingSignIn): Promise<SignedInThere> {
    const { authorizationCodeGrant } = await loadOidcLibrary()
    const configuration = await this.#discover()
    try {
      const tokens = await authorizationCodeGrant(configuration, answer, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      })
      const claims = tokens.claims()
      if (claims === undefined || tokens.id_token === undefined)
        throw new SignInError('answer-invalid', `"${this.config.id}" sent no ID token.`)
      await this.#checkAlgorithm(tokens.id_token)
      const more = await this.#askMore(configuration, claims, tokens.access_token)
      return {
        ...identityOf({ ...more, ...claims }, this.config),
        idToken: tokens.id_token,
        sessionThere: typeof claims['sid'] === 'string' ? claims['sid'] : undefined,
        tokenEndsMs: claims.exp * 1_000,
      }
    } catch (error) {
      throw await asSignInError(error, this.config.id)
    }
  }

  /** Where somebody signs out of the provider; undefined when it has no such place. */
  async signOutUrl(idToken: string | undefined, returnUrl: string): Promise<string | undefined> {
    if (!this.config.signsOutThere) return undefined
    const { buildEndSessionUrl } = await loadOidcLibrary()
    const configuration = await this.#discover()
    if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined
    const hint = idToken === undefined ? {} : { id_token_hint: idToken }
    const parameters = { ...hint, post_logout_redirect_uri: returnUrl }
    return await this.#built(() => buildEndSessionUrl(configuration, parameters))
  }

  /** @throws {SignInError} `answer-invalid` when the token is none of this provider's for this client. */
  async readLogoutToken(token: string): Promise<SignedOutThere> {
    const { jwtVerify } = await loadSignatures()
    const configuration = await this.#discover()
    try {
      const { payload, protectedHeader } = await jwtVerify(token, await this.#keysOf(configuration), {
        issuer: configuration.serverMetadata().issuer,
        audience: this.config.clientId,
        algorithms: [...this.config.algorithms],
        maxTokenAge: LOGOUT_TOKEN_AGE,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['iat', 'jti', 'events'],
      })
      const { sub, sid, events, nonce, iss = '' } = payload
      const isLogout = typeof events === 'object' && events !== null && LOGOUT_EVENT in events
      const isTyped = protectedHeader.typ === undefined || /^(logout\+)?jwt$/i.test(protectedHeader.typ)
      const sessionThere = typeof sid === 'string' ? sid : undefined
      // An ID token carries a nonce and a logout token must not: one cannot be given for the other.
      if (!isLogout || !isTyped || nonce !== undefined || (sub === undefined && sessionThere === undefined))
        throw new SignInError('answer-invalid', `What "${this.config.id}" sent is no logout token.`)
      return { issuer: iss, subject: sub, sessionThere }
    } catch (error) {
      throw await asSignInError(error, this.config.id)
    }
  }

  /** The library takes what the provider says that it signs with; we take less. */
  async #checkAlgorithm(idToken: string): Promise<void> {
    const { decodeProtectedHeader } = await loadSignatures()
    const { alg = 'none' } = decodeProtectedHeader(idToken)
    if (!this.config.algorithms.includes(alg))
      throw new SignInError('answer-invalid', `The ID token of "${this.config.id}" is signed by "${alg}".`)
  }

  async #keysOf(configuration: Configuration): Promise<KeySet> {
    const { createRemoteJWKSet, customFetch } = await loadSignatures()
    const { jwks_uri: url } = configuration.serverMetadata()
    if (url === undefined)
      throw new SignInError('misconfigured', `"${this.config.id}" does not say where its keys are.`)
    return (this.#keys ??= createRemoteJWKSet(new URL(this.#checkedUrl(new URL(url))), {
      timeoutDuration: TIMEOUT_S * 1_000,
      [customFetch]: (address: string, { method, signal, headers }: KeyRequest) =>
        boundedFetch(address, { method, signal, headers: Object.fromEntries(headers.entries()) }),
    }))
  }

  /** Names and groups that the ID token leaves out. */
  async #askMore(configuration: Configuration, claims: Claims & { sub: string }, accessToken: string): Promise<Claims> {
    const { username, email, groups, areGroupsExpected } = this.config.claims
    const wanted = [username, email, ...(areGroupsExpected ? [groups] : []), ...this.config.required.keys()]
    const isTold = wanted.every(name => claimAt(claims, name) !== undefined)
    if (isTold || configuration.serverMetadata().userinfo_endpoint === undefined) return {}
    const { fetchUserInfo } = await loadOidcLibrary()
    return fetchUserInfo(configuration, accessToken, claims.sub)
  }

  async #discover(): Promise<Configuration> {
    const nowMs = this.#nowMs()
    if (this.#failed !== undefined && nowMs < this.#failed.untilMs) throw this.#failed.error
    const known = this.#discovered
    if (known !== undefined && nowMs < known.untilMs) return known.configuration
    const asked = this.#ask()
    this.#discovered = { configuration: asked, untilMs: nowMs + DISCOVERED_MS }
    try {
      const configuration = await asked
      this.#failed = undefined
      return configuration
    } catch (cause) {
      this.#discovered = undefined
      const error = await asSignInError(cause, this.config.id)
      this.#failed = { error, untilMs: this.#nowMs() + FAILED_MS }
      throw error
    }
  }

  async #ask(): Promise<Configuration> {
    const library = await loadOidcLibrary()
    const { clientId, authMethod, isPlain } = this.config
    const { clientSecret } = this.config
    const authenticate = AUTHENTICATE[authMethod](library, clientSecret)
    const configuration = await library.discovery(new URL(this.config.issuer), clientId, undefined, authenticate, {
      timeout: TIMEOUT_S,
      [library.customFetch]: boundedFetch,
      // Without the second a token is believed because TLS brought it; with it, because the provider signed it.
      execute: [...(isPlain ? [library.allowInsecureRequests] : []), library.enableNonRepudiationChecks],
    })
    const offered = configuration.serverMetadata().id_token_signing_alg_values_supported ?? ['RS256']
    if (!offered.some(algorithm => this.config.algorithms.includes(algorithm)))
      throw new SignInError('misconfigured', `"${this.config.id}" signs with ${offered.join(', ')} only.`)
    return configuration
  }

  /** Of what the provider says of itself, which may be no address at all. */
  async #built(build: () => URL): Promise<string> {
    try {
      return this.#checkedUrl(build())
    } catch (error) {
      throw await asSignInError(error, this.config.id)
    }
  }

  /** People are sent to addresses of the web only, and over TLS unless the provider may be spoken to without. */
  #checkedUrl(url: URL): string {
    if (url.protocol === 'https:' || (url.protocol === 'http:' && this.config.isPlain)) return url.href
    throw new SignInError('misconfigured', `"${this.config.id}" names the address ${url.origin}, which is not https.`)
  }
}

type Library = Awaited<ReturnType<typeof loadOidcLibrary>>

const AUTHENTICATE: Readonly<
  Record<OidcConfig['authMethod'], (library: Library, secret: string | undefined) => ReturnType<Library['None']>>
> = {
  client_secret_basic: (library, secret) => library.ClientSecretBasic(secret),
  client_secret_post: (library, secret) => library.ClientSecretPost(secret),
  none: library => library.None(),
}
