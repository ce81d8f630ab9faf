// Binds the route table to the listener: path by path, dialect by dialect, with the handler of each. A route without a permission, or a
// handler that no route names, stops the start. Requests and replies stay what Node made them: turning each into the objects of the web
// platform and back cost more than all the rest of a webhook's way to the engine.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { OPEN_GRANTS, assert, trust, type ApiDialect, type Grants } from '@batuta/core'
import { routes, type Route } from '@batuta/api'
import { Errors } from 'typebox/value'
import { newBorder, type Border } from './border.ts'
import { ADMISSION, Admission, type Place } from './admission.ts'
import { PAGE_DIR } from '../platform/places.ts'
import type { HttpDependencies } from './dependencies.ts'
import { DIALECT_HEADER, dialectOf } from './dialect.ts'
import { signalOf, type AllHandlers, type Exchange } from './exchange.ts'
import { KEY_HEADER, isChanging, newIdempotency, type Idempotency } from './idempotency.ts'
import type { Access } from '../access/access.ts'
import { AccessError } from '../access/access-error.ts'
import { auditNoted, audited, isAudited, type AuditNotes } from './audited.ts'
import { authorise, rightOf, type Right } from './authorise.ts'
import { findCaller, strangerCheck } from './find-caller.ts'
import type { HandlerTables } from './handler-tables.ts'
import { newOpenStreams, type OpenStreams } from './open-streams.ts'
import { BEARER_OF_LINK, type Caller } from '../access/caller.ts'
import { packReply } from './pack-reply.ts'
import { BODY_BYTES_MAX, SOURCE_BYTES_MAX, dataOf, readBytes, refuseEncoded, textOf } from './read-body.ts'
import { readFilters } from './read-filters.ts'
import { readQuery } from './read-query.ts'
import type { Reply } from './reply.ts'
import { RequestError, refusalOf, unprocessable } from './request-error.ts'
import { RouteTree, type Found } from './route-tree.ts'
import { newPageServer, type PageServer } from './static/serve-page.ts'
import { newOriginCheck, type OriginCheck } from './trusted-origin.ts'
import { errorReply, writeReply } from './write-reply.ts'

export type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>

type Answer = Promise<Reply> | Reply

type AnyHandler = (exchange: Exchange<Route['params'], Route['query'], Route['body']>) => Answer

export function bindRoutes(tables: HandlerTables, dependencies: HttpDependencies): Listener {
  const { access, platform } = dependencies
  const guards: Guards = {
    tables,
    streams: newOpenStreams({ access, platform, signatureOf: grants => tables.signatureOf(grants) }),
    border: newBorder(dependencies.config, platform),
    checkOrigin: newOriginCheck(dependencies.config, () => !access.book.isOpen),
    admission: new Admission({ ...ADMISSION, platform: dependencies.platform }),
    tree: treeOf(tables, dependencies.config.tenant),
    page: newPageServer({
      folder: PAGE_DIR,
      tenant: dependencies.config.tenant,
      isStranger: strangerCheck(dependencies),
    }),
    idempotency: newIdempotency(dependencies),
    dependencies,
  }
  return (incoming, outgoing) => serve({ incoming, outgoing, fromMs: dependencies.platform.elapsedMs() }, guards)
}

interface Guards {
  readonly tables: HandlerTables
  readonly streams: OpenStreams
  readonly border: Border
  readonly checkOrigin: OriginCheck
  readonly admission: Admission
  readonly tree: RouteTree<BoundRoute>
  readonly page: PageServer
  readonly idempotency: Idempotency
  readonly dependencies: HttpDependencies
}

interface Message {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly fromMs: number
  /** Once it is found. */
  route?: string
  /** Once it is known. */
  caller?: Caller
  /** What the handler adds to the audit log. */
  notes?: AuditNotes
}

/** Without the query and a slash at the end; `http://host/path` is a valid target of a request, too. */
function pathIn(url: string): string {
  const end = url.indexOf('?')
  const path = end < 0 ? url : url.slice(0, end)
  if (!path.startsWith('/') && URL.canParse(path)) return pathIn(new URL(path).pathname)
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

interface BoundRoute {
  readonly name: string
  readonly resource: keyof AllHandlers
  readonly route: Route
  readonly right: Right | undefined
  /** Of whoever sees everything. */
  readonly handler: AnyHandler
  readonly dialects: readonly ApiDialect[]
}

function treeOf(tables: HandlerTables, tenant: string): RouteTree<BoundRoute> {
  const tree = new RouteTree<BoundRoute>()
  for (const [key, table] of Object.entries(routes)) {
    const resource = trust<keyof AllHandlers>(key)
    const own = handlersIn(tables, resource, { grants: OPEN_GRANTS })
    for (const [name, route] of Object.entries<Route>(table)) {
      const handler = own[name]
      const full = `${resource}.${name}`
      assert(handler !== undefined, `the route ${full} has no handler`)
      const right = rightOf(route, full)
      for (const [path, dialects] of pathsOf(route, tenant))
        tree.add(route.method, path, { name: full, resource, route, right, handler, dialects })
    }
  }
  return tree
}

function handlersIn(
  tables: HandlerTables,
  resource: keyof AllHandlers,
  { grants, right }: { readonly grants: Grants; readonly right?: Right | undefined },
): Readonly<Record<string, AnyHandler>> {
  return trust<Readonly<Record<string, AnyHandler>>>(tables.handlersFor(resource, grants, right))
}

function pathsOf(route: Route, tenant: string): ReadonlyMap<string, readonly ApiDialect[]> {
  const paths = new Map<string, ApiDialect[]>()
  for (const dialect of ['a', 'b', 'c'] as const) {
    const path = route.paths[dialect]?.replace('{tenant}', tenant)
    if (path !== undefined) paths.set(path, [...(paths.get(path) ?? []), dialect])
  }
  return paths
}

/** The border of every route: whatever is thrown behind it becomes an answer, and our own mistakes a line in the log. */
async function serve(message: Message, guards: Guards): Promise<void> {
  const { incoming, outgoing } = message
  const { dependencies } = guards
  try {
    const reply = await answer(message, guards)
    count(message, reply.status, dependencies)
    const packed = packReply(reply, incoming.headers)
    const headers = guards.border.headersOf(incoming)
    await writeReply(outgoing, packed instanceof Promise ? await packed : packed, headers)
  } catch (error) {
    const { refusal, isOurs } = refusalOf(error)
    const path = pathIn(incoming.url ?? '')
    guards.border.note(refusal, incoming)
    if (isOurs) dependencies.log.error(`${incoming.method} ${path} answered ${refusal.status}`, refusal.cause ?? error)
    count(message, refusal.status, dependencies)
    await writeReply(outgoing, errorReply(refusal, path), guards.border.headersOf(incoming))
  }
}

function count({ route, fromMs }: Message, status: number, { meter, platform }: HttpDependencies): void {
  meter?.answered(route, status, platform.elapsedMs() - fromMs)
}

function answer(message: Message, guards: Guards): Answer {
  const { checkOrigin, tree, page, dependencies } = guards
  const { method = '', url = '', headers } = message.incoming
  const early = guards.border.answer(message.incoming)
  if (early) return early
  const path = pathIn(url)
  const found = tree.find(method === 'HEAD' ? 'GET' : method, path)
  if (!found) {
    const reply = page({ method, path, headers })
    if (reply !== undefined) return reply
    throw new RequestError(404, 'route-not-found', `There is nothing at ${method} ${path}.`)
  }
  const { route, name } = found.leaf
  message.route = name
  if (dependencies.access.book.needsSetUp && route.isBeforeSetUp !== true) return waitForSetUp(dependencies.access)
  const tooMuch = guards.border.refusal(route, message.incoming)
  if (tooMuch) throw tooMuch
  const goOnOpen = isNoted(found.leaf) ? answerNoted : goOn
  if (route.permission === 'public' || route.permission === 'key') return goOnOpen(message, found, guards)
  const refusal = checkOrigin({ method: route.method, headers })
  if (refusal) throw refusal
  const caller = findCaller(message.incoming, dependencies)
  const go = (known: Caller): Answer => {
    message.caller = known
    return known.kind === 'everybody' ? goOnOpen(message, found, guards) : answerKnown(message, found, guards)
  }
  return caller instanceof Promise ? caller.then(go) : go(caller)
}

/** A new token is told when the last one is too old. */
async function waitForSetUp({ setUp }: Access): Promise<never> {
  await setUp.announce()
  throw new AccessError('set-up-needed')
}

/** Of somebody: what they may do is asked, and what they do is written down. */
async function answerKnown(message: Message, found: Found<BoundRoute>, guards: Guards): Promise<Reply> {
  const { caller = BEARER_OF_LINK, outgoing } = message
  const { dependencies, streams, tables } = guards
  const { leaf, params } = found
  const { resource, name, route, right } = leaf
  const notes: AuditNotes = {}
  const { access, store, log } = dependencies
  const reply = await audited({ name, route, right, params, caller, notes }, { audit: access.audit, log }, async () => {
    await authorise(caller.grants, right, { params, store })
    if (isAudited(leaf) && right?.from === 'execution') await noteExecution(notes, { params, store })
    const own = handlersIn(tables, resource, { grants: caller.grants, right })[name.slice(resource.length + 1)]
    assert(own !== undefined, `the route ${name} has no handler`)
    message.notes = notes
    return await goOn(message, { params, leaf: { ...leaf, handler: own } }, guards)
  })
  if (reply.type === 'stream' && reply.contentType.startsWith(EVENT_STREAM)) streams.add(caller, outgoing)
  return reply
}

/** Before it is done: the execution may be gone then. */
async function noteExecution(
  notes: AuditNotes,
  { params, store }: Pick<HttpDependencies, 'store'> & { readonly params: Readonly<Record<string, string>> },
): Promise<void> {
  const row = await store.read.findExecution(params['executionId'] ?? '')
  if (row) Object.assign(notes, { namespace: row.namespace, flowId: row.flowId })
}

const EVENT_STREAM = 'text/event-stream'

/** Of whoever: what its route has to say is written down, too. */
async function answerNoted(message: Message, found: Found<BoundRoute>, guards: Guards): Promise<Reply> {
  const { caller = BEARER_OF_LINK } = message
  const { name, route, right } = found.leaf
  const { access, log } = guards.dependencies
  const notes: AuditNotes = {}
  message.notes = notes
  const reply = await goOn(message, found, guards)
  await auditNoted({ name, route, right, params: found.params, caller, notes }, { audit: access.audit, log })
  return reply
}

/** Executions and what belongs to namespaces say nothing on a server without users. */
function isNoted({ route, right }: BoundRoute): boolean {
  return route.method !== 'GET' && route.permission !== 'key' && right?.isOfNamespace !== true
}

function goOn(message: Message, found: Found<BoundRoute>, guards: Guards): Answer {
  if (isNewWork(found.leaf.route)) return answerWork(message, found, guards)
  return handle(message, found, { ...guards, isBegun: () => {} })
}

async function answerWork(message: Message, found: Found<BoundRoute>, guards: Guards): Promise<Reply> {
  const { admission } = guards
  const entered = admission.enter()
  const place: Place = entered instanceof Promise ? await entered : entered
  const isBegun = (): void => admission.leave(place)
  try {
    return await handle(message, found, { ...guards, isBegun })
  } finally {
    isBegun()
  }
}

/** Backpressure is for these alone: commands and reads are always taken. */
function isNewWork({ permission, method }: Route): boolean {
  return permission === 'key' || (permission === 'EXECUTION:CREATE' && method === 'POST')
}

interface Handling extends Pick<Guards, 'dependencies' | 'idempotency'> {
  isBegun(): void
}

function handle(
  { incoming, outgoing, caller = BEARER_OF_LINK, notes = {} }: Message,
  found: Found<BoundRoute>,
  handling: Handling,
): Answer {
  const { route, handler, dialects } = found.leaf
  const { dependencies, isBegun, idempotency } = handling
  refuseEncoded(incoming, route)
  const given = searchOf(incoming.url ?? '')
  const query = readQuery(route.query, given)
  const filters = readFilters(given)
  const dialect = dialectOf(incoming.headers[DIALECT_HEADER], dialects, dependencies.config.apiDialect)
  const run = (request: IncomingMessage, plannedId?: string): Answer => {
    const call = (body: unknown): Answer =>
      handler({
        params: found.params,
        query,
        filters,
        body: trust<never>(body),
        dialect,
        caller,
        note: more => void Object.assign(notes, more),
        incoming: request,
        plannedId,
        isBegun,
        signal: () => signalOf(outgoing),
      })
    return isReadHere(route.body) ? readBody(request, route.body).then(call) : call(undefined)
  }
  const key = incoming.headers[KEY_HEADER]
  if (key === undefined || !isChanging(route)) return run(incoming)
  const keyed = { key: String(key), route, params: found.params, incoming, by: caller.userId }
  return idempotency.answer(keyed, async (request, plannedId) => await run(request, plannedId))
}

const NO_SEARCH: URLSearchParams = new URLSearchParams()

function searchOf(url: string): URLSearchParams {
  const at = url.indexOf('?')
  return at < 0 ? NO_SEARCH : new URLSearchParams(url.slice(at + 1))
}

type ReadHere = Extract<Route['body'], { type: 'yaml' | 'text' | 'json' }>

/** Forms and raw bodies stream: their routes read them. */
function isReadHere(body: Route['body']): body is ReadHere {
  return body.type === 'yaml' || body.type === 'text' || body.type === 'json'
}

async function readBody(incoming: IncomingMessage, body: ReadHere): Promise<unknown> {
  switch (body.type) {
    case 'yaml':
    case 'text': {
      const isOne = body.type === 'yaml' && body.isMany !== true
      const bytes = await readBytes(incoming, isOne ? SOURCE_BYTES_MAX : BODY_BYTES_MAX)
      return bytes ? textOf(bytes) : ''
    }
    case 'json': {
      const bytes = await readBytes(incoming, BODY_BYTES_MAX)
      if (!bytes && body.isOptional !== true) throw new RequestError(404, 'body-missing', 'The body is missing.')
      const value = bytes ? dataOf(textOf(bytes)) : {}
      const details = Errors(body.schema, value).map(({ instancePath, message }) => ({ path: instancePath, message }))
      if (details.length > 0)
        throw unprocessable('body-invalid', `The body is invalid: ${details[0]?.message}.`, details)
      return value
    }
  }
}
