// Calls of every route that there is, made of the table: what the probes of the border send. A probe says what stands in the texts; everything else
// follows from the schemas.
import { request, type IncomingHttpHeaders } from 'node:http'
import { trust } from '@batuta/core'
import { routes, type Route } from '@batuta/api'

/** As much of a JSON schema as the table uses. */
interface Schema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
}

export interface NamedRoute {
  readonly name: string
  readonly route: Route
  /** Of the newest dialect that has it, with the tenant filled in. */
  readonly path: string
}

export interface RouteCall {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface RouteReply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** What a probe fills in. */
export interface Filling {
  /** Of a parameter of the path, by its name. */
  param(name: string): string
  /** Of a text of the query or the body, by the name of its field. */
  text(name: string): string
  /** Whether what may be left out is said. */
  isSaid?(name: string): boolean
}

export function listRoutes(): readonly NamedRoute[] {
  return Object.entries(routes).flatMap(([resource, table]) =>
    Object.entries<Route>(table).map(([name, route]) => {
      const path = route.paths.c ?? route.paths.b ?? route.paths.a ?? ''
      return { name: `${resource}.${name}`, route, path: path.replace('{tenant}', 'main') }
    }),
  )
}

export function callOf({ route, path }: NamedRoute, filling: Filling): RouteCall {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(filling.param(name)))
  const query = queryOf(trust<Schema>(route.query), filling)
  return {
    method: route.method,
    path: query === '' ? filled : `${filled}?${query}`,
    ...bodyOf(route, filling),
  }
}

function queryOf({ properties = {}, required = [] }: Schema, filling: Filling): string {
  const query = new URLSearchParams()
  for (const [name, schema] of Object.entries(properties)) {
    if (!required.includes(name) && filling.isSaid?.(name) === false) continue
    const value = sampleOf(schema, filling, name)
    for (const item of Array.isArray(value) ? value : [value]) query.append(name, String(item))
  }
  return query.toString()
}

function bodyOf({ body }: Route, filling: Filling): Pick<RouteCall, 'headers' | 'body'> {
  switch (body.type) {
    case 'none':
      return { headers: {} }
    case 'json': {
      const value = sampleOf(trust<Schema>(body.schema), filling, 'body')
      return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
    }
    case 'form':
      return {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ [filling.text('name')]: filling.text('value') }),
      }
    case 'yaml':
      return { headers: { 'content-type': 'application/x-yaml' }, body: filling.text('source') }
    case 'text':
    case 'raw':
      return { headers: { 'content-type': 'text/plain' }, body: filling.text('body') }
  }
}

const DEPTH_MAX = 6

/** A value that the schema takes, with the probe in its texts. */
export function sampleOf(schema: Schema, filling: Filling, name: string, depth = 0): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.enum?.[0] !== undefined) return schema.enum[0]
  if (schema.anyOf?.[0]) return sampleOf(schema.anyOf[0], filling, name, depth)
  switch (schema.type) {
    case 'object':
      return depth > DEPTH_MAX ? {} : objectOf(schema, filling, depth)
    case 'array':
      return schema.items && depth <= DEPTH_MAX ? [sampleOf(schema.items, filling, name, depth + 1)] : []
    case 'integer':
    case 'number':
      return schema.minimum ?? Math.min(1, schema.maximum ?? 1)
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return filling.text(name)
  }
}

function objectOf({ properties, required = [] }: Schema, filling: Filling, depth: number): unknown {
  if (properties === undefined) return { [filling.text('key')]: filling.text('value') }
  const said = Object.entries(properties).filter(
    ([name]) => required.includes(name) || filling.isSaid?.(name) !== false,
  )
  return Object.fromEntries(said.map(([name, schema]) => [name, sampleOf(schema, filling, name, depth + 1)]))
}

const TEXT_MAX = 2 ** 20
const PATIENCE_MS = 20_000

/** Without what `fetch` adds and forbids. Of a stream of events the head is enough. */
export function sendCall(address: string, { method, path, headers, body }: RouteCall): Promise<RouteReply> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const options = { method, headers: { ...length, ...headers }, timeout: PATIENCE_MS }
    const call = request(address + path, options, reply => {
      const { statusCode: status = 0, headers: told } = reply
      const isStream = told['content-type'] === 'text/event-stream'
      let text = ''
      reply.setEncoding('utf8')
      reply.on('data', (chunk: string) => {
        if (text.length < TEXT_MAX) text += chunk
      })
      reply.on('end', () => resolve({ status, headers: told, text }))
      reply.on('error', error => (isStream ? undefined : reject(error)))
      if (!isStream) return
      resolve({ status, headers: told, text })
      reply.destroy()
    })
    call.on('timeout', () => call.destroy(new Error(`${method} ${path} was not answered`)))
    call.on('error', reject)
    call.end(body)
  })
}
