// The description of the API in OpenAPI 3.1, made of the route table.
import type { ApiDialect } from '@batuta/core'
import { IsOptional, type TObject, type TSchema } from 'typebox'
import type { BodySpec, ReplySpec, Route } from './route.ts'
import { routes } from './routes.ts'
import { ErrorReply } from './shapes.ts'

export interface OpenApi {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly components: Readonly<Record<'schemas' | 'parameters' | 'securitySchemes', Readonly<Record<string, unknown>>>>
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
}

export function describeApi(dialect: ApiDialect, version: string): OpenApi {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [resource, table] of Object.entries(routes)) {
    for (const [name, route] of Object.entries<Route>(table)) {
      const path = route.paths[dialect]
      if (path === undefined) continue
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(route, { resource, name, path }) }
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Batuta', version },
    paths,
    components: {
      schemas: { Error: ErrorReply },
      parameters: PARAMETERS,
      securitySchemes: { basic: { type: 'http', scheme: 'basic' } },
    },
    // Where no user is configured, nobody has to log in.
    security: [{ basic: [] }, {}],
  }
}

const PARAMETERS = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description: 'The call is done once under this key; another one is given its answer, for seven days.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
  },
  Filters: {
    name: 'filters',
    in: 'query',
    description: 'filters[field][OPERATION]=value, for maps filters[field][OPERATION][key]=value; all must hold.',
    style: 'deepObject',
    explode: true,
    schema: { type: 'object', additionalProperties: true },
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description: 'ETags of what is known; 304 when it is still so.',
    schema: { type: 'string' },
  },
} as const

/** What is read with a tag. */
const TAGGED: ReadonlySet<string> = new Set(['flows.get', 'namespaceFiles.get'])
const SEARCH = /^(search|listOfFlow|export|exportCsv|counts|\w+ByQuery)$/

function describeShared(
  route: Route,
  { resource, name }: { readonly resource: string; readonly name: string },
): readonly unknown[] {
  const names: (keyof typeof PARAMETERS)[] = []
  if (isDoneOnce(route)) names.push('IdempotencyKey')
  if (SEARCH.test(name)) names.push('Filters')
  if (TAGGED.has(`${resource}.${name}`)) names.push('IfNoneMatch')
  return names.map(each => ({ $ref: `#/components/parameters/${each}` }))
}

/** Identity providers are answered in the words of their protocol. */
function describeToProviders(full: string): Readonly<Record<string, unknown>> {
  if (full !== 'signIn.endThere') return {}
  const schema = { type: 'object', required: ['error'], properties: { error: { type: 'string' } } }
  return { 400: { description: 'Refused.', content: { 'application/json': { schema } } } }
}

/** Answers that come of these headers. */
function describeTagged(full: string): Readonly<Record<string, unknown>> {
  return TAGGED.has(full) ? { 304: { description: 'It is as it was.' } } : {}
}

function describeRoute(
  route: Route,
  { resource, name, path }: { readonly resource: string; readonly name: string; readonly path: string },
): Readonly<Record<string, unknown>> {
  const body = describeBody(route.body)
  const refusals = refusalsOf(route, path)
  return {
    operationId: `${resource}.${name}`,
    tags: [resource],
    summary: route.summary,
    ...(route.isDeprecated ? { deprecated: true } : {}),
    'x-permission': route.permission,
    parameters: [
      ...describeTenant(path),
      ...describeParameters(route.params, 'path'),
      ...describeParameters(route.query, 'query'),
      ...(route.isConditional ? [IF_MATCH] : []),
      ...describeShared(route, { resource, name }),
    ],
    ...(route.permission === 'public' || route.permission === 'key' ? { security: [] } : {}),
    ...(body === undefined ? {} : { requestBody: { content: body } }),
    responses: {
      [route.status]: { description: 'Done.', ...describeReply(route.reply) },
      ...Object.fromEntries(refusals.map(status => [status, refusal(status, route.reply)])),
      ...describeToProviders(`${resource}.${name}`),
      ...describeTagged(`${resource}.${name}`),
    },
  }
}

/** Of all routes; of those that somebody must be known for, that name what may not be there, take a body, or are done once under a key. */
function refusalsOf(route: Route, path: string): readonly number[] {
  const { permission, body, refusals = [] } = route
  const isOpen = permission === 'public' || permission === 'key'
  const all = [400, 422, 429, 431, 500, 503, ...(isOpen ? [] : [401, 403]), ...refusals]
  // A body that is missing is answered with 404, as Kestra does.
  if (path.includes('{') || body.type !== 'none') all.push(404)
  if (body.type !== 'none') all.push(413, 415)
  if (isDoneOnce(route)) all.push(409)
  return [...new Set(all)].sort((a, b) => a - b)
}

/** What is told once only is not kept to be told again. */
function isDoneOnce({ method, permission, isToldOnce }: Route): boolean {
  return isToldOnce !== true && method !== 'GET' && permission !== 'public' && !permission.endsWith(':READ')
}

const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: false,
  schema: { type: 'string' },
  description: 'The revision that the change is based on, as the ETag of a reply said it.',
}

function refusal(status: number, reply: ReplySpec): Readonly<Record<string, unknown>> {
  if (status < 300) return { description: 'Taken; there is nothing to tell.' }
  // No route was asked yet.
  if (status === 431) return { description: 'The head of the request is too large.' }
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } }
  // Whoever asked for a page is told on a page.
  const isPage = reply.type === 'bytes' && reply.contentType === 'text/html'
  const page = isPage ? { 'text/html': { schema: { type: 'string' } } } : {}
  return { description: 'Refused.', content: { ...content, ...page } }
}

function describeTenant(path: string): readonly unknown[] {
  if (!path.includes('{tenant}')) return []
  return [{ name: 'tenant', in: 'path', required: true, schema: { type: 'string', default: 'main' } }]
}

function describeParameters({ properties }: TObject, place: 'path' | 'query'): readonly unknown[] {
  return Object.entries<TSchema>(properties).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path' || !IsOptional(schema),
    schema,
    ...('items' in schema ? { explode: true } : {}),
  }))
}

function describeBody(body: BodySpec): Readonly<Record<string, unknown>> | undefined {
  const text = { schema: { type: 'string' } }
  switch (body.type) {
    case 'none':
      return undefined
    case 'json':
      return { 'application/json': { schema: body.schema } }
    case 'yaml':
      return { 'application/x-yaml': text }
    case 'text':
      return { 'text/plain': text }
    case 'form': {
      const schema = { type: 'object', additionalProperties: true }
      return { 'multipart/form-data': { schema }, 'application/json': { schema } }
    }
    case 'raw':
      return { '*/*': text }
  }
}

function describeReply(reply: ReplySpec): Readonly<Record<string, unknown>> {
  switch (reply.type) {
    case 'empty':
      return {}
    case 'json':
      return { content: { 'application/json': { schema: reply.schema } } }
    case 'text':
      return { content: { [reply.contentType ?? 'text/plain']: { schema: { type: 'string' } } } }
    case 'bytes': {
      const schema = { type: 'string', format: 'binary' }
      return { content: { [reply.contentType ?? 'application/octet-stream']: { schema } } }
    }
    case 'events':
      return { content: { 'text/event-stream': { schema: reply.schema } } }
  }
}
