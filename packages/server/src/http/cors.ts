// Pages of other sites, for those whom the configuration lets in, in the words of Kestra's server. Without it no other site may read anything: the
// browser asks, and is told nothing.
import type { IncomingHttpHeaders } from 'node:http'
import type { CorsRule } from '../config/cors.ts'
import type { Reply } from './reply.ts'
import { RequestError } from './request-error.ts'

export interface Cors {
  /** Whether a page from there may call with that method. */
  lets(origin: string, method: string): boolean
  /** Of a question before the call; undefined for what is none. @throws {RequestError} for a site that is not let in. */
  preflight(method: string, headers: IncomingHttpHeaders): Reply | undefined
  /** What the reply tells the page of another site: names and values in turn. */
  headersFor(headers: IncomingHttpHeaders): readonly string[]
}

const NONE: readonly string[] = []

export function newCors(rules: readonly CorsRule[]): Cors {
  if (rules.length === 0) return { lets: () => false, preflight: () => undefined, headersFor: () => NONE }
  const ruleOf = (origin: string): CorsRule | undefined => rules.find(rule => isLetIn(origin, rule))
  return {
    lets: (origin, method) => {
      const rule = ruleOf(origin)
      return rule !== undefined && isAllowed(method, rule.methods)
    },
    preflight: (method, headers) => {
      const { origin } = headers
      const asked = headers['access-control-request-method']
      if (method !== 'OPTIONS' || origin === undefined || asked === undefined) return undefined
      const rule = ruleOf(origin)
      if (!rule || !isAllowed(asked, rule.methods))
        throw new RequestError(403, 'cross-site', 'Pages of that site may not make this call.')
      const names = headers['access-control-request-headers']
      return {
        type: 'empty',
        status: 200,
        headers: {
          'access-control-allow-methods': asked,
          'access-control-max-age': String(rule.maxAgeS),
          ...(names === undefined ? {} : { 'access-control-allow-headers': allowedNames(names, rule) }),
        },
      }
    },
    headersFor: ({ origin }) => {
      const rule = origin === undefined ? undefined : ruleOf(origin)
      if (origin === undefined || !rule) return ['vary', 'origin']
      return [
        ...['vary', 'origin', 'access-control-allow-origin', origin],
        // Whoever lets in everybody cannot mean everybody's cookies.
        ...(rule.isCredentialed && !rule.isForAll ? ['access-control-allow-credentials', 'true'] : []),
        ...(rule.exposedHeaders.length === 0 ? [] : ['access-control-expose-headers', rule.exposedHeaders.join(', ')]),
      ]
    },
  }
}

function isLetIn(origin: string, { isForAll, origins, patterns }: CorsRule): boolean {
  return isForAll || origins.includes(origin) || patterns.some(pattern => pattern.test(origin))
}

/** No list allows all. */
function isAllowed(name: string, names: readonly string[]): boolean {
  return names.length === 0 || names.some(each => each === '*' || each.toLowerCase() === name.toLowerCase())
}

function allowedNames(asked: string, { headers }: CorsRule): string {
  const names = asked.split(',').map(name => name.trim())
  return names.filter(name => /^[\w-]+$/.test(name) && isAllowed(name, headers)).join(', ')
}
