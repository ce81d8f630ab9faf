// What an identity provider says of a person, as an identity of ours.
import type { OidcConfig } from '../config/oidc.ts'
import type { ExternalIdentity } from './external-identity.ts'
import { SignInError } from './sign-in-error.ts'

export type Claims = Readonly<Record<string, unknown>>

export interface ReadIdentity {
  readonly identity: ExternalIdentity
  /** The provider has groups for this person and does not tell them here. */
  readonly areGroupsHidden: boolean
}

const TEXT_MAX = 256

/** @throws {SignInError} `not-allowed` when a claim is missing that the configuration asks for. */
export function identityOf(claims: Claims, config: OidcConfig): ReadIdentity {
  refuseUnlessAllowed(claims, config)
  const { claims: names } = config
  const subject = textOf(claims['sub'])
  if (subject === undefined) throw new SignInError('answer-invalid', `"${config.id}" does not say who it is.`)
  const email = textOf(claimAt(claims, names.email))
  const told = groupNames(claimAt(claims, names.groups))
  const areGroupsHidden = told === undefined && isOverfull(claims, names.groups)
  const groups = told ?? (names.areGroupsExpected && !areGroupsHidden ? [] : undefined)
  const identity: ExternalIdentity = {
    provider: textOf(claims['iss']) ?? config.issuer,
    subject,
    username: textOf(claimAt(claims, names.username)) ?? email ?? subject,
    ...optional('email', email),
    ...optional('firstName', textOf(claimAt(claims, names.firstName))),
    ...optional('lastName', textOf(claimAt(claims, names.lastName))),
    ...(groups === undefined ? {} : { groups }),
  }
  return { identity, areGroupsHidden }
}

function refuseUnlessAllowed(claims: Claims, { required, id }: OidcConfig): void {
  for (const [name, wanted] of required) {
    const value = claimAt(claims, name)
    const values = Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)]
    if (!values.some(one => wanted.includes(one)))
      throw new SignInError('not-allowed', `The claim "${name}" that "${id}" tells is none of ${wanted.join(', ')}.`)
  }
}

/** By the whole name first: names of claims may be URLs. Then as a path: `realm_access.roles`. */
export function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  let value: unknown = claims
  for (const part of name.split('.')) {
    if (!isRecord(value) || !Object.hasOwn(value, part)) return undefined
    value = value[part]
  }
  return value
}

function groupNames(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return value.split(',').map(name => name.trim())
  if (!Array.isArray(value)) return undefined
  return value.flatMap(item =>
    typeof item === 'string' ? [item] : (textOf(isRecord(item) ? item['name'] : undefined) ?? []),
  )
}

/** Entra ID leaves the groups out of a token when they are too many, and says where else they could be asked for. */
function isOverfull(claims: Claims, name: string): boolean {
  const elsewhere = claims['_claim_names']
  return (isRecord(elsewhere) && Object.hasOwn(elsewhere, name)) || claims['hasgroups'] === true
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= TEXT_MAX ? value : undefined
}

function optional<Name extends string>(name: Name, value: string | undefined): { [Key in Name]?: string } {
  const given: { [Key in Name]?: string } = {}
  if (value !== undefined) given[name] = value
  return given
}
