// JDBC URLs, which flows carry, taken apart: `jdbc:postgresql://host:port,host2:port2/database?name=value&…`.
import { TaskError } from '@batuta/plugin-sdk'

export interface JdbcUrl {
  readonly hosts: readonly Host[]
  /** Undefined when the URL names none: PostgreSQL then takes the name of the user. */
  readonly database?: string
  readonly user?: string
  readonly password?: string
  /** By name in lower case. */
  readonly parameters: ReadonlyMap<string, string>
}

export interface Host {
  readonly host: string
  readonly port: number
}

const DEFAULT_PORT = 5432
const HOSTS_MAX = 32
const URL_SHAPE = /^(?:jdbc:)?postgres(?:ql)?:(?:\/\/([^/?]*))?\/?([^?]*)(?:\?(.*))?$/is

export function parseJdbcUrl(url: string): JdbcUrl {
  const match = URL_SHAPE.exec(url.trim())
  if (match === null) throw new TaskError(refusal(url))
  const [, authority = '', database = '', query = ''] = match
  const at = authority.lastIndexOf('@')
  const [user, password] = at < 0 ? [] : splitAtFirst(authority.slice(0, at), ':').map(decode)
  return {
    hosts: parseHosts(authority.slice(at + 1)),
    ...(database === '' ? {} : { database: decode(database) }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    parameters: parseParameters(query),
  }
}

/** Never shows more than the scheme: the rest may hold a password. */
function refusal(url: string): string {
  const scheme = /^(?:jdbc:)?[a-z0-9+]+:/i.exec(url.trim())?.[0] ?? ''
  if (scheme === '') return 'property "url" must be a JDBC URL such as jdbc:postgresql://host:5432/database'
  return `property "url" begins with "${scheme}", but this task speaks PostgreSQL: jdbc:postgresql://host:5432/database`
}

function splitAtFirst(text: string, separator: string): readonly string[] {
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

function parseHosts(authority: string): readonly Host[] {
  const hosts = authority.split(',').map(parseHost)
  if (hosts.length > HOSTS_MAX) throw new TaskError(`property "url" names more than ${HOSTS_MAX} hosts`)
  return hosts
}

function parseHost(text: string): Host {
  const match = /^(\[[^\]]+\]|[^:]*)(?::(\d*))?$/.exec(text)
  if (match === null) throw new TaskError(`property "url" names "${text}", which is no host with a port`)
  const host = (match[1] ?? '').replace(/^\[|\]$/g, '')
  const port = Number(match[2] === undefined || match[2] === '' ? DEFAULT_PORT : match[2])
  if (port < 1 || port > 65_535) throw new TaskError(`property "url" names the port ${port}; ports go from 1 to 65535`)
  return { host: host === '' ? 'localhost' : host, port }
}

function parseParameters(query: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  for (const pair of query.split('&')) {
    const [name = '', value = ''] = splitAtFirst(pair, '=')
    if (name !== '') parameters.set(decode(name).toLowerCase(), decode(value.replaceAll('+', '%20')))
  }
  return parameters
}
