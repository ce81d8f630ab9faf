// A directory that speaks LDAP: `sign-in.ldap`, or the first of `micronaut.security.ldap` that is not switched off.
import { readGroupRules, type GroupRules } from './group-rules.ts'
import { OptionMap } from './option-map.ts'
import type { SignInWords } from './sign-in.ts'
import type { Environment } from './sources.ts'
import { isLoopback } from './user.ts'

export interface DirectoryConfig {
  /** `ldap://` or `ldaps://`, with the port if it is not the usual one. */
  readonly url: string
  /** TLS is asked for on the plain port. */
  readonly startsTls: boolean
  /** Certificates that are trusted beside the known ones, in a file. */
  readonly caFile: string | undefined
  /** Who looks people up; nobody in particular unless said. */
  readonly bindDn: string | undefined
  readonly bindPassword: string | undefined
  readonly users: DirectorySearch
  readonly attributes: DirectoryAttributes
  /** Undefined when groups are told by an attribute of the person (`groups-attribute`), or not at all. */
  readonly groupSearch: DirectoryGroupSearch | undefined
  readonly groups: GroupRules
  readonly timeoutMs: number
}

export interface DirectorySearch {
  readonly base: string
  /** `{0}` is the name that was given. */
  readonly filter: string
  readonly isDeep: boolean
}

export interface DirectoryGroupSearch extends DirectorySearch {
  /** Of a group: what it is called. */
  readonly nameAttribute: string
  /** What `{0}` is in the filter: `dn`, or an attribute of the person. */
  readonly memberBy: string
}

export interface DirectoryAttributes {
  /** What stays the same when somebody is renamed. The first that a person has. */
  readonly subject: readonly string[]
  readonly username: string
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  /** Names of groups, or their distinguished names; undefined when the person does not tell them. */
  readonly groups: string | undefined
}

const TIMEOUT_S = 10
const TIMEOUT_MAX_S = 60
const SUBJECTS = ['entryUUID', 'objectGUID', 'ipaUniqueID', 'nsUniqueId']

/** @throws {BatutaError} `config-invalid` with the option and the way out. */
export function readDirectory(words: SignInWords, environment: Environment): DirectoryConfig | undefined {
  const own = words.value('sign-in.ldap')
  if (own !== undefined) {
    const options = new OptionMap('sign-in.ldap', own, environment)
    return options.flag('enabled', true) ? readOptions(options) : undefined
  }
  const path = 'micronaut.security.ldap'
  const kestra = new OptionMap(path, words.value(path), environment)
  const found = kestra.value('enabled') === false ? undefined : kestra.parts().find(isContext)
  return found === undefined ? undefined : readOptions(found[1])
}

function isContext([name, options]: readonly [string, OptionMap]): boolean {
  return name !== 'enabled' && options.flag('enabled', true) && options.value('context.server') !== undefined
}

function readOptions(options: OptionMap): DirectoryConfig {
  const startsTls = options.flag('start-tls', false)
  return {
    url: readUrl(options, startsTls),
    startsTls,
    caFile: options.text('ca-file'),
    bindDn: options.text('bind-dn', 'context.manager-dn'),
    bindPassword: options.text('bind-password', 'context.manager-password'),
    users: {
      base: options.needed('user-base', 'search.base'),
      filter: readFilter(options, options.text('user-filter', 'search.filter') ?? '(uid={0})', 'user-filter'),
      isDeep: options.text('search.subtree') !== 'false',
    },
    attributes: {
      subject: options.list('subject-attribute') ?? SUBJECTS,
      username: options.text('username-attribute') ?? 'uid',
      email: options.text('email-attribute') ?? 'mail',
      firstName: options.text('first-name-attribute') ?? 'givenName',
      lastName: options.text('last-name-attribute') ?? 'sn',
      groups: options.text('groups-attribute'),
    },
    groupSearch: readGroupSearch(options),
    groups: readGroupRules(new OptionMap(options.path, withoutSearch(options), {})),
    timeoutMs: 1_000 * readTimeout(options),
  }
}

/** Kestra's `groups` is the search, ours the table. */
function withoutSearch(options: OptionMap): ConstructorParameters<typeof OptionMap>[1] {
  if (options.value('groups.base') !== undefined || options.value('groups.enabled') !== undefined) return {}
  const table = options.value('groups')
  const byName = options.value('groups-by-name')
  return {
    ...(table === undefined ? {} : { groups: table }),
    ...(byName === undefined ? {} : { 'groups-by-name': byName }),
  }
}

function readUrl(options: OptionMap, startsTls: boolean): string {
  const url = options.needed('url', 'context.server')
  if (!URL.canParse(url) || !/^ldaps?:$/.test(new URL(url).protocol))
    throw options.invalid('url', `is "${url}": it must be ldaps://host, or ldap://host`)
  const { protocol, hostname } = new URL(url)
  const isPrivate = protocol === 'ldaps:' || startsTls || isLoopback(hostname)
  if (isPrivate || options.flag('allow-plain', false)) return url
  throw options.invalid(
    'url',
    `is "${url}": passwords would travel in the clear; use ldaps:// or "start-tls: true", or say "allow-plain: true" on a network that you trust`,
  )
}

function readFilter(options: OptionMap, filter: string, name: string): string {
  const whole = filter.startsWith('(') ? filter : `(${filter})`
  if (whole.includes('{0}')) return whole
  throw options.invalid(name, `is "${filter}": it must say with {0} where the name of the person goes`)
}

function readGroupSearch(options: OptionMap): DirectoryGroupSearch | undefined {
  const base = options.text('group-base', 'groups.base')
  if (base === undefined || options.text('groups.enabled') === 'false') return undefined
  return {
    base,
    filter: readFilter(options, options.text('group-filter', 'groups.filter') ?? '(member={0})', 'group-filter'),
    isDeep: options.text('groups.subtree') !== 'false',
    nameAttribute: options.text('group-name-attribute', 'groups.attribute') ?? 'cn',
    memberBy: options.text('group-member-by', 'groups.filter-attribute') ?? 'dn',
  }
}

function readTimeout(options: OptionMap): number {
  const seconds = Number(options.text('timeout') ?? TIMEOUT_S)
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= TIMEOUT_MAX_S) return seconds
  throw options.invalid('timeout', `must be seconds from 1 to ${TIMEOUT_MAX_S}`)
}
