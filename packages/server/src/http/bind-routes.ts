// Binds the route table to the listener: path by path, dialect by dialect, with the handler of each. A route without a permission, or a
// handler that no route names, stops the start. Requests and replies stay what Node made them: turning each into the objects of the web
// platform and back cost more than all the rest of a webhook's way to the engine.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { assert, trust, type ApiDialect } from '@batuta/core'
import { routes, type Permission, type Route } from '@batuta/api'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'
import { Errors } from 'typebox/value'
import { ADMISSION, Admission, type Place } from './admission.ts'
import type { HttpDependencies } from './dependencies.ts'
import { DIALECT_HEADER, dialectOf } from './dialect.ts'
import { signalOf, type AllHandlers, type Exchange } from './exchange.ts'
import { newLoginCheck, type LoginCheck } from './login.ts'
import { BODY_BYTES_MAX, SOURCE_BYTES_MAX, dataOf, readBytes, textOf } from './read-body.ts'
import { readFilters } from './read-filters.ts'
import { readQuery } from './read-query.ts'
import type { Reply } from './reply.ts'
import { RequestError, refusalOf, unprocessable } from './request-error.ts'
import { newOriginCheck, type OriginCheck } from './trusted-origin.ts'
import { errorReply, writeReply } from './write-reply.ts'

export type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>

type AnyHandler = (exchange: Exchange<Route['params'], Route['query'], Route['body']>) => Promise<Reply> | Reply

/** The one user may do everything: a route that needs more than these is refused to nobody, but must say what it needs. */
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
  'key:read',
  'key:write',
  'file:read',
  'file:write',
  'secret:read',
  'secret:write',
  'namespace:read',
  'namespace:write',
  'plugin:read',
  'instance:read',
  'instance:update',
])

export function bindRoutes(handlers: AllHandlers, dependencies: HttpDependencies): Listener {
  const checkOrigin = newOriginCheck(dependencies.config)
  const checkLogin = newLoginCheck(dependencies.config.user)
  const admission = new Admission({ ...ADMISSION, platform: dependencies.platform })
  const router = new SmartRouter<BoundRoute>({ routers: [new RegExpRouter(), new TrieRouter()] })
  for (const bound of boundRoutes(handlers, dependencies.config.tenant)) {
    assert(PERMISSIONS.has(bound.route.permission), `the route ${bound.name} has no permission`)
    router.add(bound.route.method, patternOf(bound.path), bound)
  }
  return (incoming, outgoing) => {
    const message: Message = { incoming, outgoing, fromMs: dependencies.platform.elapsedMs() }
    return guarded(message, dependencies, async () => {
      const { method = '', url = '' } = incoming
      const path = pathIn(url)
      const found = firstOf(router.match(method === 'HEAD' ? 'GET' : method, path))
      if (!found) throw new RequestError(404, 'route-not-found', `There is nothing at ${method} ${path}.`)
      message.route = found.bound.name
      return await answer(message, found, { checkOrigin, checkLogin, admission, dependencies })
    })
  }
}

interface Message {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly fromMs: number
  /** Once it is found. */
  route?: string
}

/** Without the query and a slash at the end; `http://host/path` is a valid target of a request, too. */
function pathIn(url: string): string {
  const end = url.indexOf('?')
  const path = end < 0 ? url : url.slice(0, end)
  if (!path.startsWith('/') && URL.canParse(path)) return pathIn(new URL(path).pathname)
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

interface Found {
  readonly bound: BoundRoute
  readonly params: Readonly<Record<string, string>>
}

/** Of all that match the one that was bound first: a fixed segment goes before a parameter. */
function firstOf([matches, stash]: ReturnType<SmartRouter<BoundRoute>['match']>): Found | undefined {
  const [first] = matches
  if (!first) return undefined
  const [bound, places] = first
  const params: Record<string, string> = {}
  for (const name in places) {
    const place = places[name]
    const text = typeof place === 'number' ? stash?.[place] : place
    if (text !== undefined) params[name] = text.includes('%') ? decoded(text) : text
  }
  return { bound, params }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // What is no percent code stands for itself.
  }
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
function patternOf(path: string): string {
  return path.replace('{path}', ':path{.+}').replace(/\{(\w+)\}/g, ':$1')
}

interface Guards {
  readonly checkOrigin: OriginCheck
  readonly checkLogin: LoginCheck
  readonly admission: Admission
  readonly dependencies: HttpDependencies
}

async function answer(
  message: Message,
  found: Found,
  { checkOrigin, checkLogin, admission, dependencies }: Guards,
): Promise<Reply> {
  const { route } = found.bound
  if (route.permission !== 'public' && route.permission !== 'key') {
    const { host, origin, authorization, 'sec-fetch-site': fetchSite } = message.incoming.headers
    const refusal =
      checkOrigin({ method: route.method, host, origin, fetchSite: [fetchSite].flat()[0] }) ?? checkLogin(authorization)
    if (refusal) throw refusal
  }
  if (!isNewWork(route)) return await handle(message, found, { dependencies, isBegun: () => {} })
  const entered = admission.enter()
  const place: Place = entered instanceof Promise ? await entered : entered
  const isBegun = (): void => admission.leave(place)
  try {
    return await handle(message, found, { dependencies, isBegun })
  } finally {
    isBegun()
  }
}

/** Backpressure is for these alone: commands and reads are always taken. */
function isNewWork({ permission, method }: Route): boolean {
  return permission === 'key' || (permission === 'execution:create' && method === 'POST')
}

interface Handling {
  readonly dependencies: HttpDependencies
  isBegun(): void
}

async function handle(
  { incoming, outgoing }: Message,
  { bound: { route, handler, dialects }, params }: Found,
  { dependencies, isBegun }: Handling,
): Promise<Reply> {
  const given = searchOf(incoming.url ?? '')
  return await handler({
    params,
    query: readQuery(route.query, given),
    filters: readFilters(given),
    body: await readBody(incoming, route),
    dialect: dialectOf(incoming.headers[DIALECT_HEADER], dialects, dependencies.config.apiDialect),
    incoming,
    isBegun,
    signal: () => signalOf(outgoing),
  })
}

const NO_SEARCH: URLSearchParams = new URLSearchParams()

function searchOf(url: string): URLSearchParams {
  const at = url.indexOf('?')
  return at < 0 ? NO_SEARCH : new URLSearchParams(url.slice(at + 1))
}

/** Forms and raw bodies stream: their routes read them. */
async function readBody(incoming: IncomingMessage, { body }: Route): Promise<never> {
  return trust<never>(await readTypedBody(incoming, body))
}

async function readTypedBody(incoming: IncomingMessage, body: Route['body']): Promise<unknown> {
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

/** The border of every route: whatever is thrown behind it becomes an answer, and our own mistakes a line in the log. */
async function guarded(message: Message, dependencies: HttpDependencies, run: () => Promise<Reply>): Promise<void> {
  const { incoming, outgoing } = message
  const { log } = dependencies
  try {
    const reply = await run()
    count(message, reply.status, dependencies)
    await writeReply(outgoing, reply)
  } catch (error) {
    const { refusal, isOurs } = refusalOf(error)
    const path = pathIn(incoming.url ?? '')
    if (isOurs) log.error(`${incoming.method} ${path} answered ${refusal.status}`, refusal.cause ?? error)
    count(message, refusal.status, dependencies)
    await writeReply(outgoing, errorReply(refusal, path))
  }
}

function count({ route, fromMs }: Message, status: number, { meter, platform }: HttpDependencies): void {
  meter?.answered(route, status, platform.elapsedMs() - fromMs)
}
