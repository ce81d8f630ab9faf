// The typed client, made of the route table: `client.executions.get({ params: { executionId } })`. It brings no I/O of its own: the transport
// is an argument, and `globalThis` is one in browsers and in Node.
import { trust, type ApiDialect } from '@batuta/core'
import type { Static } from 'typebox'
import { readEvents, type ByteStream } from './events.ts'
import type { BodySpec, ReplySpec, Route, RouteParts } from './route.ts'
import { routes, type Routes } from './routes.ts'
import type { ErrorDocument } from './shapes.ts'

export interface Transport {
  fetch(url: string, init: TransportInit): Promise<TransportReply>
  readonly TextDecoder: new () => { decode(bytes: Uint8Array, options: { readonly stream: boolean }): string }
}

export interface TransportInit {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: never
  readonly signal?: never
}

export interface TransportReply {
  readonly ok: boolean
  readonly status: number
  text(): Promise<string>
  arrayBuffer(): Promise<ArrayBuffer>
  readonly body: ByteStream | null
}

export interface ClientOptions {
  /** Such as `http://127.0.0.1:8080`. */
  readonly baseUrl: string
  readonly transport: Transport
  readonly dialect?: ApiDialect
  readonly tenant?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A refusal of the server. */
export class ApiError extends Error {
  readonly status: number
  /** Stable word for machines. */
  readonly code: string
  readonly document: ErrorDocument | undefined
  constructor(status: number, message: string, document?: ErrorDocument) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = document?.code ?? 'unknown'
    this.document = document
  }
}

type Arguments<R> =
  R extends RouteParts<infer Params, infer Query, infer Body, ReplySpec>
    ? Field<'params', Static<Params>> & { readonly query?: Static<Query> & Filters } & BodyField<Body> & CallOptions
    : never

/** `filters[…]` of dialects b and c, written out. */
type Filters = { readonly [filter: `filters[${string}`]: string }
type Field<Name extends string, Value> = {} extends Value
  ? { readonly [N in Name]?: Value }
  : { readonly [N in Name]: Value }

interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** An AbortSignal. */
  readonly signal?: unknown
}

/** A form is a FormData, or a record that travels as JSON. */
type BodyField<Body extends BodySpec> = Body extends { type: 'none' }
  ? {}
  : Body extends { type: 'json'; schema: infer Schema }
    ? { readonly body: Static<Schema & {}> }
    : Body extends { type: 'yaml' | 'text' }
      ? { readonly body: string }
      : { readonly body?: unknown }

type Answer<Reply extends ReplySpec> = Reply extends { type: 'json'; schema: infer Schema }
  ? Promise<Static<Schema & {}>>
  : Reply extends { type: 'events'; schema: infer Schema }
    ? AsyncIterable<{ readonly id: string; readonly data: Static<Schema & {}> }>
    : Reply extends { type: 'text' }
      ? Promise<string>
      : Reply extends { type: 'bytes' }
        ? Promise<ArrayBuffer>
        : Promise<void>

export type Call<R> =
  R extends RouteParts<infer _Params, infer _Query, infer _Body, infer Reply>
    ? {} extends Arguments<R>
      ? (options?: Arguments<R>) => Answer<Reply>
      : (options: Arguments<R>) => Answer<Reply>
    : never

export type Client = {
  readonly [Resource in keyof Routes]: { readonly [Name in keyof Routes[Resource]]: Call<Routes[Resource][Name]> }
}

export function createClient(options: ClientOptions): Client {
  const resources = Object.entries(routes).map(([resource, table]) => [
    resource,
    Object.fromEntries(Object.entries(table).map(([name, route]) => [name, callOf(route, options)])),
  ])
  return trust<Client>(Object.fromEntries(resources))
}

interface AnyArguments {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: unknown
}

function callOf(route: Route, options: ClientOptions): (given?: AnyArguments) => unknown {
  return (given = {}) =>
    route.reply.type === 'events' ? followEvents(route, options, given) : callOnce(route, options, given)
}

async function callOnce(route: Route, options: ClientOptions, given: AnyArguments): Promise<unknown> {
  const reply = await send(route, options, given)
  switch (route.reply.type) {
    case 'empty':
      await reply.text()
      return undefined
    case 'text':
      return await reply.text()
    case 'bytes':
      return await reply.arrayBuffer()
    case 'json':
    case 'events':
      return parseReply(await reply.text())
  }
}

async function* followEvents(
  route: Route,
  options: ClientOptions,
  given: AnyArguments,
): AsyncGenerator<{ readonly id: string; readonly data: unknown }> {
  const reply = await send(route, options, { ...given, headers: { accept: 'text/event-stream', ...given.headers } })
  if (!reply.body) return
  for await (const { id, data } of readEvents(reply.body, new options.transport.TextDecoder())) {
    yield { id, data: parseReply(data) }
  }
}

async function send(route: Route, options: ClientOptions, given: AnyArguments): Promise<TransportReply> {
  const { body, headers } = bodyOf(route.body, given.body)
  const init = {
    method: route.method,
    headers: {
      accept: 'application/json',
      ...options.headers,
      ...headers,
      ...dialectHeader(options),
      ...given.headers,
    },
    ...(body === undefined ? {} : { body }),
    ...(given.signal === undefined ? {} : { signal: given.signal }),
  }
  const reply = await options.transport.fetch(urlOf(route, options, given), trust<TransportInit>(init))
  if (reply.ok) return reply
  const text = await reply.text()
  const document = parseError(text)
  throw new ApiError(reply.status, document?.message ?? `the server answered ${reply.status}`, document)
}

function dialectHeader({ dialect }: ClientOptions): Record<string, string> {
  return dialect === 'c' ? { 'x-batuta-dialect': '2.0' } : {}
}

export function urlOf(
  route: Route,
  { baseUrl, dialect = 'b', tenant = 'main' }: ClientOptions,
  given: AnyArguments,
): string {
  const path = route.paths[dialect]
  if (path === undefined) throw new Error(`dialect ${dialect} of the API has no such route`)
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = name === 'tenant' ? tenant : given.params?.[name]
    if (value === undefined || value === '') throw new Error(`the parameter "${name}" is missing`)
    return encodeURIComponent(String(value))
  })
  const pairs = Object.entries(given.query ?? {}).flatMap(([name, value]) =>
    [value]
      .flat()
      .flatMap(item =>
        item === undefined || item === null ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(String(item))}`],
      ),
  )
  return `${baseUrl.replace(/\/+$/, '')}${filled}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`
}

function bodyOf(spec: BodySpec, body: unknown): { readonly body?: unknown; readonly headers: Record<string, string> } {
  if (body === undefined) return { headers: {} }
  switch (spec.type) {
    case 'none':
      return { headers: {} }
    case 'json':
      return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    case 'yaml':
      return { body, headers: { 'content-type': 'application/x-yaml' } }
    case 'text':
      return { body, headers: { 'content-type': 'text/plain' } }
    case 'form':
    case 'raw':
      return isPlain(body)
        ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
        : { body, headers: {} }
  }
}

/** A FormData, bytes or a text travel as they are. */
function isPlain(body: unknown): boolean {
  if (Array.isArray(body)) return true
  return typeof body === 'object' && body !== null && Object.getPrototypeOf(body) === Object.prototype
}

function parseReply(text: string): unknown {
  return text === '' ? undefined : JSON.parse(text)
}

function parseError(text: string): ErrorDocument | undefined {
  try {
    const document: unknown = JSON.parse(text)
    return typeof document === 'object' && document !== null && 'message' in document
      ? trust<ErrorDocument>(document)
      : undefined
  } catch {
    return undefined // An error page of something in between is no document of ours.
  }
}
