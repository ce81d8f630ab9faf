// Who may sign in, and how: identity providers, a directory, a proxy that has asked already, and what becomes of people whom nobody knows yet. Passwords
// of Batuta's own users are always a way unless the configuration says otherwise.
import { isList, isMap, mapEntries, printValue, type Value } from '@batuta/core'
import { readGroupRules, type GroupRules } from './group-rules.ts'
import { readDirectory, type DirectoryConfig } from './directory.ts'
import { readOidc, type OidcConfig } from './oidc.ts'
import { OptionMap } from './option-map.ts'
import { readTrustedProxies } from './proxies.ts'
import type { Environment } from './sources.ts'

export const WAYS = ['password', 'oidc', 'ldap', 'proxy'] as const
export type Way = (typeof WAYS)[number]

export interface SignInConfig {
  /** Those that are allowed and configured; `password` is that of Batuta's own users. */
  readonly ways: ReadonlySet<Way>
  readonly newcomers: NewcomerRules
  /** Kestra's own way of saying what who is new may do: made if there is none of that name. */
  readonly describedRole?: DescribedRole
  /** By the name in their paths. */
  readonly providers: ReadonlyMap<string, OidcConfig>
  readonly directory: DirectoryConfig | undefined
  readonly proxy: ProxyConfig | undefined
}

/** People who come with a proof of who they are, and of whom Batuta has no user. */
export interface NewcomerRules {
  readonly areCreated: boolean
  /** The role that they are given everywhere; none unless said. */
  readonly role: string | undefined
}

export interface DescribedRole {
  readonly name: string
  readonly description: string
  readonly permissions: Readonly<Record<string, readonly string[]>>
}

export interface ProxyConfig {
  /** Addresses and networks whose headers count. */
  readonly from: readonly string[]
  readonly headers: {
    readonly user: string
    readonly email: string
    readonly name: string
    readonly groups: string
  }
  readonly groups: GroupRules
  /** Where one signs out of the proxy. */
  readonly signOutUrl: string | undefined
}

export const PASSWORDS_ONLY: SignInConfig = {
  ways: new Set<Way>(['password']),
  newcomers: { areCreated: true, role: undefined },
  providers: new Map(),
  directory: undefined,
  proxy: undefined,
}

/** How the words are looked up: in the environment first, then in the files. */
export interface SignInWords {
  text(path: string, variable?: string): string | undefined
  value(path: string): Value | undefined
}

/** @throws {BatutaError} `config-invalid` with the option and the way out. */
export function readSignIn(words: SignInWords, environment: Environment): SignInConfig {
  const options = new OptionMap('sign-in', words.value('sign-in'), environment)
  const providers = readOidc(words, environment)
  const directory = readDirectory(words, environment)
  const proxy = readProxy(words, environment)
  const configured: Readonly<Record<Way, boolean>> = {
    password: true,
    oidc: providers.size > 0,
    ldap: directory !== undefined,
    proxy: proxy !== undefined,
  }
  return {
    ways: readWays(options, configured),
    newcomers: {
      areCreated: options.flag('create-users', true),
      role: options.text('default-role') ?? words.text('kestra.security.default-role.name'),
    },
    ...describedRole(words, environment),
    providers,
    directory,
    proxy,
  }
}

function describedRole(words: SignInWords, environment: Environment): Pick<SignInConfig, 'describedRole'> {
  const value = words.value('kestra.security.default-role')
  if (value === undefined) return {}
  const options = new OptionMap('kestra.security.default-role', value, environment)
  const name = options.text('name')
  const permissions = words.value('kestra.security.default-role.permissions')
  if (name === undefined || permissions === undefined || permissions === null || !isMap(permissions)) return {}
  const lists = [...mapEntries(permissions)].map(([resource, actions]) => {
    return [resource, (isList(actions) ? actions : [actions]).map(printValue)] as const
  })
  return {
    describedRole: { name, description: options.text('description') ?? '', permissions: Object.fromEntries(lists) },
  }
}

function readWays(options: OptionMap, configured: Readonly<Record<Way, boolean>>): ReadonlySet<Way> {
  const given = options.list('ways')
  if (given === undefined) return new Set(WAYS.filter(way => configured[way]))
  const ways = given.map(word => {
    const way = WAYS.find(candidate => candidate === word)
    if (way === undefined) throw options.invalid('ways', `names "${word}": the ways are ${WAYS.join(', ')}`)
    if (!configured[way]) throw options.invalid('ways', `names "${way}", which is not configured`)
    return way
  })
  if (ways.length === 0) throw options.invalid('ways', 'is empty: nobody could sign in')
  return new Set(ways)
}

function readProxy(words: SignInWords, environment: Environment): ProxyConfig | undefined {
  const value = words.value('sign-in.proxy')
  if (value === undefined) return undefined
  const options = new OptionMap('sign-in.proxy', value, environment)
  const header = (name: string, fallback: string): string => (options.text(name) ?? fallback).toLowerCase()
  const from = readTrustedProxies(words)
  if (from.length === 0)
    throw options.invalid('', 'needs server.trust-proxy: the addresses of the proxies whose headers are believed')
  return {
    from,
    headers: {
      user: header('user-header', 'x-forwarded-user'),
      email: header('email-header', 'x-forwarded-email'),
      name: header('name-header', 'x-forwarded-preferred-username'),
      groups: header('groups-header', 'x-forwarded-groups'),
    },
    groups: readGroupRules(options),
    signOutUrl: options.text('sign-out-url'),
  }
}
