// Which of the routes that Kestra's clients know the route table serves, path by path in each dialect of the API.
import { readFileSync } from 'node:fs'
import { routes, type Route } from '@batuta/api'

export type Dialect = 'a' | 'b' | 'c'

export interface KnownRoute {
  readonly method: string
  readonly path: string
  readonly versions: string
  readonly isEnterprise: boolean
  readonly dialects: readonly Dialect[]
}

const VERSIONS: readonly string[] = ['0.20', '0.24', '1.0', '1.1', '1.2', '1.3', '2.0']

export function readKnownRoutes(): readonly KnownRoute[] {
  const lines = readFileSync(new URL('kestra-routes.txt', import.meta.url), 'utf8').split('\n')
  return lines
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => {
      const [method = '', path = '', versions = '', edition] = line.split(' ')
      return { method, path, versions, isEnterprise: edition === 'EE', dialects: dialectsOf(versions) }
    })
}

/** A dialect has the routes of its last version: what 1.0 alone had is served as well. */
function dialectsOf(versions: string): readonly Dialect[] {
  const [first = '', last = versions.endsWith('+') ? '2.0' : first] = versions.replace('+', '').split('-')
  const from = VERSIONS.indexOf(first)
  const to = VERSIONS.indexOf(last)
  if (from < 0 || to < from) throw new Error(`"${versions}" are no versions`)
  const dialects: Dialect[] = []
  if (from === 0) dialects.push('a')
  if (from < 6 && to > 0) dialects.push('b')
  if (to === 6) dialects.push('c')
  return dialects
}

export function pathIn({ path }: KnownRoute, dialect: Dialect): string {
  return path.replace('~', dialect === 'a' ? '/api/v1' : '/api/v1/{tenant}')
}

/** Names of parameters are nobody's business. */
function signature(method: string, path: string): string {
  return `${method} ${path.replace(/\{[^}]*\}/g, '{}')}`
}

export interface Served {
  readonly route: KnownRoute
  readonly dialect: Dialect
  readonly isServed: boolean
}

export function listServed(known: readonly KnownRoute[]): readonly Served[] {
  const table = Object.values(routes).flatMap(resource => Object.values<Route>(resource))
  const served = (dialect: Dialect): ReadonlySet<string> =>
    new Set(
      table.flatMap(({ method, paths }) => {
        const path = paths[dialect]
        return path === undefined ? [] : [signature(method, path)]
      }),
    )
  const by = { a: served('a'), b: served('b'), c: served('c') }
  return known.flatMap(route =>
    route.dialects.map(dialect => ({
      route,
      dialect,
      isServed: by[dialect].has(signature(route.method, pathIn(route, dialect))),
    })),
  )
}
