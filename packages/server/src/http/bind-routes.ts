// Binds the route table to the application: path by path, dialect by dialect, with the handler of each. A route without a permission, or a
// handler that no route names, stops the start.
import { assert, trust, type ApiDialect } from '@batuta/core'
import { routes, type Permission, type Route } from '@batuta/api'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono, type Context } from 'hono'
import { Errors } from 'typebox/value'
import type { HttpDependencies } from './dependencies.ts'
import { DIALECT_HEADER, dialectOf } from './dialect.ts'
import { signalOf, type AllHandlers, type Exchange } from './exchange.ts'
import { BODY_BYTES_MAX, SOURCE_BYTES_MAX, dataOf, readBytes, textOf } from './read-body.ts'
import { readFilters } from './read-filters.ts'
import { readQuery } from './read-query.ts'
import type { Reply } from './reply.ts'
import { RequestError, refusalOf, unprocessable } from './request-error.ts'
import type { OriginCheck } from './trusted-origin.ts'
import { errorReply, writeReply } from './write-reply.ts'

export interface HttpApp {
  readonly Bindings: HttpBindings
}

type AppContext = Context<HttpApp>
type AnyHandler = (exchange: Exchange<Route['params'], Route['query'], Route['body']>) => Promise<Reply> | Reply

/** Nobody has to log in yet: a route that needs more than these is refused to nobody, but must say what it needs. */
const PERMISSIONS: ReadonlySet<Permission> = new Set<Permission>([
  'public',
  'key',
  'flow:read',
  'flow:write',
  'execution:read',
  'execution:create',
  'execution:update',
  'execution:delete',
  'log:read',
  'log:delete',
  'plugin:read',
])

export function bindRoutes(
  handlers: AllHandlers,
  { dependencies, checkOrigin }: { readonly dependencies: HttpDependencies; readonly checkOrigin: OriginCheck },
): Hono<HttpApp> {
  const app = new Hono<HttpApp>({ strict: false })
  const bound = boundRoutes(handlers, dependencies.config.tenant)
  for (const { route, handler, path, dialects, name } of bound) {
    assert(PERMISSIONS.has(route.permission), `the route ${name} has no permission`)
    app.on(route.method, [honoPath(path)], context =>
      guarded(context, dependencies, () =>
        answer(context, { route, handler, dialects }, { checkOrigin, dependencies }),
      ),
    )
  }
  assert(app.routes.length === bound.length, 'a route was bound beside the table')
  app.notFound(context => guarded(context, dependencies, () => Promise.reject(unknownRoute(context))))
  return app
}

interface BoundRoute {
  readonly name: string
  readonly route: Route
  readonly handler: AnyHandler
  readonly path: string
  readonly dialects: readonly ApiDialect[]
}

/** In the order in which they must be looked at: a fixed segment before a parameter. */
function boundRoutes(handlers: AllHandlers, tenant: string): readonly BoundRoute[] {
  const bound: BoundRoute[] = []
  for (const [resource, table] of Object.entries(routes)) {
    const own = trust<Readonly<Record<string, AnyHandler>>>(handlers[trust<keyof AllHandlers>(resource)])
    for (const [name, route] of Object.entries<Route>(table)) {
      const handler = own[name]
      assert(handler !== undefined, `the route ${resource}.${name} has no handler`)
      for (const [path, dialects] of pathsOf(route, tenant))
        bound.push({ name: `${resource}.${name}`, route, handler, path, dialects })
    }
  }
  return bound.sort((left, right) => (rankOf(left.path) < rankOf(right.path) ? -1 : 1))
}

function pathsOf(route: Route, tenant: string): ReadonlyMap<string, readonly ApiDialect[]> {
  const paths = new Map<string, ApiDialect[]>()
  for (const dialect of ['a', 'b', 'c'] as const) {
    const path = route.paths[dialect]?.replace('{tenant}', tenant)
    if (path !== undefined) paths.set(path, [...(paths.get(path) ?? []), dialect])
  }
  return paths
}

function rankOf(path: string): string {
  return path
    .split('/')
    .map(segment => (segment.startsWith('{') ? '1' : '0'))
    .join('')
}

/** The rest of a webhook's path may have slashes. */
function honoPath(path: string): string {
  return path.replace('{path}', ':path{.+}').replace(/\{(\w+)\}/g, ':$1')
}

interface Target {
  readonly route: Route
  readonly handler: AnyHandler
  readonly dialects: readonly ApiDialect[]
}

async function answer(
  context: AppContext,
  { route, handler, dialects }: Target,
  { checkOrigin, dependencies }: { readonly checkOrigin: OriginCheck; readonly dependencies: HttpDependencies },
): Promise<Reply> {
  const { incoming, outgoing } = context.env
  if (route.permission !== 'public' && route.permission !== 'key') {
    const { host, origin, 'sec-fetch-site': fetchSite } = incoming.headers
    const refusal = checkOrigin({ method: route.method, host, origin, fetchSite: [fetchSite].flat()[0] })
    if (refusal) throw refusal
  }
  const given = searchOf(incoming.url ?? '')
  const exchange = {
    params: context.req.param(),
    query: readQuery(route.query, given),
    filters: readFilters(given),
    body: await readBody(context, route),
    dialect: dialectOf(incoming.headers[DIALECT_HEADER], dialects, dependencies.config.apiDialect),
    incoming,
    signal: () => signalOf(outgoing),
  }
  return await handler(exchange)
}

function searchOf(url: string): URLSearchParams {
  const at = url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
}

/** Forms and raw bodies stream: their routes read them. */
async function readBody(context: AppContext, { body }: Route): Promise<never> {
  return trust<never>(await readTypedBody(context, body))
}

async function readTypedBody({ env: { incoming } }: AppContext, body: Route['body']): Promise<unknown> {
  switch (body.type) {
    case 'none':
    case 'form':
    case 'raw':
      return undefined
    case 'yaml':
    case 'text': {
      const isOne = body.type === 'yaml' && body.isMany !== true
      const bytes = await readBytes(incoming, isOne ? SOURCE_BYTES_MAX : BODY_BYTES_MAX)
      return bytes ? textOf(bytes) : ''
    }
    case 'json': {
      const bytes = await readBytes(incoming, BODY_BYTES_MAX)
      if (!bytes) throw new RequestError(404, 'body-missing', 'The body is missing.')
      const value = dataOf(textOf(bytes))
      const details = Errors(body.schema, value).map(({ instancePath, message }) => ({ path: instancePath, message }))
      if (details.length > 0)
        throw unprocessable('body-invalid', `The body is invalid: ${details[0]?.message}.`, details)
      return value
    }
  }
}

function unknownRoute({ req }: AppContext): RequestError {
  return new RequestError(404, 'route-not-found', `There is nothing at ${req.method} ${req.path}.`)
}

/** The border of every route: whatever is thrown behind it becomes an answer, and our own mistakes a line in the log. */
async function guarded(
  { env, req }: AppContext,
  { log }: HttpDependencies,
  run: () => Promise<Reply>,
): Promise<Response> {
  try {
    await writeReply(env.outgoing, await run())
  } catch (error) {
    const { refusal, isOurs } = refusalOf(error)
    if (isOurs) log.error(`${req.method} ${req.path} answered ${refusal.status}`, refusal.cause ?? error)
    await writeReply(env.outgoing, errorReply(refusal, req.path))
  }
  return RESPONSE_ALREADY_SENT
}
