// JDBC URLs, which flows carry, taken apart: `jdbc:mysql://user:password@host:port,host2:port2/database?name=value&…`, and the kinds that
// have `;name=value` in place of the question mark.
import { TaskError } from '@batuta/plugin-sdk'

export interface JdbcUrl {
  readonly scheme: string
  readonly hosts: readonly Host[]
  /** What follows the hosts, without its slash; undefined when there is nothing. */
  readonly path?: string
  readonly user?: string
  readonly password?: string
  /** By name in lower case. */
  readonly parameters: ReadonlyMap<string, string>
}

export interface Host {
  readonly host: string
  readonly port: number
}

export interface UrlRules {
  /** As sentences call the database. */
  readonly title: string
  /** Schemes behind `jdbc:`. */
  readonly schemes: readonly string[]
  readonly port: number
  readonly example: string
  /** What parts the parameters from the rest, and each other. */
  readonly separators?: 'query' | 'semicolons'
}

const HOSTS_MAX = 32

export function parseJdbcUrl(url: string, rules: UrlRules): JdbcUrl {
  const scheme = /^(?:jdbc:)?([a-z0-9+:-]+?):(?=\/\/|$)/i.exec(url.trim())?.[1]?.toLowerCase() ?? ''
  if (!rules.schemes.includes(scheme)) throw new TaskError(refusal(url, rules))
  const rest = url.trim().replace(/^[^/]*\/\//, '')
  const [place, query] = splitAtFirst(rest, rules.separators === 'semicolons' ? ';' : '?')
  const [authority = '', path] = splitAtFirst(place ?? '', '/')
  const at = authority.lastIndexOf('@')
  const [user, password] = at < 0 ? [] : splitAtFirst(authority.slice(0, at), ':').map(decode)
  return {
    scheme,
    hosts: parseHosts(authority.slice(at + 1), rules),
    ...(path === undefined || path === '' ? {} : { path: decode(path) }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    parameters: parseParameters(query ?? '', rules.separators === 'semicolons' ? ';' : '&'),
  }
}

/** The first host, for databases that know no others. */
export function firstHost({ hosts }: JdbcUrl): Host {
  const [host] = hosts
  if (host === undefined) throw new TaskError('property "url" names no host')
  return host
}

/** Never shows more than the scheme: the rest may hold a password. */
export function refusal(url: string, { title, example }: Pick<UrlRules, 'title' | 'example'>): string {
  const scheme = /^(?:jdbc:)?[a-z0-9+]+:/i.exec(url.trim())?.[0] ?? ''
  if (scheme === '') return `property "url" must be a JDBC URL such as ${example}`
  return `property "url" begins with "${scheme}", but this task speaks ${title}: ${example}`
}

export function splitAtFirst(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A lone percent sign is itself.
    return text
  }
}

function parseHosts(authority: string, rules: UrlRules): readonly Host[] {
  const hosts = authority.split(',').map(text => parseHost(text, rules))
  if (hosts.length > HOSTS_MAX) throw new TaskError(`property "url" names more than ${HOSTS_MAX} hosts`)
  return hosts
}

export function parseHost(text: string, { port: usual }: Pick<UrlRules, 'port'>): Host {
  const match = /^(\[[^\]]+\]|[^:]*)(?::(\d*))?$/.exec(text)
  if (match === null) throw new TaskError(`property "url" names "${text}", which is no host with a port`)
  const host = (match[1] ?? '').replace(/^\[|\]$/g, '')
  const port = Number(match[2] === undefined || match[2] === '' ? usual : match[2])
  if (port < 1 || port > 65_535) throw new TaskError(`property "url" names the port ${port}; ports go from 1 to 65535`)
  return { host: host === '' ? 'localhost' : host, port }
}

export function parseParameters(query: string, separator: '&' | ';' = '&'): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  for (const pair of query.split(separator)) {
    const [name = '', value = ''] = splitAtFirst(pair.trim(), '=')
    // Only a query string writes a blank as a plus.
    const text = separator === '&' ? decode(value.replaceAll('+', '%20')) : value.replace(/^\{(.*)\}$/s, '$1')
    if (name !== '') parameters.set((separator === '&' ? decode(name) : name).toLowerCase(), text)
  }
  return parameters
}

/** Whether a parameter that says yes or no says yes. */
export function isOn(text: string | undefined): boolean {
  return text !== undefined && /^(?:|true|yes|on|1)$/i.test(text)
}
