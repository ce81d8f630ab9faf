// The URLs of PostgreSQL are laxer than most: without `jdbc:`, without `//`, and with several hosts.
import { TaskError } from '@batuta/plugin-sdk'
import { parseJdbcUrl as parse, refusal } from '@batuta/sql-kit'
import type { JdbcUrl as Parsed, UrlRules } from '@batuta/sql-kit'

export type { Host } from '@batuta/sql-kit'

export interface JdbcUrl extends Omit<Parsed, 'path' | 'scheme'> {
  /** Undefined when the URL names none: PostgreSQL then takes the name of the user. */
  readonly database?: string
}

const POSTGRESQL: UrlRules = {
  title: 'PostgreSQL',
  schemes: ['postgresql', 'postgres'],
  port: 5432,
  example: 'jdbc:postgresql://host:5432/database',
}
const SHAPE = /^(?:jdbc:)?([a-z:]+?):(?:(\/\/[^/?]*))?\/?([^?]*)(\?.*)?$/is

export function parseJdbcUrl(url: string, rules: UrlRules = POSTGRESQL): JdbcUrl {
  const [, scheme = '', authority = '//', database = '', query = ''] = SHAPE.exec(url.trim()) ?? []
  if (!rules.schemes.includes(scheme.toLowerCase())) throw new TaskError(refusal(url, rules))
  const { path, hosts, user, password, parameters } = parse(`${scheme}:${authority}/${database}${query}`, rules)
  return {
    hosts,
    ...(path === undefined ? {} : { database: path }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    parameters,
  }
}
