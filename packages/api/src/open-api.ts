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
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
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
    components: { schemas: { Error: ErrorReply } },
  }
}

function describeRoute(
  route: Route,
  { resource, name, path }: { readonly resource: string; readonly name: string; readonly path: string },
): Readonly<Record<string, unknown>> {
  const body = describeBody(route.body)
  const refusals = [400, 422, 429, 500, 503, ...(route.refusals ?? [])].sort((a, b) => a - b)
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
    ],
    ...(body === undefined ? {} : { requestBody: { content: body } }),
    responses: {
      [route.status]: { description: 'Done.', ...describeReply(route.reply) },
      ...Object.fromEntries(refusals.map(status => [status, refusal(status)])),
    },
  }
}

const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: false,
  schema: { type: 'string' },
  description: 'The revision that the change is based on, as the ETag of a reply said it.',
}

function refusal(status: number): Readonly<Record<string, unknown>> {
  if (status < 300) return { description: 'Nothing was started.' }
  const schema = { $ref: '#/components/schemas/Error' }
  return { description: 'Refused.', content: { 'application/json': { schema } } }
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
      return { content: { 'text/plain': { schema: { type: 'string' } } } }
    case 'bytes':
      return { content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } }
    case 'events':
      return { content: { 'text/event-stream': { schema: reply.schema } } }
  }
}
