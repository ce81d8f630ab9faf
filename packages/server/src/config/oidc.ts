// Identity providers that speak OpenID Connect: `sign-in.providers.<name>`, the clients of `micronaut.security.oauth2`, and one by environment variables
// alone.
import { readGroupRules, type GroupRules } from './group-rules.ts'
import { OptionMap } from './option-map.ts'
import type { NewcomerRules, SignInWords } from './sign-in.ts'
import type { Environment } from './sources.ts'
import { isLoopback } from './user.ts'

export interface OidcConfig {
  /** In the paths of the sign-in: `/oauth/login/<id>`. */
  readonly id: string
  /** On the button. */
  readonly title: string
  readonly issuer: string
  readonly clientId: string
  /** Without one the client is public: PKCE alone protects the code. */
  readonly clientSecret: string | undefined
  readonly authMethod: AuthMethod
  readonly scopes: readonly string[]
  /** Of signatures of ID tokens. Those that need no key of the provider are none. */
  readonly algorithms: readonly string[]
  readonly claims: ClaimNames
  readonly groups: GroupRules
  /** Claims that a person must have, each with one of the values. */
  readonly required: ReadonlyMap<string, readonly string[]>
  /** Sent along when one signs in: prompt, acr_values, domain_hint … */
  readonly parameters: Readonly<Record<string, string>>
  /** `token`: a session ends with the ID token that it began with. */
  readonly sessionEnds: 'own' | 'token'
  /** Whoever signs out here signs out there. */
  readonly signsOutThere: boolean
  /** Overrides those of all. */
  readonly newcomers: Partial<NewcomerRules>
  /** The provider may be spoken to without TLS. */
  readonly isPlain: boolean
}

export interface ClaimNames {
  readonly username: string
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly groups: string
  /** The provider was asked to tell groups: to tell none means that there are none. */
  readonly areGroupsExpected: boolean
}

export const AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'none'] as const
export type AuthMethod = (typeof AUTH_METHODS)[number]

/** Asymmetric ones: with the others, whoever knows the client's secret could sign. */
export const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const

const SCOPES = ['openid', 'profile', 'email']
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/
const PROVIDERS_MAX = 50

/** @throws {BatutaError} `config-invalid` with the option and the way out. */
export function readOidc(words: SignInWords, environment: Environment): ReadonlyMap<string, OidcConfig> {
  const found = new Map<string, OidcConfig>()
  const own = new OptionMap('sign-in.providers', words.value('sign-in.providers'), environment)
  const oauth2 = 'micronaut.security.oauth2'
  const kestra = new OptionMap(`${oauth2}.clients`, words.value(`${oauth2}.clients`), environment)
  const isOff = words.text(`${oauth2}.enabled`) === 'false'
  const parts = [...fromEnvironment(words), ...own.parts(), ...(isOff ? [] : kestra.parts())]
  for (const [id, options] of parts) {
    if (found.has(id) || !options.flag('enabled', true)) continue
    if (found.size >= PROVIDERS_MAX) throw own.invalid('', `has more than ${PROVIDERS_MAX} providers`)
    found.set(id, readProvider(id, options))
  }
  return found
}

/** One provider without a file: the smallest configuration there is. */
function fromEnvironment(words: SignInWords): readonly (readonly [string, OptionMap])[] {
  const issuer = words.text('', 'BATUTA_OIDC_ISSUER')
  if (issuer === undefined) return []
  const optional = (name: string, variable: string): Record<string, string> => {
    const value = words.text('', variable)
    return value === undefined ? {} : { [name]: value }
  }
  const options = {
    issuer,
    ...optional('client-id', 'BATUTA_OIDC_CLIENT_ID'),
    ...optional('client-secret', 'BATUTA_OIDC_CLIENT_SECRET'),
    ...optional('groups-claim', 'BATUTA_OIDC_GROUPS_CLAIM'),
    ...optional('title', 'BATUTA_OIDC_TITLE'),
  }
  return [['oidc', new OptionMap('BATUTA_OIDC', options, {})]]
}

function readProvider(id: string, options: OptionMap): OidcConfig {
  if (!ID.test(id))
    throw options.invalid('', 'has a name that does not fit in a path: use letters, digits, "-" and "_"')
  const clientSecret = options.text('client-secret')
  const isPlain = options.flag('allow-http', false)
  return {
    id,
    title: options.text('title') ?? titleOf(id),
    issuer: readIssuer(options, isPlain),
    clientId: options.needed('client-id'),
    clientSecret,
    authMethod: readAuthMethod(options, clientSecret),
    scopes: withOpenid(options.list('scopes') ?? SCOPES),
    algorithms: readAlgorithms(options),
    claims: readClaims(options),
    groups: readGroupRules(options),
    required: options.table('require-claims') ?? new Map(),
    parameters: readParameters(options),
    sessionEnds: options.oneOf('session', ['own', 'token'], 'own'),
    signsOutThere: options.flag('sign-out', options.text('openid.end-session.enabled') !== 'false'),
    newcomers: readNewcomers(options),
    isPlain: isPlain || isLoopbackUrl(options.text('issuer', 'openid.issuer') ?? ''),
  }
}

function titleOf(id: string): string {
  return id.charAt(0).toUpperCase() + id.slice(1)
}

/** Over TLS, or to this machine: whoever sits between could answer for the provider. */
function readIssuer(options: OptionMap, isPlain: boolean): string {
  const issuer = options.needed('issuer', 'openid.issuer')
  if (!URL.canParse(issuer) || !/^https?:$/.test(new URL(issuer).protocol))
    throw options.invalid('issuer', `is "${issuer}": it must be the URL that the provider calls itself`)
  if (issuer.includes('/.well-known/'))
    throw options.invalid('issuer', `is "${issuer}": give what stands before /.well-known/`)
  if (new URL(issuer).protocol === 'https:' || isPlain || isLoopbackUrl(issuer)) return issuer
  throw options.invalid(
    'issuer',
    `is "${issuer}": without TLS anybody on the way could sign people in; use https, or say "allow-http: true" on a network that you trust`,
  )
}

function isLoopbackUrl(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url).hostname)
}

function readAuthMethod(options: OptionMap, clientSecret: string | undefined): AuthMethod {
  const given = options.text('auth-method', 'openid.token.auth-method', 'token.auth-method')
  const fallback = clientSecret === undefined ? 'none' : 'client_secret_basic'
  const method = AUTH_METHODS.find(candidate => candidate === (given ?? fallback).toLowerCase().replaceAll('-', '_'))
  if (method === undefined)
    throw options.invalid('auth-method', `is "${given}": it must be one of ${AUTH_METHODS.join(', ')}`)
  if (method !== 'none' && clientSecret === undefined)
    throw options.invalid('client-secret', `is missing, and the method ${method} needs it`)
  return method
}

function withOpenid(scopes: readonly string[]): readonly string[] {
  return scopes.includes('openid') ? scopes : ['openid', ...scopes]
}

function readAlgorithms(options: OptionMap): readonly string[] {
  const given = options.list('algorithms')
  if (given === undefined) return ALGORITHMS
  const unknown = given.find(algorithm => !ALGORITHMS.some(known => known === algorithm))
  if (unknown !== undefined || given.length === 0)
    throw options.invalid('algorithms', `names "${unknown ?? ''}": take some of ${ALGORITHMS.join(', ')}`)
  return given
}

function readClaims(options: OptionMap): ClaimNames {
  const groups = options.text('groups-claim')
  return {
    username: options.text('username-claim') ?? 'preferred_username',
    email: options.text('email-claim') ?? 'email',
    firstName: options.text('first-name-claim') ?? 'given_name',
    lastName: options.text('last-name-claim') ?? 'family_name',
    groups: groups ?? 'groups',
    areGroupsExpected: ['groups-claim', 'groups', 'groups-by-name', 'admin-groups'].some(
      name => options.value(name) !== undefined,
    ),
  }
}

function readParameters(options: OptionMap): Readonly<Record<string, string>> {
  const given = new Map(options.table('parameters'))
  for (const name of ['prompt', 'display', 'login-hint', 'ui-locales', 'acr-values', 'max-age']) {
    const text = options.text(`openid.authorization.${name}`)
    if (text !== undefined) given.set(name.replaceAll('-', '_'), [text])
  }
  return Object.fromEntries(Array.from(given, ([name, texts]) => [name, texts.join(' ')]))
}

function readNewcomers(options: OptionMap): Partial<NewcomerRules> {
  const role = options.text('default-role')
  return {
    ...(options.text('create-users') === undefined ? {} : { areCreated: options.flag('create-users', true) }),
    ...(role === undefined ? {} : { role }),
  }
}
